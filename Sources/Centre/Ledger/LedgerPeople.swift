// SPDX-License-Identifier: Apache-2.0
package import Bundles
import Foundation
import GRDB
package import Intents
import Trust

extension Ledger {
  /// The officers of this centre, in the order in which they were added.
  package func officers() throws(Refusal) -> [Approver] {
    try read { database in
      try Row.fetchAll(database, sql: "SELECT name, key FROM officers ORDER BY id").map { row in
        try Ledger.person(row["name"], key: row["key"], "ledger, officers")
      }
    }
  }

  /// - Throws: `DocumentReason.samePersonTwice` when name or key are those of an officer already.
  package func add(officer: Approver, at now: Instant) throws(Refusal) {
    try Approver.requireDifferent(try officers() + [officer], in: "officers")
    try write { database in
      try database.execute(
        sql: "INSERT INTO officers(name, key, added_at) VALUES (?, ?, ?)",
        arguments: [
          officer.name.text, String(decoding: officer.key.json.encoded, as: UTF8.self),
          now.description,
        ])
      try LedgerAudit.append(
        "officer.added", ["name": officer.name.text, "key": officer.key.id.hex], at: now,
        in: database)
    }
  }

  /// What officers signed about a site, in the order in which it came.
  func approvals(of site: SiteID) throws(Refusal) -> [Envelope] {
    try read { database in
      try Data.fetchAll(
        database, sql: "SELECT envelope FROM approvals WHERE site = ? ORDER BY id",
        arguments: [site.text]
      ).map { try Envelope(parsing: Array($0), named: "ledger, approvals") }
    }
  }

  /// - Parameter accepted: the new epoch of a site that this puts in force.
  func keep(
    _ statement: Envelope, for subject: ApprovalSubject, by person: Approver, at now: Instant,
    accepting accepted: SiteRecord? = nil
  ) throws(Refusal) {
    try write { database in
      try database.execute(
        sql: "INSERT OR IGNORE INTO approvals(site, sha256, envelope, at) VALUES (?, ?, ?, ?)",
        arguments: [
          subject.site.text, Digest.sha256(statement.encoded).hex, Data(statement.encoded),
          now.description,
        ])
      try LedgerAudit.append(
        "approval.given",
        [
          "site": subject.site.text, "role": subject.role.rawValue, "by": person.name.text,
          "key": person.key.id.hex, "plan": subject.plan.hex,
        ], at: now, in: database)
      if let accepted { try Ledger.accept(accepted, at: now, in: database) }
    }
  }

  /// SHA-256 of `timestamp.json` of a bundle that was signed; nil when there is none.
  func fingerprint(of number: Int64, for site: SiteID) throws(Refusal) -> Digest? {
    try read { database in
      try String.fetchOne(
        database,
        sql: "SELECT fingerprint FROM bundles WHERE site = ? AND n = ? AND papers IS NOT NULL",
        arguments: [site.text, number]
      ).flatMap { Digest(hex: $0) }
    }
  }

  static func person(_ name: String, key: String, _ place: String) throws(Refusal) -> Approver {
    let key = try JSONValue(parsing: Array(key.utf8), named: place)
    return try Approver(JSONField(["name": .string(name), "key": key], at: place))
  }
}
