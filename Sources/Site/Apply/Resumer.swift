// SPDX-License-Identifier: Apache-2.0
import Bundles
package import Intents
import SystemPackage
import Trust

/// Goes on with what an import staged, without the medium: after a crash, after the point came back, or to put
/// right what changed at the point.
package struct Resumer {
  private let site: OpenedSite
  private let clock: Instant
  private let say: (String) -> Void

  package init(_ site: OpenedSite, clock: Instant, say: @escaping (String) -> Void) {
    self.site = site
    self.clock = clock
    self.say = say
  }

  /// Plans anew from what the journal and the point say now, and applies that.
  package func run() throws(Refusal) -> (plan: Plan, outcome: ApplyOutcome) {
    let plan = try plan()
    try site.journal.write { journal in
      if plan.sawPoint { try journal.setNeeded(Set(plan.needed), at: clock) }
      try PlanResults(plan).record(journal, at: clock)
      if plan.items.contains(where: \.isEffective) {
        try journal.setValue("true", of: JournalFact.returnDue)
        try journal.log("apply.resumed", ["plan": plan.digest.hex], at: clock)
      }
    }
    return (plan, try Applier(site, clock: clock, say: say).run(plan))
  }

  /// What `run` would do.
  package func plan() throws(Refusal) -> Plan {
    let plan = try ungatedPlan()
    guard !plan.roles.isEmpty, let bundle = try site.journal.read({ try $0.newestBundle() }) else {
      return plan
    }
    return try site.gate(
      try site.policy(), number: bundle.number, fingerprint: bundle.fingerprint, clock: clock
    ).gated(plan)
  }

  /// The same before people were asked: what they are shown.
  package func ungatedPlan() throws(Refusal) -> Plan {
    let maker = PlanMaker(
      site: site, policy: try site.policy(), trust: try site.trust(), inventory: Inventory(),
      manifests: [:])
    return try maker.plan(try site.journal.read { try $0.desired() }).plan
  }
}
