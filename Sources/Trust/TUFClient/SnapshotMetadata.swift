// SPDX-License-Identifier: Apache-2.0
import Intents

/// The snapshot of a repository of others. TUF 1.0.31, 4.4.
package struct SnapshotMetadata: Sendable {
  package let header: SignedHeader
  private let links: [ExactText: MetadataLink]

  init(_ file: MetadataFile) throws(Refusal) {
    try file.require(.snapshot)
    header = try SignedHeader(file.signed)
    var links: [ExactText: MetadataLink] = [:]
    for member in try file.signed["meta"].members() {
      links[ExactText(member.key)] = try MetadataLink(member.field)
    }
    self.links = links
  }

  func link(of role: RoleName) -> MetadataLink? { links[role.listed] }

  /// Refuses to follow `older` when a file that it lists is missing here, or listed lower.
  ///
  /// - Throws: `TrustReason.droppedRole`, `.loweredVersion`.
  func checkFollows(_ older: SnapshotMetadata) throws(Refusal) {
    for (name, before) in older.links.sorted(by: { $0.key.text < $1.key.text }) {
      guard let now = links[name] else {
        throw Refusal(
          TrustReason.droppedRole, "snapshot.json", seen: "no \(name.text)",
          expected: "\(name.text) from version \(before.version) on")
      }
      guard now.version >= before.version else {
        throw Refusal(
          TrustReason.loweredVersion, name.text, seen: "version \(now.version)",
          expected: "at least version \(before.version)")
      }
    }
  }
}
