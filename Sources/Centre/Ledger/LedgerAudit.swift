// SPDX-License-Identifier: Apache-2.0
package import Bundles
import Foundation
import GRDB
package import Intents
import Trust

/// The centre's append-only, hash-chained log.
enum LedgerAudit {
  /// Appends a line; call it inside the transaction of what it tells.
  static func append(
    _ event: String, _ facts: [String: String], at now: Instant, in database: Database
  ) throws {
    let last = try Row.fetchOne(
      database, sql: "SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1")
    let seq: Int64 = last?["seq"] ?? 0
    let previous = (last?["hash"] as String?).flatMap { Digest(hex: $0) } ?? AuditEvent.origin
    let line = AuditEvent(seq: seq + 1, at: now, event: event, facts: facts, previous: previous)
    try database.execute(
      sql: "INSERT INTO audit(seq, at, event, line, hash) VALUES (?, ?, ?, ?, ?)",
      arguments: [line.seq, now.description, event, Data(line.encoded), line.digest.hex])
  }

  /// What a declared restore is logged as, a line a site, with the number `n` that its next bundle is above.
  /// Lines of this log behind the backup are lost, and known to be.
  static let restored = "restore.declared"

  /// The newest line.
  static func head(in database: Database) throws -> AuditHead {
    let row = try Row.fetchOne(
      database, sql: "SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1")
    guard let row else { return .origin }
    return AuditHead(seq: row["seq"], digest: try row.parsed("hash") { Digest(hex: $0) })
  }
}

extension Ledger {
  /// Whether the line that `head` names is in the log.
  func logs(_ head: AuditHead) throws(Refusal) -> Bool {
    if head == .origin { return true }
    return try read { database in
      try String.fetchOne(
        database, sql: "SELECT hash FROM audit WHERE seq = ?", arguments: [head.seq])
    } == head.digest.hex
  }

  /// Whether bundle `number` for `site` may have been made after the backup that this centre was restored from.
  func lost(_ number: Int64, of site: SiteID) throws(Refusal) -> Bool {
    try read { database in
      let rows = try Row.fetchCursor(
        database, sql: "SELECT line FROM audit WHERE event = ?",
        arguments: [LedgerAudit.restored])
      while let row = try rows.next() {
        let bytes = Array((row["line"] as Data).dropLast())
        let facts = try AuditEvent(JSONField(parsing: bytes, named: "ledger, audit")).facts
        guard facts["site"] == site.text else { continue }
        if let last = facts["n"].flatMap({ Int64($0) }), number <= last { return true }
      }
      return false
    }
  }

  /// The newest lines of the log, oldest first, each checked against its hash.
  package func history(newest count: Int) throws(Refusal) -> [AuditEvent] {
    try read { database in
      try Row.fetchAll(
        database,
        sql: "SELECT line FROM (SELECT * FROM audit ORDER BY seq DESC LIMIT ?) ORDER BY seq",
        arguments: [count]
      ).map { row in
        try AuditEvent(
          JSONField(parsing: Array((row["line"] as Data).dropLast()), named: "ledger, audit"))
      }
    }
  }

  /// Books an event that changes nothing else.
  package func log(_ event: String, _ facts: [String: String], at now: Instant) throws(Refusal) {
    try write { try LedgerAudit.append(event, facts, at: now, in: $0) }
  }
}
