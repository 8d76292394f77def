// SPDX-License-Identifier: Apache-2.0
package import Intents

/// What the metadata of papers says, once all of it has verified. Only `verify` makes one.
package struct VerifiedPapers: Sendable {
  package let site: SiteID
  /// The number of this bundle in the site's line.
  package let n: Int64
  /// SHA-256 of `timestamp.json`.
  package let fingerprint: Digest
  package let issued: Instant
  /// The earliest expiry over all roles, and whose it is.
  package let expires: Instant
  package let expiresFirst: MetadataRole
  /// Whether that moment is past: they were verified with days of grace, and people must decide.
  package var isExpired: Bool { expires <= time.now }
  package let versions: TrustVersions
  /// That the papers and their root are rehearsal; production must refuse them.
  package let isRehearsal: Bool
  /// That this very N with these very signed parts was taken before.
  package let isRepeat: Bool
  /// The key that signs `SHA256SUMS`.
  package let courier: MinisignPublicKey
  /// Which moment expiry was checked against.
  package let time: TimeReading

  private let roles: VerifiedRoles

  /// What is vouched for under the target path `name`, by the role whose namespace it lies in.
  package func target(_ name: String) -> TargetEntry? {
    let parts = name.split(separator: "/", omittingEmptySubsequences: false)
    let stem = parts.last?.split(separator: ".", maxSplits: 1).first ?? ""
    let entry: TargetEntry? =
      switch parts.first {
      case "content": ContentID(stem).flatMap { release($0)?.target }
      case "policy": SiteID(stem).flatMap { roles.policy.policies[$0] }
      default: roles.site.targets[name]
      }
    return entry?.name == name ? entry : nil
  }

  /// A file of this site's namespace, such as `intents.json`.
  package func siteTarget(_ base: String) -> TargetEntry? {
    roles.site.targets["sites/\(site)/\(base)"]
  }

  /// Every file of this site's namespace, by target path.
  package var siteTargets: [TargetEntry] { roles.site.targets.values.sorted { $0.name < $1.name } }

  /// The signed policy of this site, when there is one.
  package var policy: TargetEntry? { roles.policy.policies[site] }

  /// Every released content, by id.
  package var releases: [Release] { roles.content.releases.values.sorted { $0.id < $1.id } }

  /// The released content with this id, or nil when no release signer vouches for it.
  package func release(_ id: ContentID) -> Release? { roles.content.releases[id] }

  /// The released content with this manifest: the whole digest must agree, not only the id.
  package func release(manifest: Digest) -> Release? {
    release(ContentID(manifest: manifest)).flatMap { $0.target.digest == manifest ? $0 : nil }
  }

  /// The lowest counter that role content allows `line`, without what was seen before (`TrustState.floor`).
  package func floor(of line: RandomID) -> Int64 { roles.content.floors[line] ?? 0 }

  init(_ roles: VerifiedRoles, fingerprint: Digest, isRepeat: Bool, time: TimeReading) {
    self.roles = roles
    site = roles.timestamp.line.site
    n = roles.timestamp.header.version
    self.fingerprint = fingerprint
    issued = roles.lineIssued
    let first = roles.headers.min { $0.header.expires < $1.header.expires }
    expires = first?.header.expires ?? roles.timestamp.header.expires
    expiresFirst = first?.role ?? .timestamp
    versions = roles.versions
    isRehearsal = roles.root.isRehearsal
    self.isRepeat = isRepeat
    courier = roles.site.courier
    self.time = time
  }
}

/// Seven roles that fit together and whose signatures verified.
struct VerifiedRoles: Sendable {
  let root: RootRole
  let timestamp: TimestampRole
  let snapshot: SnapshotRole
  let targets: TargetsRole
  let content: ContentRole
  let policy: PolicyRole
  let site: SiteRole

  var headers: [(role: MetadataRole, header: RoleHeader)] {
    [
      (.root, root.header), (.timestamp, timestamp.header), (.snapshot, snapshot.header),
      (.targets, targets.header), (.content, content.header), (.policy, policy.header),
      (.site, site.header),
    ]
  }

  /// The latest `issued` of the three roles of the line.
  var lineIssued: Instant {
    max(timestamp.header.issued, snapshot.header.issued, site.header.issued)
  }

  var newestIssued: Instant { headers.map(\.header.issued).max() ?? lineIssued }

  var versions: TrustVersions {
    TrustVersions(
      root: root.version, targets: targets.header.version, content: content.header.version,
      policy: policy.header.version)
  }
}
