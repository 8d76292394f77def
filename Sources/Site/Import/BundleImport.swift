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
    let inventory = try Inventory(index: orders.index, volumes: waybill.volumes)
    let maker = PlanMaker(
      site: site, policy: policy, trust: after.state, inventory: inventory,
      manifests: orders.manifests)
    let (bare, asked) = try maker.plan(orders.intents.intents)
    let gate = try site.gate(
      policy, number: verified.n, fingerprint: verified.fingerprint, clock: clock)
    let plan = gate.gated(bare)
    outcome.plan = plan
    if importer.mode == .planOnly {
      outcome.bundles.append(BundleOutcome(trial, .planned))
      try site.folder.clearStaging()
      return
    }
    try stage(waybill, locations, orders, identity, asked, plan, &outcome)
    try Acceptance(
      site: site, clock: clock, verified: verified, state: after.state, papers: try papers(),
      orders: orders, plan: plan, breakGlass: importer.breakGlass
    ).record()
    outcome.bundles.append(BundleOutcome(trial, .taken))
    outcome.changed = "bundle \(verified.n) was taken"
    let applied = try Applier(site, clock: clock, say: voice.say).run(try current(plan))
    outcome.applied = applied
    outcome.changed += "; at the distribution point: \(applied.changed)"
  }

  /// The plan for what is about to be done. Staging takes its time: where people approved something, point, journal
  /// and statements are looked at again (A11, P16).
  private func current(_ plan: Plan) throws(Refusal) -> Plan {
    plan.roles.isEmpty ? plan : try Resumer(site, clock: clock, say: voice.say).plan()
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
  ) throws(Refusal) {
    let acting = Set(plan.items.filter { $0.isEffective || $0.needs != nil }.map(\.intent.manifest))
    try SpaceCheck(site: site).check(
      store: asked.wantedLength, point: acting.compactMap { asked.atPoint[$0] })
    var volumes: [[any ByteSource]] = []
    for location in locations.dropFirst() { volumes.append(try location.sources()) }
    let total = waybill.volumes.reduce(0) { $0 + $1.length }
    var done: Int64 = 0
    let reader = VolumesReader(
      waybill: waybill, identity: identity, index: orders.index, wanted: asked.wanted,
      store: site.store
    ) { bytes in
      done += bytes
      voice.progress("verifying and staging", done, total)
    }
    let strangers = try reader.read(volumes)
    outcome.notes += strangers.map { "stranger: \($0)" }
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
