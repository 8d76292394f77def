// SPDX-License-Identifier: Apache-2.0
import Bundles
import Centre
import Intents
import TestKit
import Testing
import Trust

/// The site's hash-chained log as a return brings it: FORMAT.md, 12.
@Suite struct EventChainTests {
  /// How a report is bent, and the code that it is refused with.
  struct Fault: CustomTestStringConvertible, Sendable {
    let testDescription: String
    var code = "WB1063"
    /// The report that the bent one builds on; report 1 is booked before.
    var base: Int64 = 0
    let bend: @Sendable (inout ForgedSite.Return, [AuditEvent]) -> Void
  }

  static let faults: [Fault] = [
    Fault(testDescription: "R20: a line in the middle is left out") { report, _ in
      report.events?.remove(at: 1)
    },
    Fault(testDescription: "S18: two lines have changed places") { report, _ in
      report.events?.swapAt(1, 2)
    },
    Fault(testDescription: "S18: a line does not name the hash of the line before") { report, _ in
      report.events?[2] = line(3, after: .sha256([1]))
    },
    Fault(testDescription: "S18: a line is not what its hash says", code: "WB1002") { report, log in
      let text = String(decoding: log[1].encoded, as: UTF8.self)
      report.events?[1] = Array(text.replacing("step", with: "pets").utf8)
    },
    Fault(testDescription: "R20: the last line is cut off behind the signed head") { report, _ in
      report.events?.removeLast()
    },
    Fault(testDescription: "R20: the head is that of no line") { report, _ in
      report.auditHead = .sha256([1])
    },
    Fault(testDescription: "R20: the file of events is left out though the head moved") {
      report, _ in report.events = nil
    },
    Fault(testDescription: "R20: the file of events is empty though the head moved") {
      report, _ in report.events = []
    },
    Fault(testDescription: "R20: the first line ever names a line before it") { report, _ in
      report.events = [line(1, after: .sha256([1]))]
      report.auditHead = event(1, after: .sha256([1])).digest
    },
    Fault(testDescription: "R14: events since base are left out", base: 1) { report, log in
      report.events?.removeFirst()
    },
    Fault(testDescription: "R14: it begins before the events since base", base: 1) { report, log in
      report.events = log.map(\.encoded)
    },
    Fault(testDescription: "a line ends without its line feed", code: "WB1031") { report, _ in
      report.events?[3].removeLast()
    },
  ]

  static func event(_ seq: Int64, after previous: Digest) -> AuditEvent {
    AuditEvent(seq: seq, at: ForgedSite.now, event: "forged", facts: [:], previous: previous)
  }

  static func line(_ seq: Int64, after previous: Digest) -> [UInt8] {
    event(seq, after: previous).encoded
  }

  /// A site with four lines in its log; two of them in report 1 when that is booked.
  static func site(booked: Bool) throws -> ForgedSite {
    var site = try ForgedSite()
    site.log("step", ["number": "2"])
    if booked {
      #expect(try site.hand(site.report()).standing == .booked)
    }
    site.log("step", ["number": "3"])
    site.log("step", ["number": "4"])
    return site
  }

  @Test(arguments: faults)
  func `a log that contradicts itself or the report is damaged and nothing is booked`(
    fault: Fault
  ) throws {
    var site = try Self.site(booked: fault.base > 0)
    var report = site.report(base: fault.base)
    fault.bend(&report, site.events)
    let result = try site.hand(report)
    #expect(result.standing == .refused)
    #expect(result.refusal?.code == fault.code, "\(String(describing: result.refusal))")
    #expect(result.refusal?.exit == .damaged)
    #expect(try site.booked() == (fault.base > 0 ? 1 : nil))
    #expect(try site.keptEvents().count == (fault.base > 0 ? 2 : 0))
    #expect(try site.history("return.refused").last?.facts["code"] == fault.code)
  }

