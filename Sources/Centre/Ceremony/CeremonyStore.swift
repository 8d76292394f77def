// SPDX-License-Identifier: Apache-2.0
import Foundation
import GRDB
import Intents
import Trust

/// Ceremonies in the ledger, and their publishing.
struct CeremonyStore {
  let ledger: Ledger

  /// All that wait for signatures, oldest first.
  func pending(following current: SharedFiles?) throws(Refusal) -> [Ceremonies.Waiting] {
    let (ceremonies, drafts) = try ledger.read { database in
      (
        try Row.fetchAll(database, sql: "SELECT * FROM ceremonies ORDER BY drafted_at, id"),
        try Row.fetchAll(database, sql: "SELECT * FROM drafts")
      )
    }
    var pending: [Ceremonies.Waiting] = []
    for row in ceremonies {
      let id = try row.parsed("id") { RandomID($0) }
      let own = drafts.filter { $0["ceremony"] == id.text }
      let roles = try own.map { row throws(Refusal) in
        try row.parsed("role") { MetadataRole(rawValue: $0) }
      }
      pending.append(
        Ceremonies.Waiting(
          id: id, purpose: row["purpose"], roles: MetadataRole.shared.filter(roles.contains),
          ceremony: Result { () throws(Refusal) in
            try CeremonyStore.ceremony(id, row, own, following: current)
          }))
    }
    return pending
  }

  private static func ceremony(
    _ id: RandomID, _ row: Row, _ drafts: [Row], following current: SharedFiles?
  ) throws(Refusal) -> Ceremony {
    var files: [MetadataRole: MetadataFile] = [:]
    for draft in drafts {
      let role = try draft.parsed("role") { MetadataRole(rawValue: $0) }
      files[role] = try MetadataFile(
        parsing: Array(draft["bytes"] as Data), named: "\(role.rawValue).json")
    }
    let ceremony = Ceremony(
      id: id, purpose: row["purpose"], draftedAt: try row.parsed("drafted_at") { Instant($0) },
      drafts: try RoleDrafts(files, following: current))
    let needs = try row.parsed("needs") { Digest(hex: $0) }
    guard ceremony.needsDigest == needs else {
      throw Refusal(
        CentreReason.draftOvertaken, "ceremony of \(ceremony.title)",
        seen: "other keys than when it was drafted", expected: "the same keys")
    }
    return ceremony
  }

  func insert(_ ceremony: Ceremony, at now: Instant, in database: Database) throws {
    try database.execute(
      sql: "INSERT INTO ceremonies(id, purpose, drafted_at, needs) VALUES (?, ?, ?, ?)",
      arguments: [
        ceremony.id.text, ceremony.purpose, ceremony.draftedAt.description,
        ceremony.needsDigest.hex,
      ])
    try save(ceremony, in: database)
    try LedgerAudit.append(
      "ceremony.drafted",
      [
        "ceremony": ceremony.id.text, "roles": ceremony.title, "digest": ceremony.digest.hex,
        "purpose": ceremony.purpose,
      ], at: now, in: database)
  }

  /// Keeps the drafts with the signatures found so far.
  func save(_ ceremony: Ceremony, in database: Database) throws {
    for (role, file) in ceremony.drafts.files {
      try database.execute(
        sql: "INSERT OR REPLACE INTO drafts(role, ceremony, bytes) VALUES (?, ?, ?)",
        arguments: [role.rawValue, ceremony.id.text, Data(file.bytes)])
    }
  }

  func remove(_ id: RandomID, in database: Database) throws {
    try database.execute(sql: "DELETE FROM drafts WHERE ceremony = ?", arguments: [id.text])
    try database.execute(sql: "DELETE FROM ceremonies WHERE id = ?", arguments: [id.text])
  }

