// SPDX-License-Identifier: Apache-2.0
import Bundles
import GRDB
import Intents
import Site
import SystemPackage
import TestKit
import Testing
import Trust

/// A site's log, what stands beside it, and whoever writes to its disk.
struct AuditTests {
  var centre: MiniCentre
  let site: MiniSite

  /// A site that took two bundles and wrote two reports, the first of them acknowledged.
  init() throws {
    centre = try MiniCentre()
    try centre.want("tool-lab", MiniCentre.content("tool", counter: 2))
    site = try MiniSite(centre)
    _ = try site.enrol()
    _ = try centre.export(1, to: site.medium)
    try site.run()
    let report = try site.report()
    let head = try #require(try site.events().last { $0.event == "bundle.applied" })
    centre.acknowledgement = Acknowledgement(
      site: centre.forge.site, epoch: MiniCentre.id("epoch"),
      report: ReportPoint(seq: 1, digest: report.digest),
      auditHead: AuditHead(seq: 9, digest: .sha256([9])),
      siteHead: AuditHead(seq: head.seq, digest: head.digest))
    _ = try centre.export(2, to: site.medium)
    try site.run()
    _ = try site.report()
  }

  private func edit(_ sql: String, _ arguments: StatementArguments = []) throws {
    let queue = try DatabaseQueue(path: site.folder.journal.string)
    try queue.write { try $0.execute(sql: sql, arguments: arguments) }
    try queue.close()
  }

  private func faults() throws -> AuditFaults { try site.open().audit().faults }

  @Test func `a sound site agrees with its log`() throws {
    let finding = try site.open().audit()
    #expect(finding.faults.isEmpty, "\(finding.faults.list)")
    #expect(finding.statements == 3)
    let events = try site.events()
    #expect(finding.count == Int64(events.count))
    #expect(try site.open().audit(expecting: [finding.head]).faults.isEmpty)
  }

  @Test func `the report echoes the newest verified head of the centre`() throws {
    let report = try #require(try site.open().journal.read { try $0.newestReport() })
    let envelope = try Envelope(parsing: report.envelope, named: "report")
    let statement = try Statement(parsing: envelope.unverifiedPayload, named: "report")
    let predicate = try ReportPredicate(statement.predicate)
    #expect(predicate.centreHead == AuditHead(seq: 9, digest: .sha256([9])))
  }

  @Test(arguments: [
    "UPDATE audit SET at = '2026-11-03T00:00:00Z' WHERE seq = ?",
    "UPDATE audit SET at = 'soon' WHERE seq = ?",
    "UPDATE audit SET event = 'x' WHERE seq = ?",
    "UPDATE audit SET facts = '{}' WHERE seq = ?",
    "UPDATE audit SET facts = '{' WHERE seq = ?",
    "UPDATE audit SET prev = '\(Digest.sha256([1]).hex)' WHERE seq = ?",
    "UPDATE audit SET hash = '\(Digest.sha256([1]).hex)' WHERE seq = ?",
    "UPDATE audit SET hash = '' WHERE seq = ?",
    "UPDATE audit SET seq = seq + 1000 WHERE seq = ?",
  ])
  func `S18: an edited line is found, whichever it is`(sql: String) throws {
    for line in try site.events() {
      let queue = try DatabaseQueue(path: site.folder.journal.string)
      let before = try queue.read {
        try Row.fetchOne($0, sql: "SELECT * FROM audit WHERE seq = ?", arguments: [line.seq])
      }
      let row = try #require(before)
      try queue.write { try $0.execute(sql: sql, arguments: [line.seq]) }
      let found = try faults()
      #expect(found[.line] > 0, "line \(line.seq)")
      #expect(found.siteRefusal?.code == "WB1087", "line \(line.seq)")
      try queue.write { database in
        try database.execute(
          sql: "DELETE FROM audit WHERE seq = ? OR seq > 1000", arguments: [line.seq])
        try database.execute(
          sql: "INSERT INTO audit VALUES (?, ?, ?, ?, ?, ?)",
          arguments: StatementArguments(row.databaseValues))
      }
    }
    #expect(try faults().isEmpty)
  }

  @Test func `S18: a deleted line is named`() throws {
    try edit("DELETE FROM audit WHERE seq = 4")
    let refusal = try #require(try faults().siteRefusal)
    #expect(refusal.code == "WB1087")
    #expect(refusal.subject == "line 4")
  }

