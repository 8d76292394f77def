// SPDX-License-Identifier: Apache-2.0
import Bundles
package import Distribution
package import Intents
import SystemPackage
import Trust

/// Goes on with what an import staged, without the medium: after a crash, after the point came back, or to put
/// right what changed at the point.
package struct Resumer {
  private let site: OpenedSite
  private let clock: Instant
  private let voice: ImportVoice

  package init(_ site: OpenedSite, clock: Instant, voice: ImportVoice) {
    self.site = site
    self.clock = clock
    self.voice = voice
  }

  /// How closely what was verified once is looked at.
  package enum Look: Sendable {
    /// Names and sizes.
    case presence
    /// Every byte at the point is hashed.
    case bytes
  }

  /// Plans anew from what the journal and the point say now, and applies that.
  ///
  /// - Returns: with the plan and what came of it what a recheck found, if one was asked for.
  package func run(
    _ look: Look = .presence
  ) throws(Refusal) -> (plan: Plan, outcome: ApplyOutcome, recheck: PointRecheck?) {
    try site.requireLiving()
    let recheck = look == .bytes ? try recheck() : nil
    let holdings = try Holdings(of: site)
    try holdings.noteBrokenPromises(at: clock)
    let plan = try plan(unsound: recheck?.unsound ?? [])
    let needed = Set(plan.needed).union(holdings.lost)
    try site.journal.write { journal in
      let known = Set(try journal.needed())
      let isNews = plan.sawPoint && known != needed
      if plan.sawPoint { try journal.setNeeded(needed, at: clock) }
      try PlanResults(plan).record(journal, at: clock)
      if plan.items.contains(where: \.isEffective) {
        try journal.log("apply.resumed", ["plan": plan.digest.hex], at: clock)
      } else if !isNews {
        return
      }
      try journal.setValue("true", of: JournalFact.returnDue)
    }
    var outcome = try Applier(site, clock: clock, say: voice.say).run(plan)
    outcome.lost = holdings.lost
    return (plan, outcome, recheck)
  }

  /// What `run` would do.
  package func plan(unsound: Set<Digest> = []) throws(Refusal) -> Plan {
    let plan = try ungatedPlan(unsound: unsound)
    guard !plan.roles.isEmpty, let bundle = try site.journal.read({ try $0.newestBundle() }) else {
      return plan
    }
    return try site.gate(
      try site.policy(), number: bundle.number, fingerprint: bundle.fingerprint, clock: clock
    ).gated(plan)
  }

  /// The same before people were asked: what they are shown.
  package func ungatedPlan(unsound: Set<Digest> = []) throws(Refusal) -> Plan {
    let maker = PlanMaker(
      site: site, policy: try site.policy(), trust: try site.trust(), inventory: Inventory(),
      manifests: [:])
    return try maker.plan(try site.journal.read { try $0.desired() }, unsound: unsound).plan
  }

  /// Has the point hash everything. What it takes away is missing from now on, so that plan and report see it,
  /// also when this process dies before the journal knows.
  func recheck() throws(Refusal) -> PointRecheck {
    voice.say("hashing everything that the distribution point holds")
    let recheck = try site.point.get().recheck(voice.progress)
    try site.journal.write { journal in
      try journal.log(
        "point.rechecked",
        [
          "files": "\(recheck.files)", "bytes": "\(recheck.bytes)",
          "findings": "\(recheck.findings)",
        ], at: clock)
      for digest in recheck.damaged.prefix(SiteLimits.filesNamed) {
        try journal.log("file.altered", ["sha256": digest.hex], at: clock)
      }
      if recheck.findings > 0 { try journal.setValue("true", of: JournalFact.returnDue) }
    }
    return recheck
  }
}
