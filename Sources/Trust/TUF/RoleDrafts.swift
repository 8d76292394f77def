// SPDX-License-Identifier: Apache-2.0
package import Intents

/// Next versions of shared roles that are to be published together, with the signatures found so far.
///
/// Who must sign is read from the published files and the drafts themselves; whether it is enough is judged
/// by what readers judge with.
package struct RoleDrafts: Sendable {
  /// What is published now; nil before the first ceremony.
  package let current: SharedFiles?
  /// The roles of `current`, verified.
  package let before: SharedRoles?
  /// The drafts by role: exactly what is signed, and the valid signatures, ascending by key id.
  package private(set) var files: [MetadataRole: MetadataFile]
  /// The roles as the drafts would make them. Nobody vouches for what is drafted.
  package let proposed: Proposed

  package struct Proposed: Sendable {
    package let root: RootRole
    package let targets: TargetsRole
    package let content: ContentRole
    package let policy: PolicyRole

    package func header(_ role: MetadataRole) -> RoleHeader? {
      switch role {
      case .root: root.header
      case .targets: targets.header
      case .content: content.header
      case .policy: policy.header
      case .timestamp, .snapshot, .site: nil
      }
    }
  }

  /// Takes drafts that follow `current`; signatures in them that are not needed or false are left out.
  ///
  /// - Throws: `TrustReason.otherVersion` when a draft is not the next version, `.unlistedRole` when a role has
  ///   neither a draft nor a published file or is not shared, and what the strict readers refuse.
  package init(_ files: [MetadataRole: MetadataFile], following current: SharedFiles?)
    throws(Refusal)
  {
    for (role, file) in files {
      guard MetadataRole.shared.contains(role) else {
        throw Refusal(
          TrustReason.unlistedRole, file.name, seen: "role \(role.rawValue)",
          expected: "root, targets, content or policy")
      }
      try file.require(role)
    }
    self.current = current
    let before = try current?.roles()
    self.before = before
    proposed = Proposed(
      root: try RoleDrafts.role(files[.root], before?.root, RootRole.init),
      targets: try RoleDrafts.role(files[.targets], before?.targets, TargetsRole.init),
      content: try RoleDrafts.role(files[.content], before?.content, ContentRole.init),
      policy: try RoleDrafts.role(files[.policy], before?.policy, PolicyRole.init))
    self.files = files
    for role in files.keys { try checkVersion(role) }
    for (role, file) in files { self.files[role] = try cleaned(file, role) }
  }

  private static func role<Role>(
    _ draft: MetadataFile?, _ before: Role?, _ read: (MetadataFile) throws(Refusal) -> Role
  ) throws(Refusal) -> Role {
    if let draft { return try read(draft) }
    guard let before else {
      throw Refusal(
        TrustReason.unlistedRole, "drafts", seen: "no \(Role.self)",
        expected: "a draft of each role that is not published yet")
    }
    return before
  }

  private func checkVersion(_ role: MetadataRole) throws(Refusal) {
    let next = (before?.header(role)?.version ?? 0) + 1
    guard let drafted = proposed.header(role)?.version, drafted == next else {
      throw Refusal(
        TrustReason.otherVersion, "draft of \(role.rawValue)",
        seen: "version \(proposed.header(role)?.version ?? 0)", expected: "version \(next)")
    }
  }
}

extension RoleDrafts {
  /// Keys of which enough must sign one draft.
  package struct Need: Sendable {
    package let role: MetadataRole
    /// Whether these are the keys of the root before, which a new root needs besides its own.
    package let isBefore: Bool
    package let keys: RoleKeys
    /// Those of `keys` that have signed.
    package let signed: [PublicKey]
    /// Whether as many as the threshold asks for have signed, as readers count them.
    package let isMet: Bool

    package var missing: [PublicKey] { keys.keys.filter { !signed.contains($0) } }
  }

  /// Who must sign what, root first.
  package var needs: [Need] {
    MetadataRole.shared.flatMap { role in
      files[role].map { file in keys(of: role).map { need(role, file, $0.keys, $0.isBefore) } }
        ?? []
    }
  }

  /// The versions that publishing makes, by role.
  package var versions: [MetadataRole: Int64] {
    var versions: [MetadataRole: Int64] = [:]
    for role in files.keys { versions[role] = proposed.header(role)?.version }
    return versions
  }

  /// The roles that `key` has still to sign for.
  package func awaits(_ key: KeyID) -> [MetadataRole] {
    MetadataRole.shared.filter { role in
      needs.contains { $0.role == role && $0.missing.contains { $0.id == key } }
    }
  }

  /// Whether any of the drafts needs `key`, signed already or not.
  package func names(_ key: KeyID) -> Bool {
    needs.contains { $0.keys.keys.contains { $0.id == key } }
  }

  /// These drafts, signed by `key` wherever it is needed.
  package func signed(by key: SecretKey) throws(Refusal) -> RoleDrafts {
    var next = self
    for role in awaits(key.id) {
      guard let file = files[role] else { continue }
      next.files[role] = try cleaned(try file.adding(signatureBy: key), role)
    }
    return next
  }

  /// These drafts with the valid signatures of `other` besides, which must be about the same texts.
  package func merging(_ other: [MetadataRole: MetadataFile]) throws(Refusal) -> RoleDrafts {
    var next = self
    for (role, file) in files {
      guard let more = other[role] else { continue }
      next.files[role] = try cleaned(try file.adding(more.signatures), role)
    }
    return next
  }

  /// What is published once these are; every threshold is checked as a reader does.
  ///
  /// - Throws: `TrustReason.tooFewSignatures`, `.rootNotVouchedFor`, `.brokenPinnedRoot`.
  package func published() throws(Refusal) -> SharedFiles {
    let start = current ?? SharedFiles(roots: [:], targets: [], content: [], policy: [])
    let next = start.adding(files, versions: versions)
    _ = try next.roles()
    return next
  }

  private func keys(of role: MetadataRole) -> [(keys: RoleKeys, isBefore: Bool)] {
    switch role {
    case .root:
      (before.map { [($0.root.root, true)] } ?? []) + [(proposed.root.root, false)]
    case .targets: [(proposed.root.targets, false)]
    case .content: [(proposed.targets.content, false)]
    case .policy: [(proposed.targets.policy, false)]
    case .timestamp, .snapshot, .site: []
    }
  }

  private func need(
    _ role: MetadataRole, _ file: MetadataFile, _ keys: RoleKeys, _ isBefore: Bool
  ) -> Need {
    Need(
      role: role, isBefore: isBefore, keys: keys,
      signed: keys.keys.filter { file.isSigned(by: $0) }, isMet: keys.tally(file).isMet)
  }

  /// `file` with the valid signatures of needed keys only, ascending: the same bytes in whatever order they came.
  private func cleaned(_ file: MetadataFile, _ role: MetadataRole) throws(Refusal) -> MetadataFile {
    let wanted = keys(of: role).flatMap(\.keys.keys)
    return try file.keeping { signature in
      wanted.contains { $0.id.hex == signature.keyid && file.isSigned(by: $0) }
    }
  }
}

extension SharedRoles {
  package func header(_ role: MetadataRole) -> RoleHeader? {
    switch role {
    case .root: root.header
    case .targets: targets.header
    case .content: content.header
    case .policy: policy.header
    case .timestamp, .snapshot, .site: nil
    }
  }
}
