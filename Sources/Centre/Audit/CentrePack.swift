// SPDX-License-Identifier: Apache-2.0
import Bundles
import Foundation
import GRDB
package import Intents
package import SystemPackage
import Trust

/// Writes the centre's evidence pack (P11).
package struct CentrePack {
  private let profile: CentreProfile

  package init(of profile: CentreProfile) { self.profile = profile }

  /// Writes into `folder`, which must be empty or missing, what stands in the ledger, sound or not.
  ///
  /// - Returns: how many files there are.
  package func write(to folder: FilePath, at now: Instant) throws(Refusal) -> Int {
    let pack = try EvidencePack(at: folder)
    let sites = try profile.ledger.sites()
    try profile.ledger.read { database in
      let roots = try Row.fetchCursor(
        database, sql: "SELECT version, bytes FROM metadata WHERE role = 'root' ORDER BY version")
      while let row = try roots.next() {
        try pack.add("roots/\(row["version"] as Int64).root.json", Array(row["bytes"] as Data))
      }
      try pack.add("centre/log.ndjson") { append in
        let lines = try Row.fetchCursor(database, sql: "SELECT line FROM audit ORDER BY seq")
        while let row = try lines.next() { try append(Array(row["line"] as Data)) }
      }
      for site in sites {
        try statements(of: site, pack, in: database)
        try reports(of: site, pack, in: database)
        try bundles(of: site, pack, in: database)
        try logs(of: site, pack, in: database)
      }
    }
    return try pack.finish(about: [
      "centre, \(sites.count) sites, as of \(now)",
      profile.isRehearsal ? "REHEARSAL: nothing here is production" : "production",
    ])
  }

  /// The enrolments, the key that each enrols, and those that took its place.
  private func statements(
    of site: SiteRecord, _ pack: EvidencePack, in database: Database
  ) throws {
    let rows = try Row.fetchAll(
      database, sql: "SELECT sha256, bytes FROM statements WHERE site = ? ORDER BY sha256",
      arguments: [site.id.text])
    for row in rows {
      let bytes = Array(row["bytes"] as Data)
      let envelope = try Envelope(parsing: bytes, named: "enrolment of \(site.id)")
      let statement = try Statement(parsing: envelope.unverifiedPayload, named: "enrolment")
      guard let enrolment = try? EnrolmentPredicate(statement.predicate) else { continue }
      let own = "sites/\(site.id)/\(enrolment.epoch)"
      try pack.add("\(own)/statements/0.dsse.json", bytes)
      try pack.add("\(own)/\(EvidencePack.keyName(0))", enrolment.key.encoded)
      let renewed = try String.fetchAll(
        database, sql: "SELECT key FROM renewals WHERE site = ? AND epoch = ? ORDER BY seq",
        arguments: [site.id.text, enrolment.epoch.text])
      for (number, key) in renewed.enumerated() {
        try pack.add("\(own)/\(EvidencePack.keyName(number + 1))", Array(key.utf8))
      }
    }
  }

  private func reports(
    of site: SiteRecord, _ pack: EvidencePack, in database: Database
  ) throws {
    let rows = try Row.fetchCursor(
      database,
      sql: """
        SELECT epoch, seq, sha256, standing, envelope FROM reports WHERE site = ?
        ORDER BY epoch, seq, sha256
        """, arguments: [site.id.text])
    while let row = try rows.next() {
      let (seq, standing): (Int64, String) = (row["seq"], row["standing"])
      let epoch = try row.parsed("epoch") { RandomID($0) }
      let digest = try row.parsed("sha256") { Digest(hex: $0) }
      let isBooked = ["booked", "filled"].contains(standing)
      let name = isBooked ? "statements/\(seq)" : "aside/\(seq).\(digest.hex.prefix(8))"
      try pack.add(
        "sites/\(site.id)/\(epoch)/\(name).dsse.json", Array(row["envelope"] as Data))
    }
  }

  /// Of each signed bundle the metadata that vouch for its `ack.json`, and that.
  private func bundles(
    of site: SiteRecord, _ pack: EvidencePack, in database: Database
  ) throws {
    let rows = try Row.fetchCursor(
      database,
      sql: """
        SELECT bundles.n, papers, bytes FROM bundles JOIN bundle_orders AS orders
          ON orders.site = bundles.site AND orders.n = bundles.n AND target = ?
        WHERE bundles.site = ? AND papers IS NOT NULL ORDER BY bundles.n
        """, arguments: ["sites/\(site.id)/ack.json", site.id.text])
    while let row = try rows.next() {
      let number: Int64 = row["n"]
      let papers = try PapersReader.read(Array(row["papers"] as Data), named: "bundle \(number)")
      for file in papers.metadataByRole
      where ["timestamp", "snapshot", "targets", "site"].contains(file.role) {
        try pack.add("sites/\(site.id)/bundles/\(number)/\(file.role).json", file.bytes)
      }
      try pack.add(
        "sites/\(site.id)/bundles/\(number)/ack.json", Array(row["bytes"] as Data? ?? Data()))
    }
  }

  private func logs(of site: SiteRecord, _ pack: EvidencePack, in database: Database) throws {
    for epoch in try CentreAudit.epochs(of: site, in: database) {
      try pack.add("sites/\(site.id)/\(epoch)/log.ndjson") { append in
        let lines = try Row.fetchCursor(
          database, sql: "SELECT line FROM events WHERE site = ? AND epoch = ? ORDER BY seq",
          arguments: [site.id.text, epoch.text])
        while let row = try lines.next() { try append(Array(row["line"] as Data)) }
      }
    }
  }
}
