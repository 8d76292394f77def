// SPDX-License-Identifier: Apache-2.0
package import Intents

/// One thing that a plan is about to ask of a distribution point.
package enum PlannedWork: Hashable, Sendable {
  /// That an intent be deployed, with the content that its manifest describes.
  case deploy(DeploymentIntent, ContentManifest)
  /// That the deployment of an intent go.
  case remove(intent: Name)
  /// That an intent which is deployed already be looked at: devices report until it goes.
  case observe(DeploymentIntent)
}

/// What a plan belongs to, for the people who read what a point makes of it.
package struct PlanBrief: Hashable, Sendable {
  /// What people reviewed.
  package let plan: Digest
  /// Number and fingerprint of the bundle that the plan is for; the number rises with every bundle of a site.
  package let bundle: Int64
  package let fingerprint: Digest
  /// Who approved, in the order in which they did.
  package let approvedBy: [PersonName]

  package init(plan: Digest, bundle: Int64, fingerprint: Digest, approvedBy: [PersonName]) {
    self.plan = plan
    self.bundle = bundle
    self.fingerprint = fingerprint
    self.approvedBy = approvedBy
  }
}
