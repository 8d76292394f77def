// SPDX-License-Identifier: Apache-2.0
import Bundles
import Distribution
import Intents

/// Judges one intent after the other. The order of the questions decides which reason is given: policy and
/// scope, then program, then counters, then content. Approvals come later: what people approve cannot depend on
/// whether they have (`PlanGate`).
struct PlanJudge {
  private let facts: PlanFacts
  private let applied: [Name: AppliedIntent]
  /// What the point has; nil while it cannot be asked.
  private let standing: (contents: Set<Digest>, deployments: Set<EffectKey>)?

  init(_ facts: PlanFacts) {
    self.facts = facts
    applied = Dictionary(facts.applied.map { ($0.intent.id, $0) }) { first, _ in first }
    standing = (try? facts.point.get()).map { point in  // a failure is given as reason below
      (Set(point.contents.filter(\.isComplete).map(\.manifest)), Set(point.deployments))
    }
  }

  func item(_ intent: DeploymentIntent) -> Plan.Item {
    let before = applied[intent.id]?.intent
    if before == intent, stands(intent) {
      return Plan.Item(intent: intent, action: .none, refusal: nil, missing: [])
    }
    do throws(Refusal) {
      try checkPolicy(intent)
      let manifest = try manifest(intent)
      try checkScope(intent, manifest)
      let action = try action(intent, manifest, before: before)
      _ = try facts.point.get()
      let missing = facts.missing[intent.manifest] ?? []
      guard missing.isEmpty else { throw lacking(intent, missing) }
      return Plan.Item(
        intent: intent, action: action, refusal: nil, needs: needs(intent, manifest, action),
        content: "\(manifest.name) \(manifest.version)")
    } catch {
      let missing = error.exit == .waiting ? facts.missing[intent.manifest] ?? [] : []
      return Plan.Item(
        intent: intent, action: error.exit.isRetryable ? .wait : .refuse, refusal: error,
        missing: missing)
    }
  }

  func removal(_ applied: AppliedIntent) -> Plan.Item {
    do throws(Refusal) {
      guard facts.policy.removals == .approved else {
        throw Refusal(
          SiteReason.removalWaits, "intent \(applied.intent.id)", seen: "not in the desired state",
          expected: "a policy that allows removals")
      }
      _ = try facts.point.get()
      return Plan.Item(intent: applied.intent, action: .remove, refusal: nil, needs: .removal)
    } catch {
      return Plan.Item(intent: applied.intent, action: .remove, refusal: error)
    }
  }

  /// What stands already and is only put right was approved before.
  private func needs(
    _ intent: DeploymentIntent, _ manifest: ContentManifest, _ action: Plan.Action
  ) -> ApprovalSubject.Role? {
    if action == .repair { return nil }
    if action == .rollback { return .rollback }
    let program = manifest.program(named: intent.program)
    let isCritical = program.map { $0.isCritical || $0.isPrivileged } ?? true
    return facts.policy.approvals == .all || isCritical ? .import : nil
  }

  /// Whether the point still has what was applied; believed while it cannot be asked.
  private func stands(_ intent: DeploymentIntent) -> Bool {
    guard let standing else { return true }
    return standing.contents.contains(intent.manifest) && !facts.unsound.contains(intent.manifest)
      && standing.deployments.contains(EffectKey(intent))
  }

  private func checkPolicy(_ intent: DeploymentIntent) throws(Refusal) {
    let allowed = facts.policy.collections
    guard allowed.contains(intent.collection) else {
      throw refusal(
        .unmappedCollection, intent, seen: intent.collection.text,
        expected: list(allowed.map(\.text), none: "none, as long as policy allows none"))
    }
    let ceiling = facts.policy.scopeCeiling
    guard intent.scope.isSubset(of: ceiling) else {
      throw refusal(
        .beyondPolicyCeiling, intent, seen: list(intent.scope.map(\.text)),
        expected: "within \(list(ceiling.map(\.text)))")
    }
  }

  private func manifest(_ intent: DeploymentIntent) throws(Refusal) -> ContentManifest {
    guard let manifest = facts.manifests[intent.manifest] else {
      throw refusal(
        .contentMissing, intent, seen: "no manifest \(intent.content)", expected: "its manifest")
    }
    guard manifest.program(named: intent.program) != nil else {
      throw refusal(
        .unknownProgram, intent, seen: intent.program.text,
        expected: list(manifest.programs.map(\.name.text)))
    }
    return manifest
  }

  private func checkScope(
    _ intent: DeploymentIntent, _ manifest: ContentManifest
  ) throws(Refusal) {
    guard intent.scope.isSubset(of: manifest.publisherScope) else {
      throw refusal(
        .beyondPublisherScope, intent, seen: list(intent.scope.map(\.text)),
        expected: "within \(list(manifest.publisherScope.map(\.text)))")
    }
  }

  private func action(
    _ intent: DeploymentIntent, _ manifest: ContentManifest, before: DeploymentIntent?
  ) throws(Refusal) -> Plan.Action {
    if before?.manifest == intent.manifest { return before == intent ? .repair : .change }
    let floor = facts.floors[manifest.line] ?? 0
    guard manifest.counter >= floor else {
      throw refusal(
        .belowFloor, intent, seen: "counter \(manifest.counter) of \(manifest.name)",
        expected: "at least \(floor)")
    }
    let counter = facts.counters[manifest.line] ?? 0
    if manifest.counter < counter {
      guard intent.isRollback else {
        throw refusal(
          .unsignedRollback, intent, seen: "counter \(manifest.counter) of \(manifest.name)",
          expected: "at least \(counter), which is applied")
      }
      return .rollback
    }
    return before == nil ? .install : .update
  }

  private func lacking(_ intent: DeploymentIntent, _ missing: [Digest]) -> Refusal {
    let names = missing.prefix(3).map(\.hex).joined(separator: ", ")
    return refusal(
      .contentMissing, intent,
      seen: "\(missing.count) files missing: \(names)\(missing.count > 3 ? ", …" : "")",
      expected: "every file of \(intent.content)")
  }

  private func refusal(
    _ reason: SiteReason, _ intent: DeploymentIntent, seen: String, expected: String
  ) -> Refusal {
    Refusal(reason, "intent \(intent.id)", seen: seen, expected: expected)
  }

  private func list(_ texts: [String], none: String = "none") -> String {
    texts.isEmpty ? none : texts.sorted().joined(separator: ", ")
  }
}
