// SPDX-License-Identifier: Apache-2.0
import Bundles
import Foundation
import GRDB
import Intents

/// The logs of the sites in the ledger.
extension ReportStore {
  /// Books the events of a report, each checked and kept as it stands.
  ///
  /// - Returns: number of the line that the report reaches to.
  func insertEvents(
    _ report: SignedReport, _ evidence: EvidenceReader, in database: Database
  ) throws -> Int64 {
    let line: [any DatabaseValueConvertible] = [report.site.id.text, report.predicate.epoch.text]
    let insert = try database.makeStatement(
      sql: "INSERT INTO events(site, epoch, seq, hash, line) VALUES (?, ?, ?, ?, ?)")
    let select = try database.makeStatement(
      sql: "SELECT hash FROM events WHERE site = ? AND epoch = ? AND seq = ?")
    var check = EventCheck(
      report.site.id, head: report.predicate.auditHead, known: try known(of: report, in: database))
    try evidence.forEachLine(of: EvidenceLine.events) { (field, bytes) throws(Refusal) in
      let event = try AuditEvent(field)
      let isNew = try check.take(event) { (seq) throws(Refusal) in
        try ledgered {
          try String.fetchOne(select, arguments: StatementArguments(line + [seq]))
            .flatMap { Digest(hex: $0) }
        }
      }
      guard isNew else { return }
      try ledgered {
        try insert.execute(
          arguments: StatementArguments(line + [event.seq, event.digest.hex, Data(bytes)]))
      }
    }
    return try check.finish()
  }

  /// What is held of the log that `report` continues.
  private func known(
    of report: SignedReport, in database: Database
  ) throws -> EventCheck.Known {
    let predicate = report.predicate
    let row = try Row.fetchOne(
      database,
      sql: """
        SELECT (SELECT max(seq) FROM events WHERE site = :site AND epoch = :epoch) AS newest,
          max(audit_seq) FILTER (WHERE seq < :seq) AS least,
          min(audit_seq) FILTER (WHERE seq > :seq) AS most
        FROM reports WHERE site = :site AND epoch = :epoch AND standing IN ('booked', 'filled')
        """,
      arguments: [
        "site": report.site.id.text, "epoch": predicate.epoch.text, "seq": predicate.seq,
      ])
    return EventCheck.Known(
      base: try base(of: report, in: database), newest: row?["newest"] ?? 0,
      least: row?["least"] ?? 0, most: row?["most"])
  }

  /// Where the report that `report` builds on ends; the enrolment tells of no event.
  private func base(of report: SignedReport, in database: Database) throws -> AuditHead {
    let base = report.predicate.base
    guard base.seq > 0 else { return .origin }
    let row = try Row.fetchOne(
      database,
      sql: """
        SELECT audit_seq, audit_head FROM reports WHERE site = ? AND epoch = ? AND sha256 = ?
          AND standing IN ('booked', 'filled')
        """,
      arguments: [report.site.id.text, report.predicate.epoch.text, base.digest.hex])
    guard let row, let seq = row["audit_seq"] as Int64? else {
      throw Refusal(
        CentreReason.ledgerDamaged, "ledger, reports",
        seen: "no event that report \(base.seq) ends with",
        expected: "one of each booked report")
    }
    return AuditHead(seq: seq, digest: try row.parsed("audit_head") { Digest(hex: $0) })
  }
}

extension Ledger {
  /// The newest line that is held of a site's log in its epoch.
  func eventHead(of site: SiteRecord) throws(Refusal) -> AuditHead {
    try read { database in
      let row = try Row.fetchOne(
        database,
        sql: "SELECT seq, hash FROM events WHERE site = ? AND epoch = ? ORDER BY seq DESC LIMIT 1",
        arguments: [site.id.text, site.epoch.text])
      guard let row else { return .origin }
      return AuditHead(seq: row["seq"], digest: try row.parsed("hash") { Digest(hex: $0) })
    }
  }
}
