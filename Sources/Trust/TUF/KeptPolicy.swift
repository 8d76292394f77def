// SPDX-License-Identifier: Apache-2.0
package import Intents

extension TrustState {
  /// What role policy lists for `site`, from the files of the newest bundle as they were kept. Their signatures
  /// are checked anew, under the root that they verified under; expiry does not count, they were taken in time
  /// (S09, S17).
  ///
  /// - Throws: what the readers refuse, `TrustReason.tooFewSignatures`, `.otherVersion`.
  package func policyTarget(
    of site: SiteID, targets: [UInt8], policy: [UInt8]
  ) throws(Refusal) -> TargetEntry? {
    let root = line.flatMap { parsedRoots[$0.root] } ?? root
    let role = try TargetsRole(kept(targets, .targets, versions.targets, by: root.targets))
    return try PolicyRole(kept(policy, .policy, versions.policy, by: role.policy)).policies[site]
  }

  private func kept(
    _ bytes: [UInt8], _ role: MetadataRole, _ version: Int64, by keys: RoleKeys
  ) throws(Refusal) -> MetadataFile {
    let file = try MetadataFile(parsing: bytes, named: "\(role.rawValue).json")
    try file.require(role)
    try keys.tally(file).check(file.name)
    let seen = try RoleHeader(file.signed).version
    guard seen == version else {
      throw Refusal(
        TrustReason.otherVersion, file.name, seen: "version \(seen)",
        expected: "version \(version), the newest seen")
    }
    return file
  }
}
