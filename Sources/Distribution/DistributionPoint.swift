// SPDX-License-Identifier: Apache-2.0
package import Bundles
package import Intents
package import SystemPackage

/// What an execution plane must be able to do for the agent.
///
/// Each `ensure…` makes something so unless it is so already, and can be called again after any crash. A
/// failure is a `Refusal`, whose `failureClass` says whether it is worth waiting.
package protocol DistributionPoint {
  /// What the point is and what it holds, as far as a plan depends on it.
  func describe() throws(Refusal) -> PointDescription

  /// Told before the first effect of a plan what all of them will be, so that a point which people work for can
  /// hand them one list. Changes nothing at the point; what is announced may never be asked for.
  ///
  /// A work that the point would refuse is refused when its effect is asked for, not here.
  func announce(_ work: [PlannedWork], of brief: PlanBrief) throws(Refusal)

  /// Makes one content version available whole, or not at all.
  ///
  /// Content of the same manifest is looked at again, file by file, and only what is wrong is written. What was
  /// verified when it was written is believed by presence and size; `recheck` hashes it.
  func ensureContent(
    _ request: ContentRequest, key: EffectKey
  ) throws(Refusal) -> Effect<ContentReceipt>

  /// Answers the point's name for the program.
  func ensureProgram(_ request: ProgramRequest, key: EffectKey) throws(Refusal) -> Effect<String>

  /// Answers the point's name for the collection.
  func ensureCollection(
    _ request: CollectionRequest, key: EffectKey
  ) throws(Refusal) -> Effect<String>

  /// Answers the point's name for the deployment.
  func ensureDeployment(
    _ request: DeploymentRequest, key: EffectKey
  ) throws(Refusal) -> Effect<String>

  /// Takes away what `removal` names; what is not there is done already.
  func remove(_ removal: Removal, key: EffectKey) throws(Refusal) -> Effect<String>

  /// What is known of every device that the deployment `key` is meant for.
  ///
  /// - Parameter asOf: when this is asked; what each record says.
  func status(of key: EffectKey, asOf: Instant) throws(Refusal) -> [ComplianceRecord]

  /// Hashes everything that the point holds. A file with other bytes than its digest says is taken away, so that
  /// it is served to nobody and `holds` tells the truth.
  func recheck(_ progress: @escaping PhaseProgress) throws(Refusal) -> PointRecheck

  /// What the next apply depends on, looked at without changing anything: reachability, rights, room.
  func diagnose() -> [Diagnosis]

  /// Whether a file with this digest seems to be held: presence and, when `length` is given, size. Cheap; says
  /// nothing about the bytes.
  func holds(_ digest: Digest, length: Int64?) -> Bool

  /// Opens a held file for reading; nil when it is not there. The caller re-hashes what it reads and closes.
  func open(held digest: Digest) throws(Refusal) -> FileDescriptor?
}

extension DistributionPoint {
  /// A point that does each effect when it is asked needs no list.
  package func announce(_ work: [PlannedWork], of brief: PlanBrief) throws(Refusal) {}
}

/// The idempotency key of an effect: which revision of which intent it belongs to.
package struct EffectKey: Hashable, Sendable, CustomStringConvertible {
  package let intent: Name
  package let revision: Int64

  package init(intent: Name, revision: Int64) {
    self.intent = intent
    self.revision = revision
  }

  /// The correlation id of all effects of `intent`.
  package init(_ intent: DeploymentIntent) {
    self.init(intent: intent.id, revision: intent.revision)
  }

  package var description: String { "\(intent)+\(revision)" }
}

/// How an effect ended when it did not fail.
package enum Effect<Object: Sendable & Equatable>: Sendable, Equatable {
  /// It is so now, or was before.
  case done(Object)
  /// Accepted and not finished, or waiting for something that the text names; ask again.
  case pending(String)
}
