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
      try ceremonies.revision(at: now).releasing(releases),
      keys: keys, at: now)
  }

  /// Drafts role content without `content`: it is not deployed anew, and what is installed stays (T40).
  package static func delist(
    _ content: ContentRecord, in profile: CentreProfile, keys: KeyRing, at now: Instant
  ) throws(Refusal) -> Ceremonies.Standing {
    guard content.isReleased else {
      throw Refusal(
        CentreReason.alreadyThere, content.id.text,
        seen: content.delistedVersion.map { "delisted in content \($0)" } ?? "never released",
        expected: "released content")
    }
    let ceremonies = Ceremonies(of: profile)
    return try ceremonies.open(
      "delist \(content.name) \(content.version)",
      try ceremonies.revision(at: now).delisting(content.manifest), keys: keys, at: now)
  }

  /// Drafts a floor for the line of the product called `name`: below it nothing is deployed, by no rollback (T21).
  ///
  /// - Throws: `CentreReason.unknownContent`, `.wrongField` for a counter that is not above the floor so far, or above
  ///   every release.
  package static func raiseFloor(
    of name: String, to counter: Int64, in profile: CentreProfile, keys: KeyRing, at now: Instant
  ) throws(Refusal) -> Ceremonies.Standing {
    let all = try profile.ledger.contents()
    let ofName = all.filter { $0.name.utf8.elementsEqual(name.utf8) && $0.isReleased }
    guard let newest = ofName.last else {
      let known = Set(all.filter(\.isReleased).map(\.name)).sorted().joined(separator: ", ")
      throw Refusal(
        CentreReason.unknownContent, "name", seen: name,
        expected: known.isEmpty ? "released content; there is none yet" : "one of \(known)")
    }
    let ceremonies = Ceremonies(of: profile)
    let revision = try ceremonies.revision(at: now)
    let floor = revision.roles.content.floors[newest.line] ?? 0
    guard counter > floor, counter <= newest.counter else {
      throw Refusal(
        CentreReason.wrongField, "--counter", seen: "\(counter)",
        expected:
          "above \(floor), the floor so far, and at most \(newest.counter), the newest release")
    }
    return try ceremonies.open(
      "floor of \(name): counter \(counter)", revision.raising(newest.line, to: counter),
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
