// SPDX-License-Identifier: Apache-2.0
import Bundles
import Intents
import SystemPackage
import Trust

/// The import of one bundle whose papers verified, from finding its pieces to applying its plan.
struct BundleImport {
  let importer: Importer
  let scan: MediumScan
  let trials: [PapersTrial]
  let trial: PapersTrial
  let verified: VerifiedPapers
  /// What is trusted after this bundle, if it is taken.
  let after: PapersVerification
  let before: TrustState

  private var site: OpenedSite { importer.site }
  private var clock: Instant { importer.clock }
  private var voice: ImportVoice { importer.voice }

  /// - Throws: why the bundle is refused; then nothing was changed at the point.
  func run(_ outcome: inout ImportOutcome) throws(Refusal) {
    try checkKind()
    let (known, needed) = try site.journal.read { journal in
      (try journal.bundle(verified.n, verified.fingerprint), try journal.needed())
    }
    // What is needed since may be on this very medium.
    if let known, known.state == .applied, verified.isRepeat, needed.isEmpty {
      outcome.bundles.append(BundleOutcome(trial, .repeated))
      outcome.notes.append("already applied on \(known.at), nothing to do")
      try importer.rememberRepeat(of: known)
      return
    }
    try checkExpiry(bound: try site.policy().breakGlassDays)
    let waybill = try waybill()
    voice.say("bundle \(verified.n) for \(verified.site), issued \(verified.issued)")
    voice.say("expiry checked against \(verified.time)")
    var locator = PieceLocator(scan)
    let locations = locator.locate(waybill, near: trial.folder)
    try checkPresence(locations)
    outcome.notes += after.notes.map(BundleImport.text)
    let missed = try missed()
    if let missed {
      let numbers =
        missed.count == 1
        ? "\(missed.lowerBound)" : "\(missed.lowerBound) to \(missed.upperBound)"
      outcome.notes.append("never came: \(numbers); this one brings all of it")
    }
    outcome.notes += FolderNotes(
      scan: scan, trials: trials, accepted: trial, papers: try papers(), waybill: waybill,
      locations: locations, courier: verified.courier, fingerprint: verified.fingerprint
    ).lines()

    try site.folder.clearStaging()
    let identity = waybill.isSealed ? try site.identity() : nil
    let reader = OrdersReader(
      papers: verified, waybill: waybill, identity: identity, staging: site.folder.staging)
    let orders = try reader.read(try locations[0].sources())
    let policy = try policy(orders, isSealed: waybill.isSealed)
    // The policy in the bundle may be narrower than the one that let it in.
    try checkExpiry(bound: policy.breakGlassDays)
    let checks = OrdersCheck(site: site, verified: verified, orders: orders)
    outcome.notes += try checks.run()
    var inventory = try Inventory(index: orders.index, volumes: waybill.volumes) {
      HeldReferences.seemsHeld($0, at: site)
    }
    var (plan, asked) = try plan(orders, policy, inventory)
    outcome.plan = plan
    if importer.mode == .planOnly {
      outcome.bundles.append(BundleOutcome(trial, .planned))
      try site.folder.clearStaging()
      return
    }
    let staged = try stage(waybill, locations, orders, identity, asked, plan, &outcome)
    if !staged.undecoded.isEmpty {
      // The point serves wrong bytes: whatever else it has is looked at too, or the next report would promise them.
      if case .success = site.point {
        _ = try Resumer(site, clock: clock, voice: voice).recheck()
      }
      inventory.withdraw(staged.undecoded)
      (plan, asked) = try self.plan(orders, policy, inventory)
      outcome.plan = plan
    }
    let lost = inventory.lostReferences.union(staged.lostReferences)
    if !lost.isEmpty { outcome.notes.append(BundleImport.text(ofLost: lost)) }
    try Acceptance(
      site: site, clock: clock, verified: verified, state: after.state, papers: try papers(),
      orders: orders, plan: plan, lostReferences: lost,
      breakGlass: importer.breakGlass, missed: missed,
      isClockBehind: after.notes.contains { if case .clockBehindFloor = $0 { true } else { false } }
    ).record()
    outcome.bundles.append(BundleOutcome(trial, .taken))
    outcome.changed = "bundle \(verified.n) was taken"
    let applied = try Applier(site, clock: clock, say: voice.say).run(try current(plan))
    outcome.applied = applied
    outcome.changed += "; at the distribution point: \(applied.changed)"
  }

  /// The plan for the bundle's orders, approvals looked up, and the inventory with what it asks for.
  private func plan(
    _ orders: Orders, _ policy: SitePolicy, _ inventory: Inventory
  ) throws(Refusal) -> (Plan, Inventory) {
    let maker = PlanMaker(
      site: site, policy: policy, trust: after.state, inventory: inventory,
      manifests: orders.manifests)
    let (bare, asked) = try maker.plan(orders.intents.intents)
    let gate = try site.gate(
      policy, number: verified.n, fingerprint: verified.fingerprint, clock: clock)
    return (gate.gated(bare), asked)
  }

  private static func text(ofLost references: Set<Digest>) -> String {
    let names = references.sorted().prefix(3).map(\.hex).joined(separator: ", ")
    return "alarm: \(references.count) promised files that changes build on are gone or altered: "
      + names + (references.count > 3 ? ", …" : "") + "; the next return asks for them"
  }

  /// The numbers between the newest bundle that was taken and this one (S04).
  private func missed() throws(Refusal) -> ClosedRange<Int64>? {
    guard let before = try site.journal.read({ try $0.newestBundle() })?.number,
      before < verified.n - 1
    else { return nil }
    return before + 1...verified.n - 1
  }

