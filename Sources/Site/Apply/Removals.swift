// SPDX-License-Identifier: Apache-2.0
import Bundles
import Distribution
import Intents

/// Takes one intent that left the desired state from the distribution point: its deployment, so that no device
/// installs it any more. Its files stay held (A16).
struct DeploymentRemoval {
  let site: OpenedSite
  let clock: Instant
  let item: Plan.Item

  func run() throws(Refusal) {
    let point = try site.point.get()
    let intent = item.intent
    try note(.planned, nil)
    do throws(Refusal) {
      let removal = Removal.deployment(intent: intent.id)
      guard case .done(let object) = try point.remove(removal, key: EffectKey(intent)) else {
        throw pending("asked to remove it")
      }
      guard try !point.describe().deployments.contains(where: { $0.intent == intent.id }) else {
        throw pending("the point still lists the deployment")
      }
      try record(object)
    } catch {
      try note(.failed, "\(error.code) \(error)")
      throw error
    }
  }

  private func pending(_ seen: String) -> Refusal {
    Refusal(
      SiteReason.pointPending, "intent \(item.intent.id), removal", seen: seen, expected: "done")
  }

  private func note(_ state: Step.State, _ object: String?) throws(Refusal) {
    let step = Step(
      intent: item.intent.id, revision: item.intent.revision, kind: .removal, state: state,
      object: object, at: clock)
    try site.journal.write { try $0.record(step) }
  }

  private func record(_ object: String) throws(Refusal) {
    let intent = item.intent
    let result = IntentResult(
      id: intent.id, revision: intent.revision, manifest: intent.manifest, state: .removed,
      reason: nil, packageID: nil)
    var facts = ["intent": intent.id.text, "revision": "\(intent.revision)"]
    if let plan = item.approval { facts["plan"] = plan.hex }
    let step = Step(
      intent: intent.id, revision: intent.revision, kind: .removal, state: .done, object: object,
      at: clock)
    try site.journal.write { journal in
      try journal.record(step)
      try journal.removeApplied(intent.id)
      try journal.setResult(result, code: nil, at: clock)
      try journal.log("intent.removed", facts, at: clock)
    }
  }
}
