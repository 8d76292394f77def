// SPDX-License-Identifier: Apache-2.0
import Bundles
import Centre
import Intents
import Testing
import Trust

/// A chain of reports as one site writes them: number `seq` has the hash of its own name.
private struct Line {
  let enrolment = Line.hash("report 0")

  static func hash(_ name: String) -> Digest { Digest.sha256(Array(name.utf8)) }

  func digest(_ seq: Int64) -> Digest {
    seq == 0 ? enrolment : Line.hash("report \(seq)")
  }

  /// Report `seq` that builds on `base`.
  func report(_ seq: Int64, base: Int64, chain: [Digest]? = nil) throws -> ReportPredicate {
    let links = chain ?? (base + 1..<max(seq, base + 1)).map { digest($0) }
    return ReportPredicate(
      site: try #require(SiteID("fjord-3")),
      epoch: try #require(RandomID("00112233445566778899aabbccddeeff")), seq: seq,
      previous: links.last ?? digest(base), base: ReportPoint(seq: base, digest: digest(base)),
      chain: links,
      trust: .init(root: 1, targets: 1, content: 1, policy: 1), number: 1,
      asOf: Instant(clamping: 1_700_000_000), auditHead: digest(0), centreHead: .origin,
      agent: "test",
      isRehearsal: true)
  }

  func history(_ reports: [(seq: Int64, base: Int64)]) throws -> Booking.History {
    var history = Booking.History(enrolment: enrolment)
    for (seq, base) in reports {
      let report = try report(seq, base: base)
      history.add(seq: seq, digest: digest(seq), base: report.base, chain: report.chain)
    }
    return history
  }
}

private let line = Line()

@Test func theFirstReportIsBookedOnTheEnrolment() throws {
  let booking = Booking(
    try line.report(1, base: 0), digest: line.digest(1), history: try line.history([]))
  #expect(booking == .booked(missing: []))
}

@Test func R01_aReportIsBookedByItsBaseThoughOneBeforeItIsMissing() throws {
  let booking = Booking(
    try line.report(3, base: 1), digest: line.digest(3), history: try line.history([(1, 0)]))
  #expect(booking == .booked(missing: [2]))
}

@Test func R02_theMissingOneFillsTheHistoryWhenItComesLate() throws {
  let booking = Booking(
    try line.report(2, base: 1), digest: line.digest(2),
    history: try line.history([(1, 0), (3, 1)]))
  #expect(booking == .filled)
}

@Test func R03_theSameReportAgainIsKnown() throws {
  let booking = Booking(
    try line.report(1, base: 0), digest: line.digest(1), history: try line.history([(1, 0)]))
  #expect(booking == .known)
}

@Test func R04_otherBytesUnderOneNumberAreAFork() throws {
  let other = Line.hash("another report 1")
  let booking = Booking(
    try line.report(1, base: 0), digest: other, history: try line.history([(1, 0)]))
  #expect(booking == .fork(at: 1, seen: other, held: line.digest(1)))
}

@Test func R05_aBaseWithAnotherHashIsAFork() throws {
  let report = try line.report(3, base: 0, chain: [Line.hash("forged 1"), line.digest(2)])
  let booking = Booking(report, digest: line.digest(3), history: try line.history([(1, 0)]))
  #expect(booking == .fork(at: 1, seen: Line.hash("forged 1"), held: line.digest(1)))
}

@Test func R05_aLateReportThatABookedOneDoesNotNameIsAFork() throws {
  let forged = Line.hash("forged 2")
  let booking = Booking(
    try line.report(2, base: 1), digest: forged, history: try line.history([(1, 0), (3, 1)]))
  #expect(booking == .fork(at: 2, seen: forged, held: line.digest(2)))
}

@Test func R22_aBaseThatThisCentreNeverBookedIsProvisional() throws {
  let booking = Booking(
    try line.report(7, base: 5), digest: line.digest(7), history: try line.history([(1, 0)]))
  #expect(booking == .provisional)
}

@Test func R22_aLateReportOnABaseThatIsNotHeldIsProvisionalToo() throws {
  let booking = Booking(
    try line.report(3, base: 2), digest: line.digest(3),
    history: try line.history([(1, 0), (5, 1)]))
  #expect(booking == .provisional)
}

@Test(arguments: 0..<40 as Range<UInt64>)
func R02_anyOrderOfTheSameReportsEndsInOneHistory(seed: UInt64) throws {
  var random = SplitMix(state: seed)
  let reports: [(seq: Int64, base: Int64)] = [(1, 0), (2, 0), (3, 1), (4, 2), (5, 2)]
  var history = Booking.History(enrolment: line.enrolment)
  var order = reports + reports
  order.shuffle(using: &random)
  // Provisional ones are carried again until all is booked, as couriers do.
  for _ in 0..<reports.count {
    for (seq, base) in order {
      let report = try line.report(seq, base: base)
      switch Booking(report, digest: line.digest(seq), history: history) {
      case .booked, .filled:
        history.add(seq: seq, digest: line.digest(seq), base: report.base, chain: report.chain)
      case .known, .provisional: break
      case .fork, .stray: Issue.record("seed \(seed): report \(seq) was taken for a fork")
      }
    }
  }
  #expect(history.accepted.count == 6, "seed \(seed)")
}

/// A small seeded generator, so that a failure can be repeated.
struct SplitMix: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
