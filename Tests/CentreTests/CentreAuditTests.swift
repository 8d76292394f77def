// SPDX-License-Identifier: Apache-2.0
import Bundles
import Centre
import Foundation
import GRDB
import Intents
import SystemPackage
import TestKit
import Testing
import Trust

/// The centre's own log, what it holds of a site's, and what the other side echoes.
@Suite struct CentreAuditTests {
  /// A site with two booked reports; the second echoes the head of the centre's log after the first.
  static func site() throws -> ForgedSite {
    var site = try ForgedSite()
    site.log("step", ["number": "2"])
    #expect(try site.hand(site.report()).standing == .booked)
    site.log("step", ["number": "3"])
    site.log("step", ["number": "4"])
    var second = site.report(base: 1)
    second.centreHead = try site.centreHead()
    let result = try site.hand(second)
    #expect(result.standing == .booked, "\(String(describing: result.refusal))")
    return site
  }

  private static func findings(_ site: ForgedSite) throws -> [AuditFinding] {
    let audit = CentreAudit(of: site.centre)
    return [try audit.own()] + (try audit.logs(of: site.centre.ledger.site(site.id)))
  }

  @Test func `a sound ledger agrees with its logs`() throws {
    let site = try Self.site()
    let findings = try Self.findings(site)
    #expect(findings.count == 2)
    for finding in findings {
      #expect(finding.faults.isEmpty, "\(finding.faults.list)")
      #expect(finding.statements == 2)
      #expect(finding.centreRefusal == nil)
    }
    #expect(findings[0].head == (try site.centreHead()))
    #expect(findings[1].count == 4)
  }

  /// What is done to a table, and the code that the log ends with.
  static let edits: [(sql: String, code: String)] = [
    ("UPDATE audit SET line = x'7b7d0a' WHERE seq = 2", "WB1066"),
    ("UPDATE audit SET hash = '' WHERE seq = 2", "WB1066"),
    ("UPDATE audit SET line = (SELECT line FROM audit WHERE seq = 1) WHERE seq = 2", "WB1066"),
    (
      """
      UPDATE audit SET line =
        CAST(replace(CAST(line AS TEXT), 'fjord-3', 'fjord-4') AS BLOB)
        WHERE seq = (SELECT min(seq) FROM audit WHERE CAST(line AS TEXT) LIKE '%fjord-3%')
      """, "WB1066"
    ),
    ("DELETE FROM audit WHERE seq = 1", "WB1066"), ("DELETE FROM audit WHERE seq = 2", "WB1066"),
    ("DELETE FROM audit WHERE seq > 2", "WB4163"),
    ("DELETE FROM audit WHERE seq = (SELECT max(seq) FROM audit)", "WB1067"),
    ("UPDATE audit SET at = '2020-01-01T00:00:00Z' WHERE seq = 2", "WB1067"),
    ("UPDATE audit SET event = 'x' WHERE seq = 2", "WB1067"),
    ("UPDATE events SET line = x'7b7d0a' WHERE seq = 2", "WB1066"),
    ("UPDATE events SET hash = '' WHERE seq = 2", "WB1066"),
    ("UPDATE events SET seq = 9 WHERE seq = 2", "WB1066"),
    ("DELETE FROM events WHERE seq = 3", "WB1066"),
    ("DELETE FROM events WHERE seq = 4", "WB4161"), ("DELETE FROM events", "WB4161"),
    ("UPDATE reports SET envelope = x'7b7d' WHERE seq = 1", "WB1067"),
    ("UPDATE reports SET sha256 = '\(AuditEvent.origin)' WHERE seq = 1", "WB1067"),
    ("UPDATE reports SET n = 7 WHERE seq = 1", "WB1067"),
    ("UPDATE reports SET standing = 'filled' WHERE seq = 1", "WB1067"),
    ("DELETE FROM reports WHERE seq = 1", "WB1067"),
    ("UPDATE sites SET enrolment = '\(AuditEvent.origin)'", "WB1067"),
    (
      """
      UPDATE metadata SET bytes =
        CAST(replace(CAST(bytes AS TEXT), 'spec', 'cesp') AS BLOB) WHERE role = 'policy'
      """, "WB1067"
    ),
  ]

  @Test(arguments: edits)
  func `S18: every edit of the ledger is found`(edit: (sql: String, code: String)) throws {
    let site = try Self.site()
    try site.edit(edit.sql)
    let codes = Set(try Self.findings(site).compactMap { $0.centreRefusal?.code })
    #expect(["WB1066", "WB1067", "WB4161", "WB4163"].contains(edit.code))
    #expect(codes.contains(edit.code), "\(codes)")
  }