  @Test func `R14: each line is kept once, in the order of the log, over reports that overlap`()
    throws
  {
    var site = try Self.site(booked: true)
    #expect(try site.hand(site.report()).standing == .booked)
    site.log("step", ["number": "5"])
    #expect(try site.hand(site.report(base: 1)).standing == .booked)
    #expect(try site.keptEvents() == site.events.map(\.encoded))
  }

  @Test(arguments: [[], nil] as [[[UInt8]]?])
  func `a report without a new event has the head of its base`(events: [[UInt8]]?) throws {
    var site = try Self.site(booked: true)
    #expect(try site.hand(site.report()).standing == .booked)
    var report = site.report(base: 2)
    report.events = events
    let result = try site.hand(report)
    #expect(result.standing == .booked, "\(String(describing: result.refusal))")
    #expect(try site.keptEvents().count == 4)
  }

  @Test func `R20: a log that was cut and went on differently is a fork`() throws {
    var site = try Self.site(booked: true)
    site.cutLog(behind: 1)
    site.log("another", ["number": "2"])
    site.log("another", ["number": "3"])
    try expectFork(&site, site.report())
  }

  @Test func `R20: a log that was cut and did not go on is a fork`() throws {
    var site = try Self.site(booked: true)
    site.cutLog(behind: 1)
    try expectFork(&site, site.report())
  }

  @Test func `R20: a log that does not join the base is a fork`() throws {
    var site = try Self.site(booked: true)
    var report = site.report(base: 1)
    report.events = [Self.line(3, after: .sha256([1]))]
    report.auditHead = Self.event(3, after: .sha256([1])).digest
    try expectFork(&site, report)
  }

  @Test func `R20: a late report whose log goes beyond that of a newer one is a fork`() throws {
    var site = try Self.site(booked: false)
    let late = try site.write(site.report())
    var newer = site.report()
    newer.events?.removeLast(2)
    newer.auditHead = site.events[1].digest
    #expect(try site.hand(newer).standing == .booked)
    let result = try site.ingest(late)
    #expect(result.standing == .quarantined)
    #expect(result.refusal?.code == "WB4161", "\(String(describing: result.refusal))")
  }

  @Test func `R02: a late report brings nothing that the newer one did not`() throws {
    var site = try Self.site(booked: false)
    let late = try site.write(site.report())
    site.log("step", ["number": "5"])
    #expect(try site.hand(site.report()).standing == .booked)
    #expect(try site.ingest(late).standing == .filled)
    #expect(try site.keptEvents().count == 5)
  }

  /// The report is kept in quarantine, the code is in the history, and all else stays at report 1.
  private func expectFork(_ site: inout ForgedSite, _ report: ForgedSite.Return) throws {
    let kept = try site.keptEvents()
    let result = try site.hand(report)
    #expect(result.standing == .quarantined)
    #expect(result.refusal?.code == "WB4161", "\(String(describing: result.refusal))")
    #expect(result.refusal?.exit == .fork)
    #expect(try site.booked() == 1)
    #expect(try site.keptEvents() == kept)
    #expect(try site.history("return.quarantined").last?.facts["code"] == "WB4161")
    #expect(try site.ledger("SELECT standing FROM reports WHERE seq = 2") == "quarantined")
  }

  @Test func `T28: a field that a newer agent adds to an event is signed over and kept`() throws {
    var site = try Self.site(booked: false)
    let plain = try JSONValue(parsing: Array(site.events[3].encoded.dropLast()), named: "line")
    let body = plain.setting("hash", to: nil).setting("actor", to: "A. Berg")
    let digest = Digest.sha256(body.canonical)
    // As another writer may lay it out: what is kept is what was signed, byte for byte.
    let text = String(
      decoding: body.setting("hash", to: .string(digest.hex)).encoded, as: UTF8.self)
    var report = site.report()
    report.events?[3] = Array((text.replacing("\"at\":", with: "\"at\": ") + "\n").utf8)
    report.auditHead = digest
    let result = try site.hand(report)
    #expect(result.standing == .booked, "\(String(describing: result.refusal))")
    #expect(try site.keptEvents().last == report.events?.last)
  }
}
