// SPDX-License-Identifier: Apache-2.0
import GRDB
package import Intents

/// An intent whose content, program, collection and deployment stand at the distribution point.
package struct AppliedIntent: Hashable, Sendable {
  package let intent: DeploymentIntent
  package let packageID: String?
  package let at: Instant
  /// The plan that people approved it under; nil where nobody had to.
  package let plan: Digest?

  package init(intent: DeploymentIntent, packageID: String?, at: Instant, plan: Digest? = nil) {
    self.intent = intent
    self.packageID = packageID
    self.at = at
    self.plan = plan
  }
}

extension JournalTransaction {
  /// Ascending by id.
  package func desired() throws -> [DeploymentIntent] {
    try Row.fetchAll(database, sql: "SELECT * FROM desired ORDER BY id").map(intent)
  }

  /// Replaces the whole desired state.
  package func setDesired(_ intents: [DeploymentIntent]) throws {
    try database.execute(sql: "DELETE FROM desired")
    let statement = try database.makeStatement(
      sql: "INSERT INTO desired VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
    for intent in intents { try statement.execute(arguments: arguments(intent)) }
  }

  /// Ascending by id.
  package func applied() throws -> [AppliedIntent] {
    try Row.fetchAll(database, sql: "SELECT * FROM applied ORDER BY id").map { row in
      guard let at = Instant(row["at"] as String) else { throw damaged("applied") }
      let plan = row["plan"] as String?
      return AppliedIntent(
        intent: try intent(row), packageID: row["package_id"], at: at,
        plan: plan.flatMap { Digest(hex: $0) })
    }
  }

  package func removeApplied(_ id: Name) throws {
    try database.execute(sql: "DELETE FROM applied WHERE id = ?", arguments: [id.text])
  }

  package func setApplied(_ applied: AppliedIntent) throws {
    var arguments = arguments(applied.intent)
    arguments += [applied.packageID, applied.at.description, applied.plan?.hex]
    try database.execute(
      sql: "INSERT OR REPLACE INTO applied VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      arguments: arguments)
  }

  /// Remembers which applied content role content lists no more (T40).
  func setDelisted(_ manifests: [Digest]) throws {
    let texts = Set(manifests).sorted().map(\.hex)
    if texts.isEmpty { return try removeValue(JournalFact.delisted) }
    try setValue(texts.joined(separator: " "), of: JournalFact.delisted)
  }

  func delisted() throws -> Set<Digest> {
    let texts = try value(JournalFact.delisted)?.split(separator: " ") ?? []
    return Set(texts.compactMap { Digest(hex: String($0)) })
  }

  /// Ascending by id.
  package func results() throws -> [IntentResult] {
    try Row.fetchAll(database, sql: "SELECT * FROM results ORDER BY id").map { row in
      guard let id = Name(row["id"] as String),
        let manifest = Digest(hex: row["manifest"] as String),
        let state = IntentState(rawValue: row["state"])
      else { throw damaged("results") }
      return IntentResult(
        id: id, revision: row["revision"], manifest: manifest, state: state, reason: row["reason"],
        packageID: row["package_id"])
    }
  }

  /// Sets how one intent stands.
  package func setResult(_ result: IntentResult, code: String?, at now: Instant) throws {
    try database.execute(
      sql: "INSERT OR REPLACE INTO results VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
      arguments: [
        result.id.text, result.revision, result.manifest.hex, result.state.rawValue, code,
        result.reason, result.packageID, now.description,
      ])
  }

  /// Forgets results of intents that are neither desired nor applied any more. That one was removed is told until
  /// the centre has acknowledged a report that tells it.
  package func pruneResults() throws {
    try database.execute(
      sql: """
        DELETE FROM results WHERE id NOT IN (SELECT id FROM desired)
        AND id NOT IN (SELECT id FROM applied)
        AND (state <> 'removed' OR at < (
          SELECT max(reports.at) FROM reports JOIN acknowledgements USING (seq, hash)))
        """)
  }

  private func arguments(_ intent: DeploymentIntent) -> StatementArguments {
    [
      intent.id.text, intent.revision, intent.manifest.hex, intent.program.text,
      intent.collection.text, intent.purpose.rawValue, intent.availableFrom?.description,
      intent.deadline?.description, intent.scope.map(\.text).sorted().joined(separator: " "),
      intent.isRollback,
    ]
  }

  private func intent(_ row: Row) throws -> DeploymentIntent {
    let scope: String = row["scope"]
    let tags = scope.split(separator: " ").map { Tag($0) }
    guard let id = Name(row["id"] as String), let manifest = Digest(hex: row["manifest"] as String),
      let program = Name(row["program"] as String),
      let collection = CollectionName(row["collection"] as String),
      let purpose = DeploymentIntent.Purpose(rawValue: row["purpose"]), !tags.contains(nil)
    else { throw damaged("intents") }
    return DeploymentIntent(
      id: id, revision: row["revision"], manifest: manifest, program: program,
      collection: collection, purpose: purpose,
      availableFrom: (row["available_from"] as String?).flatMap { Instant($0) },
      deadline: (row["deadline"] as String?).flatMap { Instant($0) },
      scope: Set(tags.compactMap { $0 }), isRollback: row["rollback"])
  }
}
