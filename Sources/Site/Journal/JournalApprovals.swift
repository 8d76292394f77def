// SPDX-License-Identifier: Apache-2.0
package import Bundles
import Foundation
import GRDB
import Intents
package import Trust

extension JournalTransaction {
  /// The people enrolled with this site, in the order in which they were.
  package func operators() throws -> [Approver] {
    try Row.fetchAll(database, sql: "SELECT name, key FROM operators ORDER BY id").map { row in
      let key = try JSONValue(parsing: Array((row["key"] as String).utf8), named: "operators")
      return try Approver(
        JSONField(["name": .string(row["name"]), "key": key], at: "journal.sqlite, operators"))
    }
  }

  package func enrol(_ person: Approver) throws {
    try database.execute(
      sql: "INSERT INTO operators (name, key) VALUES (?, ?)",
      arguments: [person.name.text, String(decoding: person.key.json.encoded, as: UTF8.self)])
  }

  /// Every statement that is kept, in the order in which they came.
  package func approvals() throws -> [Envelope] {
    try Data.fetchAll(database, sql: "SELECT envelope FROM approvals ORDER BY id").map {
      try Envelope(parsing: [UInt8]($0), named: "journal.sqlite, approvals")
    }
  }

  /// Keeps a statement; one that is there already is kept once.
  package func keep(_ statement: Envelope, for subject: ApprovalSubject) throws {
    try database.execute(
      sql: """
        INSERT OR IGNORE INTO approvals (digest, n, plan, envelope) VALUES (?, ?, ?, ?)
        """,
      arguments: [
        Digest.sha256(statement.encoded).hex, subject.number ?? 0, subject.plan.hex,
        Data(statement.encoded),
      ])
  }

  /// Forgets what was approved for bundles before number `n`, unless something stands by it.
  package func forgetApprovals(before n: Int64) throws {
    try database.execute(
      sql: """
        DELETE FROM approvals WHERE n < ?
        AND plan NOT IN (SELECT plan FROM applied WHERE plan IS NOT NULL)
        """, arguments: [n])
    try database.execute(sql: "DELETE FROM begun WHERE n < ?", arguments: [n])
  }

  /// The expired bundle that somebody asked to take; nil when nobody did, or one was taken since.
  package func askedBreakGlass() throws -> BreakGlass? {
    guard let text = try value(JournalFact.breakGlass), !text.isEmpty else { return nil }
    return try BreakGlass(JSONField(parsing: Array(text.utf8), named: "break-glass"))
  }

  package func ask(_ breakGlass: BreakGlass?) throws {
    let text = breakGlass.map { String(decoding: $0.json.encoded, as: UTF8.self) } ?? ""
    try setValue(text, of: JournalFact.breakGlass)
  }

  package func begun() throws -> [PlanGate.Begun] {
    try Row.fetchAll(database, sql: "SELECT * FROM begun ORDER BY id DESC").map { row in
      let changes = (row["changes"] as String).split(separator: " ").map { Digest(hex: $0) }
      guard let plan = Digest(hex: row["plan"] as String), !changes.contains(nil),
        let fingerprint = Digest(hex: row["fingerprint"] as String)
      else { throw damaged("begun") }
      return PlanGate.Begun(
        plan: plan, number: row["n"], fingerprint: fingerprint,
        changes: Set(changes.compactMap(\.self)))
    }
  }

  /// Notes that the first effect of an approved plan comes next.
  package func begin(_ begun: PlanGate.Begun) throws {
    try database.execute(
      sql: "INSERT OR IGNORE INTO begun (plan, n, fingerprint, changes) VALUES (?, ?, ?, ?)",
      arguments: [
        begun.plan.hex, begun.number, begun.fingerprint.hex,
        begun.changes.sorted().map(\.hex).joined(separator: " "),
      ])
  }
}
