// SPDX-License-Identifier: Apache-2.0
package import Intents
package import Trust

/// Makes the next versions of shared roles as values; nothing is signed or kept. Pure.
package struct RoleRevision: Sendable {
  /// What is published now.
  package let files: SharedFiles
  package let roles: SharedRoles
  package let now: Instant

  package init(of files: SharedFiles, at now: Instant) throws(Refusal) {
    self.files = files
    roles = try files.roles()
    self.now = now
  }

  /// The first versions of all four.
  package static func first(
    _ keys: KeyTable, isRehearsal: Bool, at now: Instant
  ) -> [MetadataRole: JSONValue] {
    [
      .root: root(keys, version: 1, isRehearsal: isRehearsal, at: now),
      .targets: targets(keys, version: 1, at: now),
      .content: ContentRole(header: header(.content, 1, now), releases: [], floors: [:]).json,
      .policy: PolicyRole(header: header(.policy, 1, now), policies: [:]).json,
    ]
  }

  /// The same as now, with a new version and expiry.
  package func renewing(_ role: MetadataRole) throws(Refusal) -> [MetadataRole: JSONValue] {
    [role: try next(role, try KeyTable(root: roles.root, targets: roles.targets))]
  }

  /// The same root, which lowers the floor of time at every site that takes it, once (S15).
  package func resettingTime(to moment: Instant) throws(Refusal) -> [MetadataRole: JSONValue] {
    let keys = try KeyTable(root: roles.root, targets: roles.targets)
    return [
      .root: RoleRevision.root(
        keys, version: nextHeader(.root).version, isRehearsal: roles.root.isRehearsal, at: now,
        timeFloorReset: moment)
    ]
  }

  /// What must be drafted so that the keys are `keys`: the roles that name them, and each role whose published file
  /// the new keys do not vouch for any more. None when nothing changes.
  package func changing(to keys: KeyTable) throws(Refusal) -> [MetadataRole: JSONValue] {
    try keys.check(isRehearsal: roles.root.isRehearsal)
    let now = try KeyTable(root: roles.root, targets: roles.targets)
    var changed: Set<MetadataRole> = []
    if keys.root != now.root || keys.targets != now.targets || keys.exporter != now.exporter {
      changed.insert(.root)
    }
    if keys.content != now.content || keys.policy != now.policy || keys.exporter != now.exporter {
      changed.insert(.targets)
    }
    for role in MetadataRole.shared where role != .root {
      guard let bytes = files.newest(role) else { continue }
      let file = try MetadataFile(parsing: bytes, named: "\(role.rawValue).json")
      if !keys[role].tally(file).isMet { changed.insert(role) }
    }
    var drafts: [MetadataRole: JSONValue] = [:]
    for role in changed { drafts[role] = try next(role, keys) }
    return drafts
  }

  /// Content that is released besides what is now.
  package func releasing(_ new: [Release]) -> [MetadataRole: JSONValue] {
    content(Array(roles.content.releases.values) + new, roles.content.floors)
  }

  /// The content that is released now without `manifest` (T40).
  package func delisting(_ manifest: Digest) -> [MetadataRole: JSONValue] {
    content(
      roles.content.releases.values.filter { $0.target.digest != manifest }, roles.content.floors)
  }

  /// That no release of `line` below `floor` is deployed any more (T21).
  package func raising(_ line: RandomID, to floor: Int64) -> [MetadataRole: JSONValue] {
    content(
      Array(roles.content.releases.values), roles.content.floors.merging([line: floor]) { $1 })
  }

  private func content(
    _ releases: [Release], _ floors: [RandomID: Int64]
  ) -> [MetadataRole: JSONValue] {
    [.content: ContentRole(header: nextHeader(.content), releases: releases, floors: floors).json]
  }

  /// The policies of all sites.
  package func policies(_ policies: [SiteID: TargetEntry]) -> [MetadataRole: JSONValue] {
    [.policy: PolicyRole(header: nextHeader(.policy), policies: policies).json]
  }

  private func next(_ role: MetadataRole, _ keys: KeyTable) throws(Refusal) -> JSONValue {
    let header = nextHeader(role)
    switch role {
    case .root:
      return RoleRevision.root(
        keys, version: header.version, isRehearsal: roles.root.isRehearsal, at: now)
    case .targets: return RoleRevision.targets(keys, version: header.version, at: now)
    case .content:
      return ContentRole(
        header: header, releases: Array(roles.content.releases.values), floors: roles.content.floors
      ).json
    case .policy: return PolicyRole(header: header, policies: roles.policy.policies).json
    case .timestamp, .snapshot, .site:
      throw Refusal(
        CentreReason.wrongField, "role", seen: role.rawValue,
        expected: "root, targets, content or policy")
    }
  }

  private func nextHeader(_ role: MetadataRole) -> RoleHeader {
    RoleRevision.header(role, (roles.header(role)?.version ?? 0) + 1, now)
  }

  private static func header(_ role: MetadataRole, _ version: Int64, _ now: Instant) -> RoleHeader {
    let days = role == .root ? CentreLimits.rootDays : CentreLimits.offlineDays
    return RoleHeader(version: version, expires: now.adding(days: days), issued: now)
  }

  private static func root(
    _ keys: KeyTable, version: Int64, isRehearsal: Bool, at now: Instant,
    timeFloorReset: Instant? = nil
  ) -> JSONValue {
    RootRole(
      header: header(.root, version, now), isRehearsal: isRehearsal, root: keys.root,
      timestamp: keys.exporter, snapshot: keys.exporter, targets: keys.targets,
      timeFloorReset: timeFloorReset
    ).json
  }

  private static func targets(_ keys: KeyTable, version: Int64, at now: Instant) -> JSONValue {
    TargetsRole(
      header: header(.targets, version, now), content: keys.content, policy: keys.policy,
      site: keys.exporter
    ).json
  }
}
