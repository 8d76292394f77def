// SPDX-License-Identifier: Apache-2.0
import HTTP
import Intents
import TestKit
import Testing

/// A server, a clock and a memory that a test moves by hand.
private final class Stage {
  var now = Instant(clamping: 1_800_000_000)
  var answers: [Result<Int, Refusal>] = []
  private(set) var asked: [String] = []
  private(set) var slept: [Int64] = []
  var saved: String?

  static func broken(_ reason: HTTPReason) -> Result<Int, Refusal> {
    .failure(Refusal(reason, "server", seen: "nothing", expected: "an answer"))
  }

  func client() -> PatientClient {
    PatientClient(
      { [self] (request) throws(Refusal) in
        asked.append(request.address)
        guard !answers.isEmpty else { return HTTPResponse(status: 200) }
        return HTTPResponse(status: try answers.removeFirst().get())
      }, probe: HTTPRequest(.get, "probe"),
      timing: PatientClient.Timing(
        now: { [self] in now },
        sleep: { [self] (seconds) throws(Refusal) in
          slept.append(seconds)
          now = now.adding(seconds: seconds)
        }),
      memory: PatientClient.Memory(
        load: { [self] () throws(Refusal) in saved },
        save: { [self] (text) throws(Refusal) in saved = text }))
  }

  func send(_ client: PatientClient, _ repetition: Retry.Repetition = .always) throws(Refusal)
    -> Int
  {
    try client.send(HTTPRequest(.get, "call"), repeating: repetition).status
  }
}

struct PatientClientTests {
  @Test("A01: a call that comes through on a later try has waited in between, and succeeds")
  func later() throws {
    let stage = Stage()
    stage.answers = [.success(429), Stage.broken(.unreachable), .success(502), .success(200)]
    #expect(try stage.send(stage.client()) == 200)
    #expect(stage.slept == [1, 2, 4])
  }

  @Test("A01: after the last try the caller gets the last answer or failure")
  func exhausted() throws {
    let stage = Stage()
    stage.answers = Array(repeating: .success(429), count: 9)
    #expect(try stage.send(stage.client()) == 429)
    #expect(stage.asked.count == 6)
    stage.answers = Array(repeating: Stage.broken(.unreachable), count: 9)
    let client = stage.client()
    let seen = refusal { () throws(Refusal) in _ = try stage.send(client) }
    #expect(seen?.code == HTTPReason.unreachable.code)
    #expect(stage.asked.count == 12)
  }

  @Test(
    "A01: three answers 503 in a row open the breaker, and nothing is asked until its time is over")
  func opens() throws {
    let stage = Stage()
    stage.answers = [.success(503), .success(503), .success(503)]
    let client = stage.client()
    #expect(try stage.send(client) == 503)
    #expect(stage.asked.count == 3)
    stage.now = stage.now.adding(seconds: 59)
    // A new process has what the old one kept.
    for client in [client, stage.client()] {
      let seen = refusal { () throws(Refusal) in _ = try stage.send(client) }
      #expect(seen?.code == HTTPReason.leftAlone.code)
    }
    #expect(stage.asked.count == 3)
    stage.now = stage.now.adding(seconds: 1)
    #expect(try stage.send(client) == 200)
    #expect(stage.asked.suffix(2) == ["probe", "call"])
  }

  @Test("A01: while probes fail the pauses grow from 60 over 120 and 240 to at most 600 seconds")
  func pauses() throws {
    let stage = Stage()
    stage.answers = [.success(503), .success(503), .success(503)]
    _ = try stage.send(stage.client())
    for (pause, failure) in [
      (Int64(60), Result<Int, Refusal>.success(503)), (120, Stage.broken(.unreachable)),
      (240, .success(500)), (480, .success(503)), (600, .success(503)), (600, .success(503)),
    ] {
      stage.now = stage.now.adding(seconds: pause - 1)
      let client = stage.client()
      #expect(refusal { () throws(Refusal) in _ = try stage.send(client) } != nil)
      stage.now = stage.now.adding(seconds: 1)
      stage.answers = [failure]
      let count = stage.asked.count
      #expect(refusal { () throws(Refusal) in _ = try stage.send(client) } != nil, "\(pause)")
      #expect(stage.asked.count == count + 1, "\(pause)")
    }
  }

  @Test("any other answer resets the count of answers 503")
  func resets() throws {
    var breaker = CircuitBreaker()
    let now = Instant(clamping: 1_800_000_000)
    for status in [503, 503, 404, 503, 503, 500] { breaker.note(status: status, at: now) }
    breaker.noteBroken(at: now)
    #expect(breaker.gate(at: now) == .closed)
  }

  @Test("what is kept of a breaker is read again, and no other text is")
  func kept() {
    let now = Instant(clamping: 1_800_000_000)
    var breaker = CircuitBreaker()
    #expect(CircuitBreaker(breaker.text) == breaker)
    for _ in 0..<3 { breaker.note(status: 503, at: now) }
    #expect(CircuitBreaker(breaker.text) == breaker)
    #expect(breaker.gate(at: now) == .open(until: now.adding(seconds: 60)))
    for text in ["", "0 0", "a 0 -", "0 0 soon", "0 -1 -", "0 0 - -"] {
      #expect(CircuitBreaker(text) == nil, "\(text)")
    }
  }

  @Test("a clock that was set back years does not keep the breaker open for years")
  func clockSetBack() {
    var breaker = CircuitBreaker()
    for _ in 0..<3 { breaker.note(status: 503, at: Instant(clamping: 1_900_000_000)) }
    #expect(breaker.gate(at: Instant(clamping: 1_800_000_000)) == .probe)
  }
}
