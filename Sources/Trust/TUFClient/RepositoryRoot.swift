// SPDX-License-Identifier: Apache-2.0
package import Intents

/// The root of a repository of others: which keys count there. TUF 1.0.31, 4.3.
package struct RepositoryRoot: ChainedRoot {
  let header: SignedHeader
  /// Whether files are called after their versions and hashes.
  package let isConsistent: Bool
  package let root: RoleKeys
  let timestamp: RoleKeys
  let snapshot: RoleKeys
  let targets: RoleKeys

  package var version: Int64 { header.version }

  package init(_ file: MetadataFile) throws(Refusal) {
    try file.require(.root)
    header = try SignedHeader(file.signed)
    isConsistent = try file.signed.optional("consistent_snapshot")?.bool() ?? false
    let table = try RoleKeys.table(try file.signed["keys"], rules: .repository)
    let roles = try file.signed["roles"]
    root = try RoleKeys(try roles["root"], among: table, rules: .repository)
    timestamp = try RoleKeys(try roles["timestamp"], among: table, rules: .repository)
    snapshot = try RoleKeys(try roles["snapshot"], among: table, rules: .repository)
    targets = try RoleKeys(try roles["targets"], among: table, rules: .repository)
  }

  /// Whether `newer` takes a key from timestamp or snapshot: numbers that a thief of it drove up do not hold
  /// any more. TUF 1.0.31, 5.3.11.
  func rotates(to newer: RepositoryRoot) -> Bool {
    timestamp.losesKeys(to: newer.timestamp) || snapshot.losesKeys(to: newer.snapshot)
  }
}
