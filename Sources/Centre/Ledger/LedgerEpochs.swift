// SPDX-License-Identifier: Apache-2.0
import Bundles
import Foundation
import GRDB
package import Intents
import Trust

/// The lives of a site: one is in force, one more may wait for officers, others are over (S20, R06).
extension Ledger {
  /// A new epoch of an enrolled site that officers have not confirmed.
  package func waitingEnrolment(of site: SiteID) throws(Refusal) -> SiteEnrolment? {
    let bytes = try read { database in
      try Data.fetchOne(
        database,
        sql: """
          SELECT statements.bytes FROM epochs JOIN statements ON sha256 = enrolment
          WHERE epochs.site = ? AND standing = 'waiting'
          """, arguments: [site.text])
    }
    guard let bytes else { return nil }
    return try SiteEnrolment(parsing: Array(bytes), named: "ledger, enrolment of \(site)")
  }

  /// Lets a new epoch of `known` wait for officers, in place of one that waits.
  ///
  /// - Throws: `CentreReason.alreadyThere` for an epoch that is or was enrolled, `.siteKeyRevoked`.
  func propose(
    _ enrolment: SiteEnrolment, besides known: SiteRecord, at now: Instant
  ) throws(Refusal) {
    let site = enrolment.site
    let row = try read { database in
      try Row.fetchOne(
        database, sql: "SELECT enrolment, standing, at FROM epochs WHERE site = ? AND epoch = ?",
        arguments: [site.text, enrolment.epoch.text])
    }
    let told: String? =
      if known.epoch == enrolment.epoch { "enrolled \(known.enrolledAt)" } else {
        row.map {
          "epoch \(enrolment.epoch), \($0["standing"] as String) since \($0["at"] as String)"
        }
      }
    if let told {
      throw Refusal(
        CentreReason.alreadyThere, site.text, seen: told,
        expected: "a new site, or a new epoch of it")
    }
    if let revocation = try revocations(of: site).first(where: { $0.key == enrolment.key }) {
      throw revocation.refusal("enrolment of \(site)")
    }
    try write { database in
      try database.execute(
        sql:
          "UPDATE epochs SET standing = 'dropped', at = ? WHERE site = ? AND standing = 'waiting'",
        arguments: [now.description, site.text])
      try database.execute(
        sql: "INSERT OR REPLACE INTO statements VALUES (?, 'enrolment', ?, ?)",
        arguments: [enrolment.fingerprint.hex, site.text, Data(enrolment.bytes)])
      try database.execute(
        sql: "INSERT INTO epochs VALUES (?, ?, ?, 'waiting', ?)",
        arguments: [
          site.text, enrolment.epoch.text, enrolment.fingerprint.hex, now.description,
        ])
      var facts = [
        "site": site.text, "epoch": enrolment.epoch.text, "enrolment": enrolment.fingerprint.hex,
      ]
      if let before = enrolment.restoredFrom { facts["restored_from"] = before.text }
      try LedgerAudit.append("site.epoch-proposed", facts, at: now, in: database)
    }
  }

  /// Puts a new epoch in force: from now on only its reports count, and nothing that was held before is assumed.
  static func accept(_ record: SiteRecord, at now: Instant, in database: Database) throws {
    let site = record.id.text
    let row = try Row.fetchOne(
      database, sql: "SELECT epoch, enrolment FROM sites WHERE id = ?", arguments: [site])
    guard let row else { return }
    try database.execute(
      sql: "INSERT OR REPLACE INTO epochs VALUES (?, ?, ?, 'ended', ?)",
      arguments: [
        site, row["epoch"] as String, row["enrolment"] as String, now.description,
      ])
    try database.execute(
      sql: "DELETE FROM epochs WHERE site = ? AND epoch = ?", arguments: [site, record.epoch.text])
    try Ledger.store(record, in: database)
    for table in ["site_intents", "devices"] {
      try database.execute(sql: "DELETE FROM \(table) WHERE site = ?", arguments: [site])
    }
    try LedgerAudit.append(
      "site.epoch-accepted",
      [
        "site": site, "epoch": record.epoch.text, "enrolment": record.enrolment.hex,
        "before": row["epoch"],
      ], at: now, in: database)
  }
}
