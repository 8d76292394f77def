// SPDX-License-Identifier: Apache-2.0
import GRDB
package import Intents

/// One effect at the distribution point.
package struct Step: Hashable, Sendable {
  package enum Kind: String, Sendable, CaseIterable {
    case content, collection, program, deployment, verification, removal
  }
  package enum State: String, Sendable, CaseIterable { case planned, done, failed }

  package let intent: Name
  package let revision: Int64
  package let kind: Kind
  package let state: State
  /// What the point called it, or why it did not come to be.
  package let object: String?
  package let at: Instant

  package init(
    intent: Name, revision: Int64, kind: Kind, state: State, object: String?, at: Instant
  ) {
    self.intent = intent
    self.revision = revision
    self.kind = kind
    self.state = state
    self.object = object
    self.at = at
  }
}

extension JournalTransaction {
  /// Notes a step; of the same effect the newest note counts.
  package func record(_ step: Step) throws {
    try database.execute(
      sql: """
        INSERT INTO steps (intent, revision, kind, state, object, at) VALUES (?, ?, ?, ?, ?, ?)
        ON CONFLICT (intent, revision, kind) DO UPDATE SET
        state = excluded.state, object = excluded.object, at = excluded.at
        """,
      arguments: [
        step.intent.text, step.revision, step.kind.rawValue, step.state.rawValue, step.object,
        step.at.description,
      ])
  }

  /// In the order in which they were first planned.
  package func steps() throws -> [Step] {
    try Row.fetchAll(database, sql: "SELECT * FROM steps ORDER BY id").map { row in
      guard let intent = Name(row["intent"] as String), let kind = Step.Kind(rawValue: row["kind"]),
        let state = Step.State(rawValue: row["state"]), let at = Instant(row["at"] as String)
      else { throw damaged("steps") }
      return Step(
        intent: intent, revision: row["revision"], kind: kind, state: state, object: row["object"],
        at: at)
    }
  }
}