  /// Puts complete drafts in force: stores them, books what they release and sign, and closes the ceremony.
  func publish(_ ceremony: Ceremony, at now: Instant, in database: Database) throws {
    _ = try ceremony.drafts.published()
    for role in MetadataRole.shared {
      guard let file = ceremony.drafts.files[role], let version = ceremony.drafts.versions[role]
      else { continue }
      try RoleSize.check(file, role)
      try Repository.store(file, role, version: version, in: database)
      try LedgerAudit.append(
        "role.published",
        [
          "role": role.rawValue, "version": String(version), "sha256": file.digest.hex,
          "signed_by": file.signatures.map(\.keyid).joined(separator: " "),
          "ceremony": ceremony.id.text,
        ], at: now, in: database)
    }
    if ceremony.drafts.files[.content] != nil {
      try bookReleases(ceremony.drafts.proposed.content, at: now, in: database)
      try bookLimits(ceremony.drafts.proposed.content, at: now, in: database)
    }
    if ceremony.drafts.files[.policy] != nil {
      try bookPolicies(ceremony.drafts.proposed.policy, at: now, in: database)
    }
    try remove(ceremony.id, in: database)
  }

  /// Stores what other hands published already, and books it in the same way.
  func adopt(
    _ files: SharedFiles, _ roles: SharedRoles, after before: SharedRoles, at now: Instant,
    in database: Database
  ) throws {
    for role in MetadataRole.shared {
      let old = before.header(role)?.version ?? 0
      let new = roles.header(role)?.version ?? 0
      let versions = role == .root ? files.roots.keys.filter { $0 > old }.sorted() : [new]
      for version in versions where version > old {
        guard let bytes = role == .root ? files.roots[version] : files.newest(role) else {
          continue
        }
        let file = try MetadataFile(parsing: bytes, named: "\(version).\(role.rawValue).json")
        try Repository.store(file, role, version: version, in: database)
        try LedgerAudit.append(
          "role.adopted",
          ["role": role.rawValue, "version": String(version), "sha256": file.digest.hex], at: now,
          in: database)
      }
    }
    try bookReleases(roles.content, at: now, in: database)
    try bookLimits(roles.content, at: now, in: database)
    try bookPolicies(roles.policy, at: now, in: database)
  }

  private func bookReleases(_ role: ContentRole, at now: Instant, in database: Database) throws {
    let version = role.header.version
    for release in role.releases.values.sorted(by: { $0.id < $1.id }) {
      try database.execute(
        sql: """
          UPDATE content SET released_version = ? WHERE manifest = ? AND released_version IS NULL
          """, arguments: [version, release.target.digest.hex])
      if database.changesCount == 0 { continue }
      try LedgerAudit.append(
        "content.released",
        [
          "content": release.id.text, "manifest": release.target.digest.hex,
          "role_version": String(version),
        ], at: now, in: database)
    }
  }

  /// What is left out of the new role, and the floors that it has; the role decides, the ledger follows.
  private func bookLimits(_ role: ContentRole, at now: Instant, in database: Database) throws {
    let version = role.header.version
    let listed = Set(role.releases.values.map(\.target.digest.hex))
    let known = try String.fetchAll(
      database, sql: "SELECT manifest FROM content WHERE released_version IS NOT NULL")
    for manifest in known.sorted() {
      try database.execute(
        sql: listed.contains(manifest)
          ? "DELETE FROM delistings WHERE manifest = ?1"
          : "INSERT OR IGNORE INTO delistings VALUES (?1, \(version))", arguments: [manifest])
      if listed.contains(manifest) || database.changesCount == 0 { continue }
      try LedgerAudit.append(
        "content.delisted", ["manifest": manifest, "role_version": String(version)], at: now,
        in: database)
    }
    for (line, floor) in role.floors.sorted(by: { $0.key < $1.key }) {
      try database.execute(
        sql: "UPDATE lines SET floor = ? WHERE line = ? AND floor <> ?",
        arguments: [floor, line.text, floor])
      if database.changesCount == 0 { continue }
      try LedgerAudit.append(
        "content.floor",
        ["line": line.text, "floor": String(floor), "role_version": String(version)], at: now,
        in: database)
    }
  }

  private func bookPolicies(_ role: PolicyRole, at now: Instant, in database: Database) throws {
    let version = role.header.version
    for (site, entry) in role.policies.sorted(by: { $0.key < $1.key }) {
      try database.execute(
        sql: """
          UPDATE policies SET signed_version = ?
          WHERE site = ? AND sha256 = ? AND signed_version IS NULL
          """, arguments: [version, site.text, entry.digest.hex])
      if database.changesCount == 0 { continue }
      try LedgerAudit.append(
        "policy.signed", ["site": site.text, "role_version": String(version)], at: now,
        in: database)
    }
  }
}
