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

  /// The published files; nil before the first ceremony is over.
  func published() throws(Refusal) -> SharedFiles? {
    let rows = try ledger.read { database in
      try Row.fetchAll(
        database,
        sql: """
          SELECT role, version, bytes FROM metadata AS file WHERE role = 'root' OR version =
            (SELECT max(version) FROM metadata WHERE role = file.role)
          """)
    }
    if rows.isEmpty { return nil }
    var roots: [Int64: [UInt8]] = [:]
    var newest: [MetadataRole: [UInt8]] = [:]
    for row in rows {
      let role = try row.parsed("role") { MetadataRole(rawValue: $0) }
      let bytes = Array(row["bytes"] as Data)
      newest[role] = bytes
      if role == .root { roots[row["version"]] = bytes }
    }
    func file(_ role: MetadataRole) throws(Refusal) -> [UInt8] {
      guard let bytes = newest[role] else {
        throw Refusal(
          CentreReason.ledgerDamaged, "ledger, metadata", seen: "no \(role)",
          expected: "its newest file")
      }
      return bytes
    }
    return SharedFiles(
      roots: roots, targets: try file(.targets), content: try file(.content),
      policy: try file(.policy))
  }

  /// The published files.
  ///
  /// - Throws: `CentreReason.firstCeremonyOpen` while there are none.
  func files() throws(Refusal) -> SharedFiles {
    guard let files = try published() else {
      throw Refusal(
        CentreReason.firstCeremonyOpen, "roles of this centre", seen: "no signed root",
        expected: "the first ceremony signed; `trust status` says who is missing")
    }
    return files
  }

  /// One version of a shared role as it was published; nil when it was not.
  func file(_ role: MetadataRole, version: Int64) throws(Refusal) -> [UInt8]? {
    try ledger.read { database in
      try Row.fetchOne(
        database, sql: "SELECT bytes FROM metadata WHERE role = ? AND version = ?",
        arguments: [role.rawValue, version]
      ).map { Array($0["bytes"] as Data) }
    }
  }

  /// Every root from 1, checked as one chain.
  ///
  /// - Throws: what the chain check of Trust throws when a version is missing or not signed by the one before.
  func roots() throws(Refusal) -> [Int64: [UInt8]] {
    let roots = try files().roots
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
  package func roles() throws(Refusal) -> SharedRoles { try files().roles() }

  static func store(
    _ file: MetadataFile, _ role: MetadataRole, version: Int64, in database: Database
  )
    throws
  {
    try database.execute(
      sql: "INSERT INTO metadata(role, version, bytes) VALUES (?, ?, ?)",
      arguments: [role.rawValue, version, Data(file.bytes)])
  }
}
