// SPDX-License-Identifier: Apache-2.0
package import Distribution
package import Intents

/// Everything that a plan depends on, as values: the same facts give the same plan.
package struct PlanFacts: Sendable {
  /// Ascending by id.
  package var desired: [DeploymentIntent]
  /// The headers of the manifests that `desired` names and that are here.
  package var manifests: [Digest: ContentManifest]
  /// What stands at the point by our doing.
  package var applied: [AppliedIntent]
  package var policy: SitePolicy
  package var isRehearsal: Bool
  /// The lowest counter that release signers allow a line.
  package var floors: [RandomID: Int64]
  /// The applied counter of a line.
  package var counters: [RandomID: Int64]
  /// For each manifest the files that are neither here, nor at the point, nor in the bundle.
  package var missing: [Digest: [Digest]]
  /// Manifests that stand at the point in part only: files that are gone, or what a recheck found.
  package var unsound: Set<Digest>
  /// What the point says of itself, or why it cannot be asked.
  package var point: Result<PointDescription, Refusal>

  package init(
    desired: [DeploymentIntent], manifests: [Digest: ContentManifest], applied: [AppliedIntent],
    policy: SitePolicy, isRehearsal: Bool, floors: [RandomID: Int64], counters: [RandomID: Int64],
    missing: [Digest: [Digest]], unsound: Set<Digest> = [],
    point: Result<PointDescription, Refusal>
  ) {
    self.desired = desired
    self.manifests = manifests
    self.applied = applied
    self.policy = policy
    self.isRehearsal = isRehearsal
    self.floors = floors
    self.counters = counters
    self.missing = missing
    self.unsound = unsound
    self.point = point
  }
}
