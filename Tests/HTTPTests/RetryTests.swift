// SPDX-License-Identifier: Apache-2.0
import HTTP
import Intents
import Testing

struct RetryTests {
  private let now: Instant

  init() throws { now = try #require(Instant("2026-11-01T00:00:00Z")) }

  /// The waits of a call whose every attempt ends with `outcome`.
  private func waits(
    _ outcome: Retry.Outcome, _ repetition: Retry.Repetition = .always
  ) -> [Int64] {
    var retry = Retry(repetition)
    var waits: [Int64] = []
    while case .wait(let seconds) = retry.verdict(after: outcome, at: now), waits.count < 20 {
      waits.append(seconds)
    }
    return waits
  }

  @Test("A01: what may pass by itself is tried again after 1, 2, 4, 8 and 16 seconds, then no more")
  func ladder() {
    for status in [408, 425, 429, 502, 503, 504] {
      #expect(waits(.answer(status: status, retryAfter: nil)) == [1, 2, 4, 8, 16], "\(status)")
    }
    #expect(waits(.failure(.unreachable)) == [1, 2, 4, 8, 16])
    #expect(waits(.failure(.notConnected)) == [1, 2, 4, 8, 16])
  }

  @Test("A02: a 500 is tried twice more, and what is final not at all")
  func final() {
    #expect(waits(.answer(status: 500, retryAfter: nil)) == [1, 2])
    for status in [200, 201, 204, 301, 400, 401, 403, 404, 405, 409, 415, 422, 501] {
      #expect(waits(.answer(status: status, retryAfter: "5")).isEmpty, "\(status)")
    }
    for reason in HTTPReason.allCases where reason != .unreachable && reason != .notConnected {
      #expect(waits(.failure(reason)).isEmpty, "\(reason)")
    }
  }

  @Test("A03: what may have had an effect is never repeated blindly")
  func effects() {
    for status in [408, 425, 500, 502, 504] {
      #expect(waits(.answer(status: status, retryAfter: nil), .whenWithoutEffect).isEmpty)
    }
    #expect(waits(.failure(.unreachable), .whenWithoutEffect).isEmpty)
    #expect(waits(.failure(.notConnected), .whenWithoutEffect).count == 5)
    #expect(waits(.answer(status: 429, retryAfter: nil), .whenWithoutEffect).count == 5)
  }

  @Test("A01: the time that a server asks for is waited, never less than the ladder's step")
  func retryAfter() {
    #expect(waits(.answer(status: 429, retryAfter: "7")) == [7, 7, 7, 8, 16])
    #expect(waits(.answer(status: 503, retryAfter: "300")).count == 5)
    #expect(waits(.answer(status: 503, retryAfter: "0")) == [1, 2, 4, 8, 16])
    let date = "Sun, 01 Nov 2026 00:00:20 GMT"
    #expect(waits(.answer(status: 429, retryAfter: date)) == [20, 20, 20, 20, 20])
    let past = "Sun, 01 Nov 2026 00:00:00 GMT"
    #expect(waits(.answer(status: 429, retryAfter: past)) == [1, 2, 4, 8, 16])
    for nonsense in ["", "soon", "-1", "1.5", "99999999999", "Sun Nov  1 00:00:20 2026"] {
      #expect(waits(.answer(status: 429, retryAfter: nonsense)).first == 1, "\(nonsense)")
    }
  }

  @Test("A01: more than 300 seconds are not waited but left to the next run")
  func tooLong() {
    #expect(waits(.answer(status: 503, retryAfter: "301")).isEmpty)
    #expect(waits(.answer(status: 429, retryAfter: "Sun, 01 Nov 2026 00:05:01 GMT")).isEmpty)
  }

  @Test(
    "only real moments in the one form of today are dates",
    arguments: [
      ("Sun, 06 Nov 1994 08:49:37 GMT", "1994-11-06T08:49:37Z"),
      ("Thu, 29 Feb 2024 23:59:59 GMT", "2024-02-29T23:59:59Z"),
      ("Sun, 06 Nov 1994 08:49:37 CET", nil), ("Sunday, 06-Nov-94 08:49:37 GMT", nil),
      ("Sun, 6 Nov 1994 08:49:37 GMT", nil), ("Sun, 06 nov 1994 08:49:37 GMT", nil),
      ("Sun, 31 Feb 1994 08:49:37 GMT", nil), ("", nil),
    ] as [(String, String?)])
  func dates(_ text: String, _ instant: String?) {
    #expect(HTTPDate.instant(text)?.description == instant)
  }
}
