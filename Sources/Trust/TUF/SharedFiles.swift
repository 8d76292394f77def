// SPDX-License-Identifier: Apache-2.0
package import Intents

/// The files of the shared roles as they were published: every root from 1, and the newest of the others.
package struct SharedFiles: Sendable {
  package var roots: [Int64: [UInt8]]
  package var targets: [UInt8]
  package var content: [UInt8]
  package var policy: [UInt8]

  package init(roots: [Int64: [UInt8]], targets: [UInt8], content: [UInt8], policy: [UInt8]) {
    self.roots = roots
    self.targets = targets
    self.content = content
    self.policy = policy
  }

  /// The roles, each verified against the one above.
  ///
  /// - Throws: as `SharedRoles.init`.
  package func roles() throws(Refusal) -> SharedRoles {
    try SharedRoles(roots: roots, targets: targets, content: content, policy: policy)
  }

  /// The newest file of `role`; nil for a role that is not shared.
  package func newest(_ role: MetadataRole) -> [UInt8]? {
    switch role {
    case .root: roots[roots.keys.max() ?? 0]
    case .targets: targets
    case .content: content
    case .policy: policy
    case .timestamp, .snapshot, .site: nil
    }
  }

  /// These files with `files` as the newest of their roles.
  func adding(_ files: [MetadataRole: MetadataFile], versions: [MetadataRole: Int64])
    -> SharedFiles
  {
    var next = self
    if let root = files[.root] { next.roots[versions[.root] ?? 1] = root.bytes }
    if let file = files[.targets] { next.targets = file.bytes }
    if let file = files[.content] { next.content = file.bytes }
    if let file = files[.policy] { next.policy = file.bytes }
    return next
  }
}

extension MetadataRole {
  /// The roles that all sites share, each above those that follow it.
  package static let shared: [MetadataRole] = [.root, .targets, .content, .policy]
}
