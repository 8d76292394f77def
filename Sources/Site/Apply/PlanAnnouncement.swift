// SPDX-License-Identifier: Apache-2.0
import Bundles
import Distribution
import Intents

/// Tells the distribution point all that a plan will ask of it, so that one which people work for can hand them one list.
struct PlanAnnouncement {
  let site: OpenedSite
  let clock: Instant

  func tell(_ plan: Plan) throws(Refusal) {
    guard case .success(let point) = site.point,
      let bundle = try site.journal.read({ try $0.newestBundle() })
    else { return }
    var work: [PlannedWork] = []
    for item in plan.items { if let each = try self.work(item) { work.append(each) } }
    let brief = PlanBrief(
      plan: plan.digest, bundle: bundle.number, fingerprint: bundle.fingerprint,
      approvedBy: try people(plan, bundle))
    try point.announce(work, of: brief)
  }

  private func work(_ item: Plan.Item) throws(Refusal) -> PlannedWork? {
    switch item.action {
    case .none: return .observe(item.intent)
    case .remove: return item.isEffective ? .remove(intent: item.intent.id) : nil
    default:
      let manifest = ManifestFile(item.intent.manifest, in: site.folder)
      // What is not whole is refused where its effect is tried.
      guard item.isEffective, try manifest.isWhole() else { return nil }
      return .deploy(item.intent, try manifest.header())
    }
  }

  /// Who approved what the plan carries out, each once.
  private func people(_ plan: Plan, _ bundle: KnownBundle) throws(Refusal) -> [PersonName] {
    guard plan.items.contains(where: { $0.approval != nil }) else { return [] }
    let gate = try site.gate(
      try site.policy(), number: bundle.number, fingerprint: bundle.fingerprint, clock: clock)
    var names: [PersonName] = []
    for item in plan.items where item.isEffective {
      guard let role = item.needs, let approval = item.approval else { continue }
      let verdict = gate.judge.judge(gate.statements, for: gate.subject(role, plan: approval))
      for person in verdict.people where !names.contains(person.name) { names.append(person.name) }
    }
    return names
  }
}