  /// The plan for what is about to be done. Staging takes its time: where people approved something, point, journal
  /// and statements are looked at again (A11, P16).
  private func current(_ plan: Plan) throws(Refusal) -> Plan {
    plan.roles.isEmpty ? plan : try Resumer(site, clock: clock, voice: voice).plan()
  }

  private func checkKind() throws(Refusal) {
    let isOurs = site.profile.isRehearsal
    guard verified.isRehearsal == isOurs else {
      throw Refusal(
        SiteReason.otherRehearsal, "bundle \(verified.n)",
        seen: verified.isRehearsal ? "a rehearsal bundle" : "a production bundle",
        expected: isOurs ? "rehearsal only" : "production only")
    }
  }

  /// An expired bundle is taken only when people have approved that, for the reason given now (S08).
  private func checkExpiry(bound days: Int64) throws(Refusal) {
    guard verified.isExpired else { return }
    guard verified.expires.adding(days: days) > verified.time.now else {
      throw Refusal(
        TrustReason.expired, "role \(verified.expiresFirst.rawValue)", seen: "\(verified.expires)",
        expected: "later than \(verified.time), or by at most \(days) days of break-glass")
    }
    guard importer.mode == .apply else { return }
    let asked = BreakGlass(
      number: verified.n, fingerprint: verified.fingerprint, expired: verified.expires,
      reason: importer.breakGlass ?? "")
    let (statements, before) = try site.journal.read {
      (try $0.approvals(), try $0.askedBreakGlass())
    }
    if before != asked {
      try site.journal.write { journal in
        try journal.ask(asked)
        try journal.log(
          "break-glass.asked", ["n": "\(asked.number)", "reason": asked.reason], at: clock)
      }
    }
    let subject = asked.subject(site: site.profile.site, epoch: site.profile.epoch)
    let verdict = try site.judge(try site.policy(), clock: clock).at(verified.time.now)
      .judge(statements, for: subject)
    guard verdict.isGranted else {
      throw Refusal(
        SiteReason.breakGlassWaits, "bundle \(verified.n), expired \(verified.expires)",
        seen: verdict.seen, expected: verdict.expected)
    }
  }

  private func papers() throws(Refusal) -> Papers {
    guard let papers = trial.papers else { preconditionFailure("verified papers were read") }
    return papers
  }

  private func waybill() throws(Refusal) -> Waybill {
    try PapersTrial.waybill(of: try papers(), vouchedFor: verified)
  }

  /// Names what is missing before anything is read (M05).
  private func checkPresence(_ locations: [PieceLocation]) throws(Refusal) {
    let missing = locations.filter { $0.best == nil }.map(\.file.name)
    guard !missing.isEmpty else { return }
    let volumes = locations.dropFirst()
    let there = volumes.filter { $0.best != nil }.count
    let seen = "\(there) of \(volumes.count) volumes; missing: \(missing.joined(separator: ", "))"
    guard locations.first?.best != nil else {
      throw Refusal(
        SiteReason.ordersMissing, "bundle \(verified.n)", seen: seen,
        expected: "orders.tar first of all: without it nothing can be planned")
    }
    throw Refusal(
      SiteReason.volumesMissing, "bundle \(verified.n)", seen: seen,
      expected: "all \(volumes.count) volumes")
  }

  /// The bundle's own policy, else the last good one, else the built-in; judged before any other order.
  private func policy(_ orders: Orders, isSealed: Bool) throws(Refusal) -> SitePolicy {
    let policy = if let own = orders.policy { own.document } else { try site.policy() }
    guard policy.sealing == .none || isSealed else {
      let whose = policy.site == nil ? "the built-in policy, as none is signed" : "the policy"
      throw Refusal(
        SiteReason.sealingDemanded, "bundle \(verified.n)", seen: "plain orders and volumes",
        expected: "sealed ones, says \(whose)")
    }
    return policy
  }

  /// Brings everything the plan needs into the store. Nothing at the point is touched before this ended.
  private func stage(
    _ waybill: Waybill, _ locations: [PieceLocation], _ orders: Orders,
    _ identity: AgeIdentity?, _ asked: Inventory, _ plan: Plan, _ outcome: inout ImportOutcome
  ) throws(Refusal) -> VolumesReader.Result {
    let acting = Set(plan.items.filter { $0.isEffective || $0.needs != nil }.map(\.intent.manifest))
    try SpaceCheck(site: site).check(
      store: asked.wantedLength, point: acting.compactMap { asked.atPoint[$0] })
    var volumes: [[any ByteSource]] = []
    for location in locations.dropFirst() { volumes.append(try location.sources()) }
    let total = waybill.volumes.reduce(0) { $0 + $1.length }
    let meter = PhaseMeter("staging", of: total, voice.progress)
    let reader = VolumesReader(
      waybill: waybill, identity: identity, index: orders.index, wanted: asked.wanted, site: site,
      meter: meter)
    let result = try reader.read(volumes)
    meter.finish()
    outcome.notes += result.strangers.map { "stranger: \($0)" }
    return result
  }

  private static func text(_ note: PapersVerification.Note) -> String {
    switch note {
    case .rootsTaken(let first, let last): "took roots \(first) to \(last)"
    case .clockBehindFloor(let time): "the clock is behind: expiry was checked against \(time)"
    case .issuedAhead(let issued, let time): "issued at \(issued), ahead of \(time)"
    case .timeFloorReset(let old, let new):
      "the root lowered the floor of time from \(old) to \(new)"
    case .lineRestarted(let number):
      "the keys of the line were replaced; it starts anew after \(number)"
    }
  }
}
