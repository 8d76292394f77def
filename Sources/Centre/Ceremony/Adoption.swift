// SPDX-License-Identifier: Apache-2.0
import Bundles
package import Intents
package import SystemPackage
package import Trust

/// Takes back from the papers of a bundle what was published after the backup that this centre was restored from.
package enum Adoption {
  /// Stores every newer version of a shared role that the papers hold and that follows from what is published here.
  ///
  /// - Parameter file: `papers.tar` of any out bundle of this centre, whichever site it was for.
  /// - Returns: the versions taken; none when all are known.
  /// - Throws: `TrustReason.otherRoot` when the papers are of another centre or another history, and what the readers
  ///   of papers and roles refuse.
  package static func adopt(
    _ file: FilePath, into profile: CentreProfile, at now: Instant
  ) throws(Refusal) -> [MetadataRole: Int64] {
    let papers = try PapersReader.read(try FileSource(file))
    let found = try PapersMetadata(
      files: papers.metadataNames.map { name in
        (name: name, bytes: Array(papers.metadata(name) ?? []))
      })
    let current = try Repository(of: profile).files()
    let before = try current.roles()
    for (version, bytes) in current.roots {
      guard let theirs = found.roots[version], theirs != bytes else { continue }
      throw Refusal(
        TrustReason.otherRoot, "root \(version) of \(file.text)",
        seen: Digest.sha256(theirs).hex, expected: Digest.sha256(bytes).hex)
    }
    var next = current
    next.roots.merge(found.roots) { ours, _ in ours }
    var taken: [MetadataRole: Int64] = [:]
    if let newest = found.roots.keys.max(), newest > before.root.version { taken[.root] = newest }
    if found.targets.version > before.targets.header.version {
      next.targets = found.targets.bytes
      taken[.targets] = found.targets.version
    }
    if found.content.version > before.content.header.version {
      next.content = found.content.bytes
      taken[.content] = found.content.version
    }
    if found.policy.version > before.policy.header.version {
      next.policy = found.policy.bytes
      taken[.policy] = found.policy.version
    }
    if taken.isEmpty { return taken }
    let roles = try next.roles()
    for (role, version) in taken where roles.header(role)?.version != version {
      throw Refusal(
        TrustReason.otherVersion, "\(version).\(role.rawValue).json",
        seen: "version \(roles.header(role)?.version ?? 0)", expected: "version \(version)")
    }
    let store = CeremonyStore(ledger: profile.ledger)
    try profile.ledger.write { database in
      try store.adopt(next, roles, after: before, at: now, in: database)
    }
    return taken
  }
}
