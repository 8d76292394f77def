// SPDX-License-Identifier: Apache-2.0
import Bundles
import Intents
import Trust

/// Signs the metadata of one bundle of a site's line and packs the papers. FORMAT.md, 3 and 4.
struct LinePapers {
  let site: SiteID
  /// N: one number for timestamp, snapshot and site role.
  let number: Int64
  let issued: Instant
  let expires: Instant

  /// What came of it.
  struct Signed {
    let papers: [UInt8]
    /// SHA-256 of timestamp.json.
    let fingerprint: Digest
  }

  /// - Parameter targets: what the site role vouches for, without the waybill.
  func sign(
    targets: [TargetEntry], waybill: Waybill, repository: Repository, by key: SecretKey,
    courier: MinisignPublicKey
  ) throws(Refusal) -> Signed {
    let waybillBytes = waybill.encoded
    let files = try repository.files()
    let shared = try files.roles()
    let header = RoleHeader(version: number, expires: expires, issued: issued)
    let minRoot = shared.root.version
    let listed = targets + [TargetEntry(name: "sites/\(site)/waybill.json", of: waybillBytes)]
    let siteRole = SiteRole(
      header: header, site: site, minRoot: minRoot, courier: courier, targets: listed)
    let siteFile = try MetadataFile.signed(siteRole.json, by: [key], named: "site.json")
    let newest: [(MetadataRole, Int64, [UInt8])] = [
      (.targets, shared.targets.header.version, files.targets),
      (.content, shared.content.header.version, files.content),
      (.policy, shared.policy.header.version, files.policy),
      (.site, number, siteFile.bytes),
    ]
    var meta: [MetadataRole: MetaEntry] = [:]
    for (role, version, bytes) in newest { meta[role] = MetaEntry(version: version, of: bytes) }
    let snapshot = try MetadataFile.signed(
      SnapshotRole(header: header, site: site, meta: meta).json, by: [key], named: "snapshot.json")
    let timestamp = try MetadataFile.signed(
      TimestampRole(
        header: header, site: site, minRoot: minRoot,
        snapshot: MetaEntry(version: number, of: snapshot.bytes)
      ).json, by: [key], named: "timestamp.json")
    for (role, file) in [
      (MetadataRole.site, siteFile), (.snapshot, snapshot), (.timestamp, timestamp),
    ] {
      try RoleSize.check(file, role)
    }
    var entries: [(name: String, bytes: [UInt8])] = [
      ("metadata/timestamp.json", timestamp.bytes),
      ("metadata/\(number).snapshot.json", snapshot.bytes), ("waybill.json", waybillBytes),
    ]
    for (version, bytes) in files.roots { entries.append(("metadata/\(version).root.json", bytes)) }
    for (role, version, bytes) in newest {
      entries.append(("metadata/\(version).\(role.rawValue).json", bytes))
    }
    return Signed(
      papers: try PapersWriter.bytes(entries: entries), fingerprint: timestamp.digest)
  }
}
