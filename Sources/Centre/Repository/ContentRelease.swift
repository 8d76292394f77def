// SPDX-License-Identifier: Apache-2.0
import Bundles
import GRDB
package import Intents
import Trust

/// Signs content: puts manifests into a new version of role content.
package enum ContentRelease {
  /// Releases `contents`, all or none. One that is released already is fine when another is new.
  ///
  /// - Returns: the version of role content that lists them.
  package static func release(
    _ contents: [ContentRecord], in profile: CentreProfile, keys: KeyRing, at now: Instant
  ) throws(Refusal) -> Int64 {
    let repository = Repository(of: profile)
    let new = contents.filter { $0.releasedVersion == nil }
    guard !new.isEmpty else {
      throw Refusal(
        CentreReason.alreadyThere, contents.map(\.id.text).joined(separator: ", "),
        seen: "released content", expected: "content that is not released")
    }
    for content in new { try checkManifest(content, in: profile) }
    let current = try repository.roles().content
    let releases =
      Array(current.releases.values)
      + new.map { content in
        Release(
          manifest: content.manifest, length: content.length, line: content.line,
          counter: content.counter)
      }
    let version = current.header.version + 1
    let role = ContentRole(
      header: Repository.header(version: version, days: CentreLimits.offlineDays, at: now),
      releases: releases, floors: try profile.ledger.floors())
    let file = try MetadataFile.signed(
      role.json, by: [try keys.signer(.content)], named: "content.json")
    try RoleSize.check(file, .content)
    try profile.ledger.write { database in
      try Repository.store(file, .content, version: version, in: database)
      for content in new {
        try database.execute(
          sql: "UPDATE content SET released_version = ? WHERE manifest = ?",
          arguments: [version, content.manifest.hex])
        try LedgerAudit.append(
          "content.released",
          [
            "content": content.id.text, "manifest": content.manifest.hex,
            "role_version": String(version),
          ], at: now, in: database)
      }
    }
    return version
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
