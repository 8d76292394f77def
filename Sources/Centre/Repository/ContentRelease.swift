// SPDX-License-Identifier: Apache-2.0
import Bundles
package import Intents
import Trust

/// Releases content: drafts a new version of role content that lists its manifests.
package enum ContentRelease {
  /// Drafts `contents`, all or none, as released. One that is released already is fine when another is new.
  package static func release(
    _ contents: [ContentRecord], in profile: CentreProfile, keys: KeyRing, at now: Instant
  ) throws(Refusal) -> Ceremonies.Standing {
    let new = contents.filter { $0.releasedVersion == nil }
    guard !new.isEmpty else {
      throw Refusal(
        CentreReason.alreadyThere, contents.map(\.id.text).joined(separator: ", "),
        seen: "released content", expected: "content that is not released")
    }
    for content in new { try checkManifest(content, in: profile) }
    let ceremonies = Ceremonies(of: profile)
    let releases = new.map { content in
      Release(
        manifest: content.manifest, length: content.length, line: content.line,
        counter: content.counter)
    }
    let names = new.map { "\($0.name) \($0.version)" }
    return try ceremonies.open(
      "release \(names.joined(separator: ", "))",
      try ceremonies.revision(at: now).releasing(releases, floors: try profile.ledger.floors()),
      keys: keys, at: now)
  }

  /// What is signed must be what was added.
  private static func checkManifest(
    _ content: ContentRecord, in profile: CentreProfile
  ) throws(Refusal) {
    let path = Depot(of: profile).path(ofManifest: content.manifest)
    let bytes = try FileQuery.contents(of: path, cap: content.length)
    guard Digest.sha256(bytes) == content.manifest else {
      throw Refusal(
        CentreReason.depotDamaged, path.text, seen: Digest.sha256(bytes).hex,
        expected: content.manifest.hex)
    }
  }
}

/// Holds role files below the caps that stock TUF clients have.
enum RoleSize {
  static func check(_ file: MetadataFile, _ role: MetadataRole) throws(Refusal) {
    guard Int64(file.bytes.count) <= role.cap else {
      throw Refusal(
        BundleReason.fileTooLarge, "\(role).json", seen: "\(file.bytes.count) bytes",
        expected: "at most \(role.cap)")
    }
  }
}
