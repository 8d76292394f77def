// SPDX-License-Identifier: Apache-2.0
import Bundles
import Centre
import Intents
import Synchronization
import TestKit
import Testing
import Trust

/// What a return claims and this centre knows nothing of: booked as fact, noted, bounded.
@Suite struct ClaimTests {
  /// How a sound return is bent, and the one note that must come of it.
  struct Claim: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let note: String
    let bend: @Sendable (inout ForgedSite.Return) -> Void
  }

  private static func digest(_ text: String) -> Digest { .sha256(Array(text.utf8)) }

  private static func intent(_ id: String) -> IntentResult {
    IntentResult(
      id: Name(id) ?? name, revision: 9, manifest: digest(id), state: .applied, reason: nil,
      packageID: nil)
  }

  private static func device(_ id: String, asOf: Instant = ForgedSite.now) -> ComplianceRecord {
    ComplianceRecord(
      device: id, intent: name, revision: 1, state: .succeeded, exitCode: 0, asOf: asOf)
  }

  private static var name: Name {
    guard let name = Name("tool") else { preconditionFailure("a name") }
    return name
  }

  static let claims: [Claim] = [
    Claim(
      testDescription: "an N that was never sent",
      note: "applied bundle 7, which this centre never signed; its newest is 0"
    ) { $0.number = 7 },
    Claim(
      testDescription: "a root that this centre never made",
      note: "trusts root 9; the newest here is 1"
    ) { $0.trust = TrustVersions(root: 9, targets: 1, content: 1, policy: 1) },
    Claim(
      testDescription: "a root 0", note: "trusts root 0; the newest here is 1"
    ) { $0.trust = TrustVersions(root: 0, targets: 0, content: 0, policy: 0) },
    Claim(
      testDescription: "R24: intents that this centre does not know",
      note: "3 unknown intents, first fire revision 9"
    ) { $0.intents = ["tool", "saw", "fire"].map(intent) },
    Claim(
      testDescription: "R24: devices with an intent that this centre does not know",
      note: "2 device records of unknown intents, first tool revision 1"
    ) { $0.devices = [device("PC-1"), device("PC-2")] },
    Claim(
      testDescription: "R24: a manifest held that this centre does not know",
      note: "1 held manifest unknown here: \(digest("x"))"
    ) { $0.heldManifests = [digest("x")] },
    Claim(
      testDescription: "R24: a file held that this centre does not know",
      note: "1 held file unknown here: \(digest("x"))"
    ) { $0.heldFiles = [digest("x")] },
    Claim(
      testDescription: "a subject of the statement that nothing answers to",
      note: "2 subjects of the statement that are not in the return, first holiday.jpg"
    ) {
      $0.subjects = ["holiday.jpg", "more"].map {
        Statement.Subject(name: $0, digest: digest("x"))
      }
    },
    Claim(
      testDescription: "T28: evidence under a name that this centre does not know",
      note: "1 file of evidence of an unknown kind, not read: weather.ndjson"
    ) { $0.strangers = [("weather.ndjson", [123, 125, 10])] },
    Claim(
      testDescription: "the file of no bytes is held by everyone", note: ""
    ) { $0.heldFiles = [digest("")] },
  ]

  @Test(arguments: claims)
  func `R24: what cannot be known here is booked with a note that is in the history`(
    claim: Claim
  ) throws {
    var site = try ForgedSite()
    var report = site.report()
    claim.bend(&report)
    let result = try site.hand(report)
    #expect(result.standing == .booked, "\(String(describing: result.refusal))")
    let expected = claim.note.isEmpty ? [] : [claim.note]
    #expect(result.notes == expected)
    #expect(!result.hasDoubtfulTimes)
    #expect(try site.history("return.booked").last?.facts["notes"] == expected.first)
  }

  @Test func `R12: ten thousand odd claims make a note of one line each`() throws {
    var site = try ForgedSite()
    var report = site.report()
    report.heldFiles = (0..<10_000).map { Self.digest("\($0)") }
    report.subjects = (0..<10_000).map {
      Statement.Subject(
        name: String(repeating: "x", count: 200) + "\($0)", digest: report.auditHead)
    }
    let result = try site.hand(report)
    #expect(result.standing == .booked)
    #expect(result.notes.count == 2)
    #expect(result.notes.contains { $0.hasPrefix("10000 held files unknown here, first ") })
    #expect(result.notes.allSatisfy { $0.utf8.count < 400 })
    #expect(try site.history("return.booked").last?.encoded.count ?? 0 < 2000)
  }

  @Test(arguments: ["2099-01-01T00:00:00Z", "1970-01-02T00:00:00Z"])
  func `R09: a report with an impossible date is booked and its times are flagged`(
    text: String
  ) throws {
    var site = try ForgedSite()
    var report = site.report()
    report.asOf = try #require(Instant(text))
    report.devices = [Self.device("PC-1", asOf: report.asOf)]
    let result = try site.hand(report)
    #expect(result.standing == .booked)
    #expect(result.hasDoubtfulTimes)
    #expect(result.notes.first?.hasPrefix("dated \(text), ") == true)
    #expect(try site.ledger("SELECT as_of FROM reports") == text)
    #expect(try site.ledger("SELECT time_doubtful FROM reports") == 1)
    #expect(try site.ledger("SELECT as_of FROM devices") == text)
    #expect(try site.ledger("SELECT time_doubtful FROM devices") == 1)
    let late = ForgedSite.now.adding(days: 40)
    let status = try #require(try SiteStatus.all(in: site.centre, at: late).first)
    #expect(status.asOf == report.asOf)
    #expect(status.isTimeDoubtful)
    #expect(status.overdueDays == 40, "silence counts from when the report arrived")
  }

  @Test func `R09: one device with an impossible date does not spoil the others`() throws {
    var site = try ForgedSite()
    var report = site.report()
    report.devices = [
      Self.device("PC-1"), Self.device("PC-2", asOf: ForgedSite.now.adding(days: 900)),
    ]
    let result = try site.hand(report)
    #expect(!result.hasDoubtfulTimes)
    #expect(result.notes.contains("1 device record with a doubtful time: PC-2"))
    #expect(try site.ledger("SELECT device FROM devices WHERE time_doubtful") == "PC-2")
  }

  @Test func `a device that is told of twice is counted once and noted`() throws {
    var site = try ForgedSite()
    var report = site.report()
    report.devices = [Self.device("PC-1"), Self.device("PC-1"), Self.device("PC-2")]
    let result = try site.hand(report)
    #expect(result.devices == 2)
    #expect(result.notes.contains("1 device record told twice, the last stands: PC-1"))
  }

  @Test func `R22: what a provisional return claims is noted too`() throws {
    var site = try ForgedSite()
    var report = site.report()
    report.seq = 7
    report.base = 5
    report.number = 9
    let result = try site.hand(report)
    #expect(result.standing == .provisional)
    #expect(result.notes == ["applied bundle 9, which this centre never signed; its newest is 0"])
    #expect(try site.history("return.provisional").last?.facts["notes"] == result.notes.first)
  }

  @Test func `R06: a report of an epoch that is not enrolled is quarantined`() throws {
    var site = try ForgedSite()
    var first = site.report()
    first.devices = [Self.device("PC-1")]
    #expect(try site.hand(first).standing == .booked)
    site.epoch = try #require(RandomID("ffeeddccbbaa99887766554433221100"))
    var report = site.report()
    report.devices = [Self.device("PC-2")]
    let result = try site.hand(report)
    #expect(result.standing == .quarantined)
    #expect(result.refusal?.code == "WB4162")
    #expect(try site.ledger("SELECT group_concat(device) FROM devices") == "PC-1")
    #expect(try site.history("return.quarantined").last?.facts["code"] == "WB4162")
  }

  @Test(arguments: ["intents", "evidence"])
  func `R12: a state that names one thing twice is refused and nothing is booked`(
    list: String
  ) throws {
    var site = try ForgedSite()
    var report = site.report()
    report.intents = [Self.intent("tool")]
    report.editState = { state in
      guard case .array(let elements) = state.member(list) else { return state }
      return state.setting(list, to: .array(elements + elements))
    }
    let result = try site.hand(report)
    #expect(result.standing == .refused)
    #expect(result.refusal?.exit == .damaged)
    #expect(try site.booked() == nil)
    #expect(try site.history("return.refused").count == 1)
  }

  @Test func `R10: evidence that no volume holds is damage, named by its file`() throws {
    var site = try ForgedSite()
    var report = site.report()
    report.devices = [Self.device("PC-1")]
    report.lost = [EvidenceLine.devices]
    let result = try site.hand(report)
    #expect(result.standing == .refused)
    #expect(result.refusal?.code == "WB1063")
    #expect(result.refusal?.subject == EvidenceLine.devices)
    #expect(try site.booked() == nil)
  }

  @Test func `R12: more files of evidence than can be open at once are refused`() throws {
    var site = try ForgedSite()
    var report = site.report()
    report.strangers = (0..<100).map { ("stranger-\($0)", [UInt8($0)]) }
    let result = try site.hand(report)
    #expect(result.standing == .refused)
    #expect(result.refusal?.exit == .limitExceeded)
    #expect(try site.booked() == nil)
  }

  @Test func `an ingest tells how far it is, phase by phase, to the end`() throws {
    var site = try ForgedSite()
    for number in 0..<2000 { site.log("step", ["number": "\(number)"]) }
    let medium = try site.write(site.report())
    let told = Mutex<[Step]>([])
    _ = try Ingester(into: site.centre, keys: site.keys, at: ForgedSite.now) { phase, done, total in
      told.withLock { $0.append(Step(phase: phase, done: done, total: total)) }
    }.ingest(medium)
    for phase in ["reading volumes", "booking rows"] {
      let steps = told.withLock { $0.filter { $0.phase == phase } }
      #expect(steps.count > 2, "\(phase)")
      #expect(steps.count < 110, "\(phase)")
      #expect(steps.map(\.done) == steps.map(\.done).sorted())
      #expect(steps.last.map { $0.done == $0.total } == true)
      #expect(Set(steps.map(\.total)).count == 1)
    }
  }

  private struct Step: Sendable {
    let phase: String
    let done: Int64
    let total: Int64
  }

  @Test func `R02: a gap of many numbers is noted in one line`() throws {
    var site = try ForgedSite()
    var report = site.report()
    report.seq = 5000
    let result = try site.hand(report)
    #expect(result.standing == .booked)
    #expect(result.notes == ["4999 reports not arrived yet, first 1"])
  }
}