  @Test func `R20: a tail that was cut shows against what was signed`() throws {
    let last = try #require(try site.events().last { $0.event == "bundle.applied" })
    try edit("DELETE FROM audit WHERE seq >= ?", [last.seq])
    let found = try faults()
    #expect(found[.line] == 0)
    #expect(found[.head] == 1)
    #expect(found.siteRefusal?.code == "WB4181")
  }

  /// Writes the log anew from line `seq` on, as whoever owns the host can.
  private func rechain(from seq: Int64) throws {
    let events = try site.events()
    var previous = seq > 1 ? events[Int(seq) - 2].digest : AuditEvent.origin
    for event in events where event.seq >= seq {
      let at = event.seq == seq ? event.at.adding(days: -1) : event.at
      let anew = AuditEvent(
        seq: event.seq, at: at, event: event.event, facts: event.facts, previous: previous)
      try edit(
        "UPDATE audit SET at = ?, prev = ?, hash = ? WHERE seq = ?",
        [at.description, previous.hex, anew.digest.hex, event.seq])
      previous = anew.digest
    }
  }

  @Test(arguments: [1, 4, 7] as [Int64])
  func `R20: a log written anew from the middle shows against the other side's head alone`(
    seq: Int64
  ) throws {
    try rechain(from: seq)
    // Whoever owns the host owns the key as well: reports and acknowledgements go with the log.
    try edit("DELETE FROM reports")
    try edit("DELETE FROM acknowledgements")
    try edit("DELETE FROM configuration WHERE key = 'site_head'")
    var found = try faults()
    #expect(found[.line] == 0)
    #expect(found[.head] == 0)
    let held = try #require(centre.acknowledgement?.siteHead)
    found = try site.open().audit(expecting: [held]).faults
    #expect(found[.head] == 1)
    #expect(found.siteRefusal?.code == "WB4181")
    #expect(found.siteRefusal?.exit == .fork)
  }

  @Test func `R20: with its reports left there, they show it too`() throws {
    try rechain(from: 4)
    #expect(try faults()[.head] == 2)
  }

  @Test(arguments: [
    "DELETE FROM reports WHERE seq = 1", "UPDATE reports SET hash = '\(Digest.sha256([1]).hex)'",
    "UPDATE reports SET envelope = x'7b7d' WHERE seq = 2",
    "UPDATE reports SET envelope = (SELECT envelope FROM reports WHERE seq = 1) WHERE seq = 2",
    "UPDATE bundles SET fingerprint = '\(Digest.sha256([1]).hex)' WHERE n = 2",
    "DELETE FROM bundles WHERE n = 1", "UPDATE bundles SET n = 3 WHERE n = 2",
    "INSERT INTO bundles VALUES (7, '\(Digest.sha256([1]).hex)', 'applied', NULL, '2026-11-02T00:00:00Z')",
    "UPDATE applied SET manifest = '\(Digest.sha256([1]).hex)'", "UPDATE applied SET revision = 9",
    "UPDATE counters SET counter = 1", "UPDATE acknowledgements SET seq = 2",
    "DELETE FROM acknowledgements", "UPDATE configuration SET value = '1' WHERE key = 'n'",
    "UPDATE configuration SET value = '0:\(AuditEvent.origin)' WHERE key = 'centre_head'",
    "UPDATE documents SET bytes = x'7b7d' WHERE name = 'trust'",
    "UPDATE documents SET bytes = x'7b7d' WHERE name = 'policy'",
    "DELETE FROM documents WHERE name = 'policy'",
  ])
  func `S18: what is kept beside the log and edited disagrees with it`(sql: String) throws {
    try edit(sql)
    let found = try faults()
    #expect(found[.fact] > 0)
    #expect(found[.line] == 0)
    #expect(found.siteRefusal?.code == "WB1088", "\(found.list)")
  }

  @Test mutating func `R20: an acknowledgement of a line that the log lacks is refused`() throws {
    for (number, seq) in [(3, 3), (4, 3000)] as [(Int64, Int64)] {
      let head = AuditHead(seq: seq, digest: .sha256([3]))
      let known = try #require(centre.acknowledgement)
      centre.acknowledgement = Acknowledgement(
        site: known.site, epoch: known.epoch, report: known.report, auditHead: known.auditHead,
        siteHead: head)
      _ = try centre.export(number, to: site.medium)
      let outcome = try site.run()
      #expect(outcome.refusal?.code == "WB4181")
      #expect(outcome.exit == .fork)
      #expect(try site.sightings().contains("WB4181"))
    }
  }
}
