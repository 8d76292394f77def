// SPDX-License-Identifier: Apache-2.0
package import Intents

/// Root, targets, content and policy of a repository, each with the signatures that the one above asks for.
/// What the publishing side reads its own state through.
package struct SharedRoles: Sendable {
  package let root: RootRole
  package let targets: TargetsRole
  package let content: ContentRole
  package let policy: PolicyRole

  /// - Parameter roots: all from 1, by version.
  /// - Throws: `TrustReason.rootMissing`, `.tooFewSignatures`, `.testOnlyKey` outside a rehearsal, and what the
  ///   strict readers refuse.
  package init(
    roots: [Int64: [UInt8]], targets: [UInt8], content: [UInt8], policy: [UInt8]
  ) throws(Refusal) {
    root = try RootRole.newest(ofChain: roots)
    self.targets = try TargetsRole(
      try SharedRoles.file(targets, .targets, signedBy: root.targets))
    if !root.isRehearsal {
      try TestOnlyKeys.refuse(root.allKeys + self.targets.allKeys, in: "shared roles")
    }
    self.content = try ContentRole(
      try SharedRoles.file(content, .content, signedBy: self.targets.content))
    self.policy = try PolicyRole(
      try SharedRoles.file(policy, .policy, signedBy: self.targets.policy))
  }

  /// The role that expires first, of these and root.
  package var expiresFirst: (role: MetadataRole, at: Instant) {
    let all: [(MetadataRole, Instant)] = [
      (.root, root.header.expires), (.targets, targets.header.expires),
      (.content, content.header.expires), (.policy, policy.header.expires),
    ]
    return all.min { $0.1 < $1.1 } ?? (.root, root.header.expires)
  }

  private static func file(
    _ bytes: [UInt8], _ role: MetadataRole, signedBy keys: RoleKeys
  ) throws(Refusal) -> MetadataFile {
    let file = try MetadataFile(parsing: bytes, named: "\(role.rawValue).json")
    try file.require(role)
    try keys.tally(file).check(file.name)
    return file
  }
}
