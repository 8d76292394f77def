// SPDX-License-Identifier: Apache-2.0
import Bundles
import Distribution
import Intents
import Site
import Testing
import Trust

/// Judgments of the planner: facts in, plan out.
struct PlanTests {
  /// A way to bend the facts of a sound plan, and what must come of it.
  struct Case: CustomTestStringConvertible, Sendable {
    let name: String
    let action: Plan.Action
    let code: String?
    let bend: @Sendable (inout PlanFacts) throws -> Void

    init(
      _ name: String, _ action: Plan.Action, _ code: String? = nil,
      _ bend: @escaping @Sendable (inout PlanFacts) throws -> Void
    ) {
      self.name = name
      self.action = action
      self.code = code
      self.bend = bend
    }

    var testDescription: String { name }
  }

  static func content(_ name: String = "tool", counter: Int64 = 2) throws -> MiniCentre.Content {
    try MiniCentre.content(name, counter: counter)
  }

  static func point(
    _ contents: [(MiniCentre.Content, isComplete: Bool)] = [], deployed: [DeploymentIntent] = [],
    state: UInt8 = 0
  ) throws -> PointDescription {
    PointDescription(
      id: try #require(Name("library")), kind: .library, freeBytes: 1 << 40,
      state: .sha256([state]), collections: [],
      contents: try contents.enumerated().map { number, content in
        PointDescription.Content(
          line: content.0.manifest.line, manifest: content.0.digest,
          receipt: ContentReceipt(
            packageID: try #require(PackageID("WB10000\(number)")), sourceVersion: 1),
          isComplete: content.isComplete)
      }, deployments: deployed.map { EffectKey($0) })
  }

  /// One intent for one released content at a site that has nothing yet.
  static func facts() throws -> PlanFacts {
    let tool = try content()
    return PlanFacts(
      desired: [try MiniCentre.intent("tool-lab", tool)], manifests: [tool.digest: tool.manifest],
      applied: [], policy: MiniCentre.openPolicy(), isRehearsal: true, floors: [:], counters: [:],
      missing: [:], point: .success(try point()))
  }

  /// The facts of a site where `facts()` was applied.
  static func apply(_ facts: inout PlanFacts) throws {
    let tool = try content()
    let intent = facts.desired[0]
    facts.applied = [AppliedIntent(intent: intent, packageID: "WB100000", at: monday)]
    facts.counters = [tool.manifest.line: 2]
    facts.point = .success(try point([(tool, true)], deployed: [intent]))
  }

  static let cases: [Case] = [
    Case("what is not there is installed", .install) { _ in },
    Case("A05: what stands as desired is left alone", .none) { try apply(&$0) },
    Case("another version of the line is an update", .update) { facts in
      try apply(&facts)
      let newer = try content(counter: 3)
      facts.desired = [try MiniCentre.intent("tool-lab", newer, revision: 2)]
      facts.manifests = [newer.digest: newer.manifest]
    },
    Case("the same content with another revision is a change", .change) { facts in
      try apply(&facts)
      facts.desired = [try MiniCentre.intent("tool-lab", content(), revision: 2)]
    },
    Case("A04: content that the point has in part only is repaired", .repair) { facts in
      try apply(&facts)
      facts.point = .success(try point([(content(), false)], deployed: facts.desired))
    },
    Case("A04: a deployment that is gone is repaired", .repair) { facts in
      try apply(&facts)
      facts.point = .success(try point([(content(), true)]))
    },
    Case("S28: content with files gone is repaired when they are here", .repair) { facts in
      try apply(&facts)
      facts.unsound = [try content().digest]
    },
    Case("S28: content with files gone waits when they are nowhere", .wait, "WB0382") { facts in
      try apply(&facts)
      facts.unsound = [try content().digest]
      facts.missing = [try content().digest: [.sha256([1])]]
    },
    Case("A01: what stands is believed while the point cannot be asked", .none) { facts in
      try apply(&facts)
      facts.unsound = [try content().digest]
      facts.point = .failure(away)
    },
    Case("A01: what is new waits for a point that cannot be asked", .wait, "WB3050") { facts in
      facts.point = .failure(away)
    },
    Case("A09: what lacks files waits and names them", .wait, "WB0382") { facts in
      facts.missing = [try content().digest: [.sha256([1]), .sha256([2])]]
    },
    Case("A09: what lacks its manifest waits", .wait, "WB0382") { $0.manifests = [:] },
    Case("S06: below the applied counter only by a signed rollback", .refuse, "WB1381") { facts in
      facts.counters = [try content().manifest.line: 3]
    },
    Case("S06: a signed rollback goes below the applied counter", .rollback) { facts in
      facts.counters = [try content().manifest.line: 3]
      facts.desired = [try MiniCentre.intent("tool-lab", content(), rollback: true)]
    },
    Case("T21: below the floor never, with a rollback neither", .refuse, "WB1382") { facts in
      let line = try content().manifest.line
      facts.floors = [line: 3]
      facts.counters = [line: 5]
      facts.desired = [try MiniCentre.intent("tool-lab", content(), rollback: true)]
    },
    Case("T21: what stands below a floor raised since stays", .none) { facts in
      try apply(&facts)
      facts.floors = [try content().manifest.line: 9]
    },
    Case("A06: a collection that policy does not allow", .refuse, "WB3280") { facts in
      facts.desired = [try MiniCentre.intent("tool-lab", content(), collection: "Other Devices")]
    },
    Case("A07: a scope beyond the policy's ceiling", .refuse, "WB3282") { facts in
      facts.desired = [
        try MiniCentre.intent("tool-lab", content(), scope: MiniCentre.tags("ring:global"))
      ]
    },
    Case("A07: a scope beyond the publisher's", .refuse, "WB3281") { facts in
      let narrow = try MiniCentre.content(
        "tool", counter: 2, scope: MiniCentre.tags("site-class:air-gapped"))
      facts.desired = [try MiniCentre.intent("tool-lab", narrow)]
      facts.manifests = [narrow.digest: narrow.manifest]
    },
    Case("A23: a program that the manifest does not hold", .refuse, "WB3283") { facts in
      facts.desired = [try MiniCentre.intent("tool-lab", content(), program: "remove")]
    },
    Case("S24: the built-in policy allows no collection", .refuse, "WB3280") { facts in
      facts.policy = .builtIn
    },
    Case("policy is asked before the program", .refuse, "WB3280") { facts in
      facts.policy = .builtIn
      facts.desired = [try MiniCentre.intent("tool-lab", content(), program: "remove")]
    },
    Case("counters are asked before the point", .refuse, "WB1381") { facts in
      facts.point = .failure(away)
      facts.counters = [try content().manifest.line: 3]
    },
    Case("the point is asked before the files", .wait, "WB3050") { facts in
      facts.point = .failure(away)
      facts.missing = [try content().digest: [.sha256([1])]]
    },
  ]

  private static let away = Refusal(
    DistributionReason.unavailable, "library", seen: "nothing", expected: "the point")

  @Test(arguments: cases)
  func `one intent is judged by its facts`(judged: Case) throws {
    var facts = try Self.facts()
    try judged.bend(&facts)
    let plan = Plan(facts)
    let item = try #require(plan.items.first)
    #expect(plan.items.count == 1)
    #expect(item.action == judged.action, "\(item.reason)")
    #expect(item.refusal?.code == judged.code, "\(item.reason)")
    #expect(item.isEffective == (judged.code == nil && item.action != .none))
    let isLacking = judged.code == "WB0382"
    #expect(plan.needed == (isLacking ? (facts.missing.values.first ?? []).sorted() : []))
    #expect(Plan(facts).digest == plan.digest)
  }

  @Test func `A16: what left the desired state goes by an approval, or by policy never`()
    throws
  {
    var facts = try Self.facts()
    try Self.apply(&facts)
    facts.desired = []
    let plan = Plan(facts)
    #expect(plan.items.map(\.action) == [.remove])
    #expect(plan.items.first?.needs == .removal)
    facts.policy = .builtIn
    let never = try #require(Plan(facts).items.first)
    #expect(never.refusal?.code == "WB1581")
    #expect(never.refusal?.expected == "a policy that allows removals")
    #expect(never.needs == nil)
    #expect(!never.isEffective)
  }

  @Test func `A06: one refused intent does not stop the others`() throws {
    var facts = try Self.facts()
    let other = try Self.content("other", counter: 1)
    facts.manifests[other.digest] = other.manifest
    facts.desired = [
      try MiniCentre.intent("a-refused", Self.content(), collection: "Other Devices"),
      try MiniCentre.intent("b-good", other), try MiniCentre.intent("c-good", Self.content()),
    ]
    let plan = Plan(facts)
    #expect(plan.items.map(\.action) == [.refuse, .install, .install])
    #expect(plan.preview.exit == .waiting)
    #expect(plan.preview.done.map(\.text) == ["b-good", "c-good"])
  }

  @Test func `A11: the digest of a plan changes with everything that approval is given for`() throws
  {
    let facts = try Self.facts()
    let content = try Self.content()
    let changes: [(String, (inout PlanFacts) throws -> Void)] = [
      ("revision", { $0.desired = [try MiniCentre.intent("tool-lab", content, revision: 2)] }),
      ("program", { $0.desired = [try MiniCentre.intent("tool-lab", content, program: "other")] }),
      (
        "target",
        { $0.desired = [try MiniCentre.intent("tool-lab", content, collection: "Other Devices")] }
      ),
      (
        "scope",
        {
          $0.desired = [
            try MiniCentre.intent(
              "tool-lab", content, scope: MiniCentre.tags("site-class:air-gapped"))
          ]
        }
      ),
      ("policy", { $0.policy = MiniCentre.openPolicy(egress: .receiptOnly) }),
      ("point", { $0.point = .success(try Self.point(state: 1)) }),
      (
        "removal",
        { facts in
          let other = try MiniCentre.intent("gone", Self.content("other", counter: 1))
          facts.applied = [AppliedIntent(intent: other, packageID: nil, at: monday)]
        }
      ),
    ]
    var digests: Set<Digest> = [Plan(facts).digest]
    for (name, change) in changes {
      var changed = facts
      try change(&changed)
      #expect(digests.insert(Plan(changed).digest).inserted, "\(name)")
    }
  }
}
