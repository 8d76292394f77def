// SPDX-License-Identifier: Apache-2.0

/// That one content version shall be deployed with one of its programs to one collection. It only chooses:
/// nothing in it reaches a shell, a query or a script as free text. FORMAT.md, 9.
package struct DeploymentIntent: Hashable, Sendable {
  package enum Purpose: String, Sendable, CaseIterable { case required, available }

  /// Names the intent over all its revisions; also its correlation id and the idempotency key of its effects.
  package let id: Name
  /// Rises with every change.
  package let revision: Int64
  /// SHA-256 of the content manifest's bytes.
  package let manifest: Digest
  package let program: Name
  package let collection: CollectionName
  package let purpose: Purpose
  /// From when it may run; nil means at once.
  package let availableFrom: Instant?
  /// When a required one must have run; nil means as soon as it is available.
  package let deadline: Instant?
  /// Which devices it is meant for; must lie inside the publisher's scope and the policy's ceiling.
  package let scope: Set<Tag>
  /// That this revision may go below the applied counter of its line (never below the floor).
  package let isRollback: Bool

  package init(
    id: Name, revision: Int64, manifest: Digest, program: Name, collection: CollectionName,
    purpose: Purpose, availableFrom: Instant?, deadline: Instant?, scope: Set<Tag>, isRollback: Bool
  ) {
    self.id = id
    self.revision = revision
    self.manifest = manifest
    self.program = program
    self.collection = collection
    self.purpose = purpose
    self.availableFrom = availableFrom
    self.deadline = deadline
    self.scope = scope
    self.isRollback = isRollback
  }

  package var content: ContentID { ContentID(manifest: manifest) }
}
