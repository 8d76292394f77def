// SPDX-License-Identifier: Apache-2.0
import Bundles
import Foundation
import GRDB
package import Intents
package import Trust

/// The metadata that all sites share: root, targets, content and policy, every version as it was signed.
package struct Repository {
  let ledger: Ledger

  package init(of profile: CentreProfile) { ledger = profile.ledger }

  init(ledger: Ledger) { self.ledger = ledger }

  /// The newest signed file of a shared role.
  func newest(_ role: MetadataRole) throws(Refusal) -> (version: Int64, bytes: [UInt8]) {
    let row = try ledger.read { database in
      try Row.fetchOne(
        database,
        sql: "SELECT version, bytes FROM metadata WHERE role = ? ORDER BY version DESC LIMIT 1",
        arguments: [role.rawValue])
    }
    guard let row else {
      throw Refusal(
        CentreReason.ledgerDamaged, "ledger, metadata", seen: "no \(role)",
        expected: "its newest file")
    }
    return (row["version"], Array(row["bytes"] as Data))
  }

  /// Every root from 1, checked as one chain.
  ///
  /// - Throws: what the chain check of Trust throws when a version is missing or not signed by the one before.
  func roots() throws(Refusal) -> [Int64: [UInt8]] {
    let rows = try ledger.read { database in
      try Row.fetchAll(
        database, sql: "SELECT version, bytes FROM metadata WHERE role = 'root' ORDER BY version")
    }
    var roots: [Int64: [UInt8]] = [:]
    for row in rows { roots[row["version"]] = Array(row["bytes"] as Data) }
    _ = try RootRole.newest(ofChain: roots)
    return roots
  }

  /// The current root file.
  package func root() throws(Refusal) -> (role: RootRole, bytes: [UInt8], fingerprint: Digest) {
    let roots = try roots()
    let role = try RootRole.newest(ofChain: roots)
    let bytes = roots[role.version] ?? []
    return (role, bytes, Digest.sha256(bytes))
  }

  /// The shared roles, each verified against the one above.
  package func roles() throws(Refusal) -> SharedRoles {
    try SharedRoles(
      roots: try roots(), targets: try newest(.targets).bytes, content: try newest(.content).bytes,
      policy: try newest(.policy).bytes)
  }

  static func store(
    _ file: MetadataFile, _ role: MetadataRole, version: Int64, in database: Database
  )
    throws
  {
    try database.execute(
      sql: "INSERT INTO metadata(role, version, bytes) VALUES (?, ?, ?)",
      arguments: [role.rawValue, version, Data(file.bytes)])
  }

  /// A header for the next version of an offline role.
  static func header(version: Int64, days: Int64, at now: Instant) -> RoleHeader {
    RoleHeader(version: version, expires: now.adding(days: days), issued: now)
  }
}
