// SPDX-License-Identifier: Apache-2.0
import Bundles
import Foundation
import GRDB
import Intents
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
