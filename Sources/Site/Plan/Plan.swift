// SPDX-License-Identifier: Apache-2.0
package import Bundles
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
    /// Left the desired state: its deployment goes, once people have approved it.
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
    /// In which capacity people must approve it; nil when nobody needs to.
    package let needs: ApprovalSubject.Role?
    /// The plan under which they did; nil when nobody has.
    package let approval: Digest?
    /// The content that it is about, in people's words, when its manifest is here.
    package let content: String?

    init(
      intent: DeploymentIntent, action: Action, refusal: Refusal?, missing: [Digest] = [],
      needs: ApprovalSubject.Role? = nil, approval: Digest? = nil, content: String? = nil
    ) {
      self.intent = intent
      self.action = action
      self.refusal = refusal
      self.missing = missing
      self.needs = needs
      self.approval = approval
      self.content = content
    }

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
      case .remove: "not wanted any more"
      case .wait: "waits"
      case .refuse: "refused"
      }
    }

    /// Whether it has effects at the distribution point.
    package var isEffective: Bool {
      switch action {
      case .install, .update, .rollback, .change, .repair: true
      case .remove: refusal == nil
      case .none, .wait, .refuse: false
      }
    }

    /// Everything of the change that people approve, without how it stands at the moment: what is left of a plan
    /// that was begun is known by it.
    var identity: Digest {
      .sha256(
        JSONValue.array([action == .remove ? "remove" : "ensure", Plan.intentJSON(intent)])
          .canonical)
    }
  }

  /// Ascending by intent.
  package let items: [Item]
  /// SHA-256 of the canonical JSON of the plan with policy and state of the point: what people approve.
  package let digest: Digest

  /// Whether the point could be asked what it holds; otherwise `needed` says nothing.
  package var sawPoint: Bool { pointState != nil }

  /// The state of the point that it was made for; nil when it could not be asked.
  package let pointState: Digest?

  package init(_ facts: PlanFacts) {
    let judge = PlanJudge(facts)
    let desired = facts.desired.map(judge.item)
    let wanted = Set(facts.desired.map(\.id))
    let removals = facts.applied.filter { !wanted.contains($0.intent.id) }.map(judge.removal)
    items = (desired + removals).sorted { $0.intent.id < $1.intent.id }
    digest = Digest.sha256(Plan.json(items, facts).canonical)
    pointState = (try? facts.point.get())?.state  // a failure stands in the items as reason
  }

  private init(items: [Item], of plan: Plan) {
    self.items = items
    digest = plan.digest
    pointState = plan.pointState
  }

  /// This plan with other standings of its items: what people approved stays the same.
  func mapItems(_ change: (Item) -> Item) -> Plan { Plan(items: items.map(change), of: self) }

  /// In which capacities people must approve something in it.
  package var roles: Set<ApprovalSubject.Role> { Set(items.compactMap(\.needs)) }

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
        "approvals": .string(policy.approvals.rawValue),
        "approvers": texts(policy.approvers.map(\.hex)),
        "break_glass_days": .integer(policy.breakGlassDays),
        "egress_review": .string(policy.egressReview.rawValue),
        "returns_to": policy.returnsTo.map { .string($0.description) } ?? .null,
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
    if let role = item.needs { members.append(("needs", .string(role.rawValue))) }
    if !item.missing.isEmpty { members.append(("need", texts(item.missing.map(\.hex)))) }
    return .object(JSONObject(members))
  }

  /// Everything of an item that approval is given for.
  private static func fullJSON(_ item: Item) -> JSONValue {
    ["item": json(item), "intent": intentJSON(item.intent)]
  }

  fileprivate static func intentJSON(_ intent: DeploymentIntent) -> JSONValue {
    [
      "id": .string(intent.id.text), "revision": .integer(intent.revision),
      "manifest": .string(intent.manifest.hex),
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