  @Test func `R20: what is held of a site's log, written anew, contradicts what the site signed`()
    throws
  {
    let site = try Self.site()
    var previous = AuditEvent.origin
    for event in site.events {
      let anew = AuditEvent(
        seq: event.seq, at: event.at, event: "other", facts: event.facts, previous: previous)
      try site.edit(
        "UPDATE events SET hash = ?, line = ? WHERE seq = ?",
        [anew.digest.hex, Data(anew.encoded), anew.seq])
      previous = anew.digest
    }
    let finding = try Self.findings(site)[1]
    #expect(finding.faults[.line] == 0)
    #expect(finding.centreRefusal?.code == "WB4161")
  }

  @Test func `a line that was read out is looked for`() throws {
    let site = try Self.site()
    let audit = CentreAudit(of: site.centre)
    let record = try site.centre.ledger.site(site.id)
    let lost = AuditHead(seq: 5, digest: .sha256([5]))
    #expect(try audit.own(expecting: [lost]).centreRefusal?.code == "WB4163")
    #expect(try audit.logs(of: record, expecting: [lost]).first?.centreRefusal?.code == "WB4161")
  }
}

/// R20: the site echoes the head of the centre's log.
@Suite struct EchoTests {
  static let lost = AuditHead(seq: 3000, digest: .sha256([3]))

  @Test(arguments: [lost, AuditHead(seq: 2, digest: .sha256([2]))])
  func `R20: a report that echoes a line which the centre's log lacks is kept aside with an alarm`(
    head: AuditHead
  ) throws {
    var site = try ForgedSite()
    var report = site.report()
    report.centreHead = head
    let result = try site.hand(report)
    #expect(result.standing == .quarantined)
    #expect(result.refusal?.code == "WB4163")
    #expect(result.refusal?.exit == .fork)
    #expect(try site.booked() == nil)
    #expect(try site.history("return.quarantined").last?.facts["code"] == "WB4163")
    // The next bundle brings the head that is; the report behind it is booked.
    var next = site.report()
    next.centreHead = try site.centreHead()
    #expect(try site.hand(next).standing == .booked)
  }

  @Test func `R20: a report that was booked says so when the centre's log is cut later`() throws {
    var site = try ForgedSite()
    var report = site.report()
    report.centreHead = try site.centreHead()
    let medium = try site.write(report)
    #expect(try site.ingest(medium).refusal == nil)
    #expect(try site.ingest(medium).refusal == nil)
    try site.edit("DELETE FROM audit WHERE seq > 1")
    let again = try site.ingest(medium)
    #expect(again.standing == .known)
    #expect(again.refusal?.code == "WB4163")
    #expect(try site.history("return.known").last?.facts["code"] == "WB4163")
  }

  @Test func `R22: a restored centre says first that the base is unknown`() throws {
    var site = try ForgedSite()
    _ = try site.write(site.report())
    var report = site.report(base: 1)
    report.centreHead = Self.lost
    let result = try site.hand(report)
    #expect(result.standing == .provisional)
    #expect(result.refusal?.code == "WB4060")
    #expect(result.notes.contains { $0.hasPrefix("WB4163") })
  }

  @Test func `R20: a head from before a declared restore is noted and no alarm`() throws {
    var site = try ForgedSite()
    var report = site.report()
    report.centreHead = Self.lost
    report.number = 7
    let medium = try site.write(report)
    #expect(try site.ingest(medium).refusal?.code == "WB4163")
    // Another line's restore, and one that ended below this number, excuse nothing.
    for facts in [["site": "oslo-2", "n": "1007"], ["site": "fjord-3", "n": "6"]] {
      try site.centre.ledger.log("restore.declared", facts, at: ForgedSite.now)
      #expect(try site.ingest(medium).refusal?.code == "WB4163")
    }
    try site.centre.ledger.log(
      "restore.declared", ["site": "fjord-3", "n": "1007"], at: ForgedSite.now)
    let result = try site.ingest(medium)
    #expect(result.standing == .booked)
    #expect(result.notes.contains("echoes line 3000 of this centre's log, from before the restore"))
  }
}

extension ForgedSite {
  /// The newest line of the centre's log.
  func centreHead() throws -> AuditHead {
    let last = try #require(try centre.ledger.history(newest: 1).last)
    return AuditHead(seq: last.seq, digest: last.digest)
  }
}
