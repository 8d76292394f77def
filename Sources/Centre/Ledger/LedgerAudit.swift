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

  /// Hash of the newest line.
  static func head(in database: Database) throws -> Digest {
    try String.fetchOne(database, sql: "SELECT hash FROM audit ORDER BY seq DESC LIMIT 1")
      .flatMap { Digest(hex: $0) } ?? AuditEvent.origin
  }
}

extension Ledger {
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
