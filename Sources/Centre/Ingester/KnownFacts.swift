// SPDX-License-Identifier: Apache-2.0
import GRDB
import Intents
import Trust

extension Plausibility.Known {
  /// What the ledger knows of the site's line and of everything released.
  init(of site: SiteID, in ledger: Ledger) throws(Refusal) {
    self = try ledger.read { database in
      var intents: [Name: [Int64: Digest]] = [:]
      for row in try Row.fetchAll(
        database, sql: "SELECT id, revision, manifest FROM intents WHERE site = ?",
        arguments: [site.text])
      {
        let id = try row.parsed("id") { Name($0) }
        intents[id, default: [:]][row["revision"]] = try row.parsed("manifest") { Digest(hex: $0) }
      }
      var versions: [MetadataRole: Int64] = [:]
      for row in try Row.fetchAll(
        database, sql: "SELECT role, max(version) AS version FROM metadata GROUP BY role")
      {
        versions[try row.parsed("role") { MetadataRole(rawValue: $0) }] = row["version"]
      }
      let numbers = try Int64.fetchSet(
        database, sql: "SELECT n FROM bundles WHERE site = ? AND papers IS NOT NULL",
        arguments: [site.text])
      let manifests = try String.fetchAll(database, sql: "SELECT manifest FROM content")
      let created = try String.fetchOne(
        database, sql: "SELECT value FROM configuration WHERE key = 'created'")
      return Self(
        since: created.flatMap { Instant($0) } ?? Instant(clamping: 0), numbers: numbers,
        versions: versions, intents: intents,
        manifests: Set(manifests.compactMap { Digest(hex: $0) }))
    }
  }
}

extension Ledger {
  /// Whether `file` belongs to any content version; that of no bytes needs none.
  func knows(_ file: Digest) throws(Refusal) -> Bool {
    if file == Digest.sha256([UInt8]()) { return true }
    return try read { database in
      try Bool.fetchOne(
        database, sql: "SELECT EXISTS (SELECT 1 FROM pieces WHERE file = ?)", arguments: [file.hex])
    } ?? false
  }
}
