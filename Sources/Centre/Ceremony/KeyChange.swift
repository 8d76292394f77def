// SPDX-License-Identifier: Apache-2.0
import Bundles
package import Intents
package import SystemPackage
package import Trust

/// Changes of the keys of roles: who is added, who goes, how many must sign.
package struct KeyChange {
  private let profile: CentreProfile
  private let keys: KeyRing
  private let now: Instant

  package init(of profile: CentreProfile, keys: KeyRing, at now: Instant) {
    self.profile = profile
    self.keys = keys
    self.now = now
  }

  /// Replaces keys of one offline role.
  ///
  /// - Parameters:
  ///   - removed: key ids, or at least 8 digits of their beginning.
  ///   - quorum: what must come of it; nil keeps the threshold.
  /// - Throws: `CentreReason.unknownKey`, `.impossibleKeys`, `.alreadyThere` when nothing would change.
  package func rotate(
    _ role: MetadataRole, adding added: [PublicKeyFile], removing removed: [String],
    to quorum: Quorum?
  ) throws(Refusal) -> Ceremonies.Standing {
    let revision = try Ceremonies(of: profile).revision(at: now)
    var table = try KeyTable(root: revision.roles.root, targets: revision.roles.targets)
    table[role] = try changed(table[role], role, adding: added, removing: removed, to: quorum)
    return try open("rotate \(role.rawValue)", revision, table, labels: added)
  }

  /// Takes a key out of every offline role where it stands.
  ///
  /// - Throws: `CentreReason.impossibleKeys` when a role would have too few keys left and there is no `replacement`.
  package func revoke(
    _ id: String, replacement: PublicKeyFile?
  ) throws(Refusal) -> Ceremonies.Standing {
    let revision = try Ceremonies(of: profile).revision(at: now)
    var table = try KeyTable(root: revision.roles.root, targets: revision.roles.targets)
    let all = MetadataRole.shared.flatMap { table[$0].keys }
    let key = try KeyChange.key(id, among: Array(Set(all)), "the offline roles")
    for role in MetadataRole.shared where table[role].keys.contains(key) {
      let left = table[role].keys.count - (replacement == nil ? 1 : 0)
      guard left >= table[role].threshold else {
        throw Refusal(
          CentreReason.impossibleKeys, role.rawValue,
          seen: "\(left) keys left without \(key.short)",
          expected: "at least \(table[role].threshold), so name a new one with --replace")
      }
      table[role] = try changed(
        table[role], role, adding: replacement.map { [$0] } ?? [], removing: [key.id.hex], to: nil)
    }
    return try open("revoke \(key.short)", revision, table, labels: replacement.map { [$0] } ?? [])
  }

  /// Replaces the exporter's key and its spare in all three roles at once.
  ///
  /// - Parameter spare: where the new spare is written; nil leaves it in the state folder, in a rehearsal only.
  package func rotateExporter(spare: FilePath?) throws(Refusal) -> Ceremonies.Standing {
    let revision = try Ceremonies(of: profile).revision(at: now)
    let current = try? KeyTable(root: revision.roles.root, targets: revision.roles.targets)
    if let spare, FileQuery.status(spare) != nil {
      throw Refusal(
        CentreReason.alreadyThere, spare.text, seen: "a file", expected: "a new file")
    }
    guard spare != nil || profile.isRehearsal else {
      throw Refusal(
        CentreReason.impossibleKeys, "exporter's spare", seen: "no place for it",
        expected: "--spare-to FILE, on a medium that is then locked away")
    }
    try Ceremonies(of: profile).requireNoDraft(of: [.root, .targets])
    let passphrase = try keys.passphraseOfFolder()
    let hot = try SecretKey.generate()
    let cold = try SecretKey.generate()
    try KeyRing.write(
      hot, to: profile.keysFolder.appending("exporter-\(hot.publicKey.short).json"),
      passphrase: passphrase)
    let place = profile.keysFolder.appending("exporter-spare-\(cold.publicKey.short).json")
    try KeyRing.write(cold, to: spare ?? place, passphrase: passphrase)
    let roles = revision.roles
    let table = KeyTable(
      root: current?.root ?? roles.root.root, targets: current?.targets ?? roles.root.targets,
      content: current?.content ?? roles.targets.content,
      policy: current?.policy ?? roles.targets.policy,
      exporter: RoleKeys(threshold: 1, keys: [hot.publicKey, cold.publicKey]))
    return try open("rotate exporter", revision, table, labels: [])
  }

  /// Drafts the same roles with a new version and expiry.
  package func renew(_ role: MetadataRole) throws(Refusal) -> Ceremonies.Standing {
    let ceremonies = Ceremonies(of: profile)
    return try ceremonies.open(
      "renew \(role.rawValue)", try ceremonies.revision(at: now).renewing(role), keys: keys,
      at: now)
  }

  /// Drafts the same root with a `time_floor_reset`: the way out where a stolen key drove up the floor of sites (S15).
  ///
  /// - Throws: `CentreReason.wrongField` for a moment that is yet to come.
  package func renewRoot(resettingTimeTo moment: Instant) throws(Refusal) -> Ceremonies.Standing {
    guard moment <= now else {
      throw Refusal(
        CentreReason.wrongField, "--time-floor-reset", seen: "\(moment)",
        expected: "\(now) or before")
    }
    let ceremonies = Ceremonies(of: profile)
    return try ceremonies.open(
      "renew root, and lower the floor of time to \(moment)",
      try ceremonies.revision(at: now).resettingTime(to: moment), keys: keys, at: now)
  }

  private func open(
    _ purpose: String, _ revision: RoleRevision, _ table: KeyTable, labels: [PublicKeyFile]
  ) throws(Refusal) -> Ceremonies.Standing {
    let drafts = try revision.changing(to: table)
    guard !drafts.isEmpty else {
      throw Refusal(
        CentreReason.alreadyThere, purpose, seen: "the keys that there are",
        expected: "other keys or another threshold")
    }
    try profile.ledger.label(labels)
    return try Ceremonies(of: profile).open(purpose, drafts, keys: keys, at: now)
  }

  private func changed(
    _ keys: RoleKeys, _ role: MetadataRole, adding added: [PublicKeyFile],
    removing removed: [String], to quorum: Quorum?
  ) throws(Refusal) -> RoleKeys {
    var left = keys.keys
    for text in removed {
      let key = try KeyChange.key(text, among: left, role.rawValue)
      left.removeAll { $0 == key }
    }
    for file in added {
      guard !left.contains(file.key) else {
        throw Refusal(
          CentreReason.alreadyThere, "key \(file.key.short)", seen: "in \(role.rawValue)",
          expected: "a new key")
      }
      left.append(file.key)
    }
    let threshold = quorum?.threshold ?? keys.threshold
    guard left.count >= threshold, quorum == nil || quorum?.count == left.count else {
      throw Refusal(
        CentreReason.impossibleKeys, role.rawValue, seen: "\(left.count) keys",
        expected: quorum.map { "\($0)" } ?? "at least \(threshold)")
    }
    return RoleKeys(threshold: threshold, keys: left)
  }

  /// The one key whose id begins with `text`.
  private static func key(
    _ text: String, among keys: [PublicKey], _ place: String
  ) throws(Refusal) -> PublicKey {
    let found = keys.filter { text.count >= 8 && $0.id.hex.hasPrefix(text) }
    guard found.count == 1, let key = found.first else {
      throw Refusal(
        CentreReason.unknownKey, place, seen: text,
        expected: "at least 8 digits of one of "
          + keys.map(\.short).sorted().joined(separator: ", "))
    }
    return key
  }
}
