// SPDX-License-Identifier: Apache-2.0
import Bundles
import Foundation
import GRDB
package import Intents
package import Trust

/// A key of a site that signs nothing any more.
package struct SiteKeyRevocation: Sendable {
  package let key: PublicKey
  package let at: Instant
  package let reason: String

  func refusal(_ subject: String) -> Refusal {
    Refusal(
      CentreReason.siteKeyRevoked, subject, seen: "key \(key.id), revoked \(at): \(reason)",
      expected: "a key in force")
  }
}

/// A key that takes over from the one that a site was enrolled with (R19).
struct SiteKeyRenewal {
  let key: PublicKey
  /// The first booked report that names it: signed by both.
  let seq: Int64
  /// The bundle that acknowledged that report: from then on it signs alone. Nil before.
  let number: Int64?
}

/// Keys of sites besides those that they were enrolled with.
extension Ledger {
  package func revocations(of site: SiteID) throws(Refusal) -> [SiteKeyRevocation] {
    try read { database in
      try Row.fetchAll(
        database, sql: "SELECT * FROM revocations WHERE site = ? ORDER BY at",
        arguments: [site.text]
      ).map { row in
        SiteKeyRevocation(
          key: try Ledger.key(row["key"]), at: try row.parsed("at") { Instant($0) },
          reason: row["reason"])
      }
    }
  }

  /// Revokes the key of `site` that is in force: nothing is exported to it, and nothing that it signed is booked, until
  /// the site is enrolled with another. Again, it changes nothing.
  package func revoke(
    _ site: SiteRecord, for reason: String, at now: Instant
  ) throws(Refusal) -> SiteKeyRevocation {
    let key = try site.publicKey()
    if let known = try revocations(of: site.id).first(where: { $0.key == key }) { return known }
    try write { database in
      try database.execute(
        sql: "INSERT INTO revocations VALUES (?, ?, ?, ?, ?)",
        arguments: [
          site.id.text, key.id.hex, String(decoding: key.json.encoded, as: UTF8.self),
          now.description, reason,
        ])
      try LedgerAudit.append(
        "site.key-revoked", ["site": site.id.text, "key": key.id.hex, "reason": reason], at: now,
        in: database)
    }
    return SiteKeyRevocation(key: key, at: now, reason: reason)
  }

  /// Oldest first.
  func renewals(of site: SiteRecord) throws(Refusal) -> [SiteKeyRenewal] {
    try read { database in
      try Row.fetchAll(
        database, sql: "SELECT * FROM renewals WHERE site = ? AND epoch = ? ORDER BY seq",
        arguments: [site.id.text, site.epoch.text]
      ).map { row in
        SiteKeyRenewal(key: try Ledger.key(row["key"]), seq: row["seq"], number: row["n"])
      }
    }
  }

  /// Refuses a site whose key was revoked (C22).
  func requireKey(of site: SiteRecord) throws(Refusal) {
    let key = try site.publicKey()
    if let revocation = try revocations(of: site.id).first(where: { $0.key == key }) {
      throw revocation.refusal("site \(site.id)")
    }
  }

  /// Notes the next key that a booked report names.
  static func note(
    _ key: PublicKey, of site: SiteRecord, seq: Int64, at now: Instant, in database: Database
  ) throws {
    if key.id.hex == site.keyID { return }
    try database.execute(
      sql: "INSERT OR IGNORE INTO renewals VALUES (?, ?, ?, ?, ?, NULL)",
      arguments: [
        site.id.text, site.epoch.text, key.id.hex,
        String(decoding: key.json.encoded, as: UTF8.self), seq,
      ])
    if database.changesCount == 0 { return }
    try LedgerAudit.append(
      "site.key-named", ["site": site.id.text, "key": key.id.hex, "seq": String(seq)], at: now,
      in: database)
  }

  /// Puts the key that bundle `number` acknowledges in force, in the transaction that freezes its papers.
  static func takeKey(
    acknowledgedBy number: Int64, upTo seq: Int64, of site: SiteRecord, at now: Instant,
    in database: Database
  ) throws {
    let row = try Row.fetchOne(
      database,
      sql: """
        SELECT * FROM renewals WHERE site = ? AND epoch = ? AND n IS NULL AND seq <= ?
        ORDER BY seq DESC LIMIT 1
        """, arguments: [site.id.text, site.epoch.text, seq])
    guard let row else { return }
    try database.execute(
      sql: "UPDATE renewals SET n = ? WHERE site = ? AND epoch = ? AND n IS NULL AND seq <= ?",
      arguments: [number, site.id.text, site.epoch.text, seq])
    try database.execute(
      sql: "UPDATE sites SET key = ?, keyid = ? WHERE id = ?",
      arguments: [row["key"] as String, row["keyid"] as String, site.id.text])
    try LedgerAudit.append(
      "site.key-in-force",
      ["site": site.id.text, "key": row["keyid"] as String, "n": String(number)], at: now,
      in: database)
  }

  /// The keys that signed for an epoch of `site`, oldest first, as its booked statements name them.
  static func signingKeys(
    of site: SiteID, epoch: RandomID, in database: Database
  ) throws -> SigningKeys {
    var keys = SigningKeys()
    let rows = try Data.fetchAll(
      database, sql: "SELECT bytes FROM statements WHERE site = ? ORDER BY sha256",
      arguments: [site.text])
    for bytes in rows {
      let envelope = try Envelope(parsing: Array(bytes), named: "enrolment of \(site)")
      let statement = try Statement(parsing: envelope.unverifiedPayload, named: "enrolment")
      guard let claimed = try? EnrolmentPredicate(statement.predicate), claimed.epoch == epoch
      else {
        continue  // of another epoch
      }
      _ = try keys.verified(envelope, named: "enrolment of \(site)")
    }
    return keys
  }

  static func key(_ text: String) throws(Refusal) -> PublicKey {
    try PublicKey(JSONField(parsing: Array(text.utf8), named: "ledger, key of a site"))
  }
}

extension SiteRecord {
  func publicKey() throws(Refusal) -> PublicKey {
    try PublicKey(JSONField(key, at: "ledger, key of \(id)"))
  }
}
