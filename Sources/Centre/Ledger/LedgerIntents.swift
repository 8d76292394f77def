// SPDX-License-Identifier: Apache-2.0
import GRDB
package import Intents

/// One revision of an intent for one site.
package struct IntentRecord: Sendable {
  package let site: SiteID
  package let intent: DeploymentIntent
  /// Whether it is part of the desired state; an older revision or a withdrawn intent is not.
  package let isCurrent: Bool
  package let appliedAt: Instant
}

extension Ledger {
  /// Intents of one site, or of all; ascending by site, id, revision.
  package func intents(site: SiteID? = nil, currentOnly: Bool) throws(Refusal) -> [IntentRecord] {
    try read { database in
      try Row.fetchAll(
        database,
        sql: """
          SELECT * FROM intents WHERE (:site IS NULL OR site = :site) AND (NOT :current OR is_current)
          ORDER BY site, id, revision
          """, arguments: ["site": site?.text, "current": currentOnly]
      ).map(IntentRecord.init)
    }
  }

  /// Makes `intent` the current revision of its id at `site`. The same choice again changes nothing.
  ///
  /// - Returns: the revision that is current now, and whether it is new.
  func apply(
    _ description: IntentDescription, manifest: Digest, to site: SiteID, at now: Instant,
    in database: Database
  ) throws -> (revision: Int64, isNew: Bool) {
    let rows = try Row.fetchAll(
      database, sql: "SELECT * FROM intents WHERE site = ? AND id = ? ORDER BY revision",
      arguments: [site.text, description.id.text])
    let last = try rows.last.map(IntentRecord.init)
    func intent(_ revision: Int64) -> DeploymentIntent {
      DeploymentIntent(
        id: description.id, revision: revision, manifest: manifest, program: description.program,
        collection: description.collection, purpose: description.purpose,
        availableFrom: description.availableFrom, deadline: description.deadline,
        scope: description.scope, isRollback: description.isRollback)
    }
    if let last, last.isCurrent, last.intent == intent(last.intent.revision) {
      return (last.intent.revision, false)
    }
    let new = intent((last?.intent.revision ?? 0) + 1)
    try database.execute(
      sql: "UPDATE intents SET is_current = 0 WHERE site = ? AND id = ?",
      arguments: [site.text, new.id.text])
    try database.execute(
      sql: """
        INSERT INTO intents(site, id, revision, manifest, program, collection, purpose, available_from,
          deadline, scope, rollback, is_current, applied_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1, ?)
        """,
      arguments: [
        site.text, new.id.text, new.revision, new.manifest.hex, new.program.text,
        new.collection.text, new.purpose.rawValue, new.availableFrom?.description,
        new.deadline?.description, new.scope.map(\.text).sorted().joined(separator: " "),
        new.isRollback, now.description,
      ])
    try LedgerAudit.append(
      "intent.applied",
      [
        "site": site.text, "intent": new.id.text, "revision": String(new.revision),
        "manifest": new.manifest.hex,
      ], at: now, in: database)
    return (new.revision, true)
  }

  /// Takes an intent out of the desired state of a site.
  package func withdraw(_ id: Name, from site: SiteID, at now: Instant) throws(Refusal) {
    try write { database in
      try database.execute(
        sql: "UPDATE intents SET is_current = 0 WHERE site = ? AND id = ? AND is_current",
        arguments: [site.text, id.text])
      guard database.changesCount > 0 else {
        throw Refusal(
          CentreReason.unknownIntent, id.text, seen: id.text,
          expected: "an intent that site \(site) has now")
      }
      try LedgerAudit.append(
        "intent.withdrawn", ["site": site.text, "intent": id.text], at: now, in: database)
    }
  }
}

extension IntentRecord {
  init(_ row: Row) throws {
    site = try row.parsed("site") { SiteID($0) }
    let scope = try (row["scope"] as String).split(separator: " ").map { text throws(Refusal) in
      guard let tag = Tag(text) else {
        throw Refusal(
          CentreReason.ledgerDamaged, "ledger, intents.scope", seen: String(text), expected: "a tag"
        )
      }
      return tag
    }
    intent = DeploymentIntent(
      id: try row.parsed("id") { Name($0) }, revision: row["revision"],
      manifest: try row.parsed("manifest") { Digest(hex: $0) },
      program: try row.parsed("program") { Name($0) },
      collection: try row.parsed("collection") { CollectionName($0) },
      purpose: try row.parsed("purpose") { DeploymentIntent.Purpose(rawValue: $0) },
      availableFrom: try row.optional("available_from") { Instant($0) },
      deadline: try row.optional("deadline") { Instant($0) }, scope: Set(scope),
      isRollback: row["rollback"])
    isCurrent = row["is_current"]
    appliedAt = try row.parsed("applied_at") { Instant($0) }
  }
}
