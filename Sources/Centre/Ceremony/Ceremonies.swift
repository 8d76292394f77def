// SPDX-License-Identifier: Apache-2.0
import GRDB
package import Intents
package import Trust

/// How the shared roles change: drafted here, signed wherever the keys are, published in one step once every
/// threshold holds. What waits is never exported.
package struct Ceremonies {
  private let profile: CentreProfile
  private let store: CeremonyStore

  package init(of profile: CentreProfile) {
    self.profile = profile
    store = CeremonyStore(ledger: profile.ledger)
  }

  /// Where a ceremony stands after a step.
  package struct Standing: Sendable {
    package let ceremony: Ceremony
    package let isPublished: Bool
    /// Keys whose signatures this step brought.
    package let signedNow: [KeyID]
  }

  /// A ceremony that waits, or why it cannot go on.
  package struct Waiting: Sendable {
    package let id: RandomID
    package let purpose: String
    package let roles: [MetadataRole]
    package let ceremony: Result<Ceremony, Refusal>
  }

  /// All that wait for signatures, oldest first.
  package func waiting() throws(Refusal) -> [Waiting] {
    try store.pending(following: try published())
  }

  /// The published roles as a base for their next versions.
  ///
  /// - Throws: `CentreReason.firstCeremonyOpen` while there are none.
  package func revision(at now: Instant) throws(Refusal) -> RoleRevision {
    try RoleRevision(of: try Repository(of: profile).files(), at: now)
  }

  /// Drafts `files`. In a rehearsal the keys that lie in the state folder sign at once.
  ///
  /// - Throws: `CentreReason.draftPending` when one of the roles has a draft already, and what `KeyTable` refuses.
  package func open(
    _ purpose: String, _ files: [MetadataRole: JSONValue], keys: KeyRing, at now: Instant
  ) throws(Refusal) -> Standing {
    let current = try published()
    try requireNoDraft(of: Array(files.keys))
    let ceremony = try Ceremonies.draft(purpose, files, following: current, at: now)
    var drafts = ceremony.drafts
    if profile.isRehearsal {
      for key in try keys.localSigners(for: drafts) { drafts = try drafts.signed(by: key) }
    }
    return try settle(ceremony.with(drafts), before: ceremony, at: now)
  }

  /// - Throws: `CentreReason.draftPending` when one of `roles` has a draft.
  func requireNoDraft(of roles: [MetadataRole]) throws(Refusal) {
    for other in try store.pending(following: try published()) {
      guard let role = other.roles.first(where: roles.contains) else { continue }
      throw Refusal(
        CentreReason.draftPending, "role \(role.rawValue)", seen: "a draft: \(other.purpose)",
        expected: "none, or `trust drop \(role.rawValue)` first")
    }
  }

  /// A ceremony that nobody has signed yet.
  static func draft(
    _ purpose: String, _ files: [MetadataRole: JSONValue], following current: SharedFiles?,
    at now: Instant
  ) throws(Refusal) -> Ceremony {
    var drafts: [MetadataRole: MetadataFile] = [:]
    for (role, signed) in files {
      drafts[role] = try MetadataFile.signed(signed, by: [], named: "\(role.rawValue).json")
      if let file = drafts[role] { try RoleSize.check(file, role) }
    }
    let all = try RoleDrafts(drafts, following: current)
    try KeyTable(root: all.proposed.root, targets: all.proposed.targets)
      .check(isRehearsal: all.proposed.root.isRehearsal)
    return Ceremony(id: RandomID.generate(), purpose: purpose, draftedAt: now, drafts: all)
  }

  /// Adds the signatures of a copy that came back; publishes when that makes enough.
  ///
  /// - Throws: `CentreReason.draftOvertaken` when no such ceremony waits any more, `.requestDiffers` when the copy is
  ///   about other texts, `.noSignature` when it brings no valid signature of a key that is needed.
  package func merge(
    _ copy: CeremonyRequest, named name: String, at now: Instant
  ) throws(Refusal) -> Standing {
    let pending = try store.pending(following: try published())
    guard let found = pending.first(where: { $0.id == copy.ceremony.id }) else {
      return try published(copy.ceremony, named: name)
    }
    let ceremony = try found.ceremony.get()
    guard ceremony.digest == copy.ceremony.digest else {
      throw Refusal(
        CentreReason.requestDiffers, name, seen: copy.ceremony.digest.hex,
        expected: ceremony.digest.hex)
    }
    let signed = ceremony.with(try ceremony.drafts.merging(copy.ceremony.drafts.files))
    let texts = copy.ceremony.drafts.files
    let bringsOne = ceremony.drafts.needs.contains { need in
      need.keys.keys.contains { texts[need.role]?.isSigned(by: $0) == true }
    }
    guard bringsOne else {
      throw Refusal(
        CentreReason.noSignature, name, seen: "no valid signature",
        expected: "one by a key that \(ceremony.title) needs")
    }
    return try settle(signed, before: ceremony, at: now)
  }

  /// Discards the draft of `role` with all that would be published together with it.
  ///
  /// - Throws: `CentreReason.noDraft`; `.firstCeremonyOpen` for the drafts that make a new centre.
  package func drop(_ role: MetadataRole, at now: Instant) throws(Refusal) -> Waiting {
    let current = try published()
    let pending = try store.pending(following: current)
    guard let found = pending.first(where: { $0.roles.contains(role) }) else {
      throw Refusal(
        CentreReason.noDraft, "role \(role.rawValue)", seen: "no draft", expected: "a draft")
    }
    guard current != nil else {
      throw Refusal(
        CentreReason.firstCeremonyOpen, "role \(role.rawValue)", seen: "its first version",
        expected: "a draft of a later one; delete the state folder to begin anew")
    }
    try profile.ledger.write { database in
      try store.remove(found.id, in: database)
      try LedgerAudit.append(
        "ceremony.dropped",
        [
          "ceremony": found.id.text,
          "roles": found.roles.map(\.rawValue).joined(separator: ", "),
        ], at: now, in: database)
    }
    return found
  }

  /// The request file of a ceremony, with the centre's words for what is in it.
  package func request(for ceremony: Ceremony) throws(Refusal) -> CeremonyRequest {
    let names = Set(ceremony.drafts.proposed.content.releases.values.map(\.target.digest))
    var called: [Digest: String] = [:]
    if ceremony.drafts.files[.content] != nil {
      for content in try profile.ledger.contents()
      where content.releasedVersion == nil && names.contains(content.manifest) {
        called[content.manifest] = "\(content.name) \(content.version)"
      }
    }
    var documents: [Digest: [UInt8]] = [:]
    if ceremony.drafts.files[.policy] != nil {
      let before = ceremony.drafts.before?.policy.policies ?? [:]
      for (site, entry) in ceremony.drafts.proposed.policy.policies where before[site] != entry {
        documents[entry.digest] = try PolicyKeeper(of: profile).bytes(of: entry.digest, site)
      }
    }
    return try CeremonyRequest(
      ceremony, labels: try profile.ledger.keyLabels(), called: called, documents: documents)
  }

  /// Publishes what is complete, keeps what is not; one transaction.
  private func settle(
    _ ceremony: Ceremony, before: Ceremony, at now: Instant
  ) throws(Refusal) -> Standing {
    let known = Set(before.drafts.needs.flatMap(\.signed).map(\.id))
    let signedNow = Set(ceremony.drafts.needs.flatMap(\.signed).map(\.id)).subtracting(known)
      .sorted()
    try profile.ledger.write { database in
      let isNew =
        try Row.fetchOne(
          database, sql: "SELECT 1 FROM ceremonies WHERE id = ?", arguments: [ceremony.id.text])
        == nil
      if isNew { try store.insert(ceremony, at: now, in: database) }
      for key in signedNow {
        try LedgerAudit.append(
          "ceremony.signed", ["ceremony": ceremony.id.text, "keyid": key.hex], at: now,
          in: database)
      }
      try store.save(ceremony, in: database)
      if ceremony.isComplete { try store.publish(ceremony, at: now, in: database) }
    }
    return Standing(ceremony: ceremony, isPublished: ceremony.isComplete, signedNow: signedNow)
  }

  /// A copy that came late is fine when what it signs is published.
  private func published(_ ceremony: Ceremony, named name: String) throws(Refusal) -> Standing {
    for (role, file) in ceremony.drafts.files {
      let version = ceremony.drafts.versions[role] ?? 0
      let stored = try Repository(of: profile).file(role, version: version)
      guard let stored,
        try MetadataFile(parsing: stored, named: file.name).signedBytes == file.signedBytes
      else {
        throw Refusal(
          CentreReason.draftOvertaken, name,
          seen: "\(role.rawValue) \(version) of ceremony \(ceremony.id)",
          expected: "a ceremony that waits; this one was dropped, or another took its place")
      }
    }
    return Standing(ceremony: ceremony, isPublished: true, signedNow: [])
  }

  private func published() throws(Refusal) -> SharedFiles? {
    try Repository(of: profile).published()
  }
}

extension Ledger {
  /// Whose key it is, by key id.
  package func keyLabels() throws(Refusal) -> [KeyID: String] {
    let rows = try read { try Row.fetchAll($0, sql: "SELECT keyid, label FROM key_labels") }
    var labels: [KeyID: String] = [:]
    for row in rows { labels[try row.parsed("keyid") { KeyID($0) }] = row["label"] }
    return labels
  }

  /// Remembers whose keys these are.
  package func label(_ keys: [PublicKeyFile]) throws(Refusal) {
    try write { try Ledger.label(keys, in: $0) }
  }

  static func label(_ keys: [PublicKeyFile], in database: Database) throws {
    for key in keys where !key.label.isEmpty {
      try database.execute(
        sql: "INSERT OR REPLACE INTO key_labels(keyid, label) VALUES (?, ?)",
        arguments: [key.key.id.hex, key.label])
    }
  }
}
