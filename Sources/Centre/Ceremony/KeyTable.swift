// SPDX-License-Identifier: Apache-2.0
package import Intents
package import Trust

/// Which keys stand in which role. The exporter's are those of timestamp, snapshot and site alike: they are always
/// replaced together, so that a line whose number was driven up falls back with them (T15).
package struct KeyTable: Sendable, Hashable {
  package var root: RoleKeys
  package var targets: RoleKeys
  package var content: RoleKeys
  package var policy: RoleKeys
  package var exporter: RoleKeys

  package init(
    root: RoleKeys, targets: RoleKeys, content: RoleKeys, policy: RoleKeys, exporter: RoleKeys
  ) {
    self.root = root
    self.targets = targets
    self.content = content
    self.policy = policy
    self.exporter = exporter
  }

  /// - Throws: `CentreReason.exporterSplit` when timestamp, snapshot and site have not the same keys.
  package init(root: RootRole, targets: TargetsRole) throws(Refusal) {
    self.init(
      root: root.root, targets: root.targets, content: targets.content, policy: targets.policy,
      exporter: root.timestamp)
    for (name, keys) in [("snapshot", root.snapshot), ("site", targets.site)] {
      guard keys.threshold == exporter.threshold, Set(keys.keys) == Set(exporter.keys) else {
        throw Refusal(
          CentreReason.exporterSplit, "keys of \(name)",
          seen: keys.keys.map(\.short).joined(separator: ", "),
          expected: exporter.keys.map(\.short).joined(separator: ", ") + ", as timestamp has")
      }
    }
  }

  /// Roles that this table has offline keys for.
  package subscript(role: MetadataRole) -> RoleKeys {
    get {
      switch role {
      case .root: root
      case .targets: targets
      case .content: content
      case .policy: policy
      case .timestamp, .snapshot, .site: exporter
      }
    }
    set {
      switch role {
      case .root: root = newValue
      case .targets: targets = newValue
      case .content: content = newValue
      case .policy: policy = newValue
      case .timestamp, .snapshot, .site: exporter = newValue
      }
    }
  }

  /// Refuses tables that no centre should have.
  ///
  /// - Throws: `CentreReason.impossibleKeys`, `TrustReason.testOnlyKey`.
  package func check(isRehearsal: Bool) throws(Refusal) {
    var places: [PublicKey: [String]] = [:]
    let roles: [(String, RoleKeys)] =
      MetadataRole.shared.map { ($0.rawValue, self[$0]) } + [("exporter", exporter)]
    for (name, keys) in roles {
      let distinct = Set(keys.keys.map(\.material)).count
      guard distinct == keys.keys.count else {
        throw KeyTable.impossible(name, "a key twice", "different keys")
      }
      guard keys.threshold >= 1, keys.threshold <= distinct else {
        throw KeyTable.impossible(
          name, "\(keys.threshold) of \(distinct) keys", "a threshold that the keys can meet")
      }
      if !isRehearsal, name != "exporter", keys.threshold < 2 {
        throw KeyTable.impossible(
          name, "threshold \(keys.threshold)", "at least 2 outside a rehearsal")
      }
      for key in keys.keys { places[key, default: []].append(name) }
    }
    for (key, names) in places.sorted(by: { $0.key.id < $1.key.id })
    where names.count > 1 && names != ["targets", "policy"] {
      throw KeyTable.impossible(
        "key \(key.short)", "in \(names.joined(separator: ", "))",
        "one role a key; only targets and policy may share")
    }
    if !isRehearsal { try TestOnlyKeys.refuse(places.keys, in: "keys of the roles") }
  }

  private static func impossible(_ subject: String, _ seen: String, _ expected: String) -> Refusal {
    Refusal(CentreReason.impossibleKeys, subject, seen: seen, expected: expected)
  }
}
