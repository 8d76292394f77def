// SPDX-License-Identifier: Apache-2.0
import Distribution
package import Intents
package import Trust

/// What shall happen at the distribution point so that it comes to the desired state, and what shall not and
/// why. A pure function of `PlanFacts`.
package struct Plan: Sendable {
  package enum Action: String, Sendable, CaseIterable {
    /// Not there yet.
    case install
    /// There with another content version of the same or another line.
    case update
    /// To a lower counter of its line, by a signed rollback.
    case rollback
    /// There with the same content; program, collection or schedule differ.
    case change
    /// Applied once, and the point no longer has all of it.
    case repair
    /// There already.
    case none
    /// Left the desired state; waits for approval.
    case remove
    /// Cannot be done yet.
    case wait
    case refuse
  }

  package struct Item: Sendable {
    package let intent: DeploymentIntent
    package let action: Action
    /// Why it waits or is refused; nil when it goes ahead.
    package let refusal: Refusal?
    /// Files that it lacks.
    package let missing: [Digest]

    /// What people are told.
    package var reason: String {
      refusal.map { "\($0.code) \($0)" } ?? Item.text(action)
    }

    private static func text(_ action: Action) -> String {
      switch action {
      case .install: "new"
      case .update: "another version"
      case .rollback: "signed rollback"
      case .change: "same content, other program, collection or schedule"
      case .repair: "the distribution point lacks part of it"
      case .none: "already applied"
      case .remove: "would be removed"
      case .wait: "waits"
      case .refuse: "refused"
      }
    }

    /// Whether it has effects at the distribution point.
    package var isEffective: Bool {
      switch action {
      case .install, .update, .rollback, .change, .repair: true
      case .none, .remove, .wait, .refuse: false
      }
    }
  }

  /// Ascending by intent.
  package let items: [Item]
  /// SHA-256 of the canonical JSON of the plan with policy and state of the point: what people approve.
  package let digest: Digest

  /// Whether the point could be asked what it holds; otherwise `needed` says nothing.
  package let sawPoint: Bool

  package init(_ facts: PlanFacts) {
    let judge = PlanJudge(facts)
    let desired = facts.desired.map(judge.item)
    let wanted = Set(facts.desired.map(\.id))
    let removals = facts.applied.filter { !wanted.contains($0.intent.id) }.map(judge.removal)
    items = (desired + removals).sorted { $0.intent.id < $1.intent.id }
    digest = Digest.sha256(Plan.json(items, facts).canonical)
    if case .success = facts.point { sawPoint = true } else { sawPoint = false }
  }

  /// Files that intents wait for, ascending.
  package var needed: [Digest] { Set(items.flatMap(\.missing)).sorted() }

  /// For `--json`.
  package var json: JSONValue { .array(items.map(Plan.json)) }

  private static func json(_ items: [Item], _ facts: PlanFacts) -> JSONValue {
    let policy = facts.policy
    return [
      "items": .array(items.map(fullJSON)), "point": point(facts.point),
      "policy": [
        "sealing": .string(policy.sealing.rawValue), "egress": .string(policy.egress.rawValue),
        "removals": .string(policy.removals.rawValue), "operators": .integer(policy.operators),
        "collections": texts(policy.collections.map(\.text)),
        "scope_ceiling": texts(policy.scopeCeiling.map(\.text)),
      ],
    ]
  }

  private static func point(_ point: Result<PointDescription, Refusal>) -> JSONValue {
    switch point {
    case .success(let point): ["id": .string(point.id.text), "state": .string(point.state.hex)]
    case .failure(let refusal): ["code": .string(refusal.code)]
    }
  }

  private static func json(_ item: Item) -> JSONValue {
    var members: [(String, JSONValue)] = [
      ("intent", .string(item.intent.id.text)), ("revision", .integer(item.intent.revision)),
      ("action", .string(item.action.rawValue)), ("reason", .string(item.reason)),
    ]
    if let refusal = item.refusal { members.append(("code", .string(refusal.code))) }
    if !item.missing.isEmpty { members.append(("need", texts(item.missing.map(\.hex)))) }
    return .object(JSONObject(members))
  }

  /// Everything of an item that approval is given for.
  private static func fullJSON(_ item: Item) -> JSONValue {
    let intent = item.intent
    return [
      "item": json(item), "manifest": .string(intent.manifest.hex),
      "program": .string(intent.program.text), "collection": .string(intent.collection.text),
      "purpose": .string(intent.purpose.rawValue), "rollback": .bool(intent.isRollback),
      "available_from": intent.availableFrom.map { .string($0.description) } ?? .null,
      "deadline": intent.deadline.map { .string($0.description) } ?? .null,
      "scope": texts(intent.scope.map(\.text)),
    ]
  }

  private static func texts(_ list: [String]) -> JSONValue {
    .array(list.sorted().map { .string($0) })
  }
}
