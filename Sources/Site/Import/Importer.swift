// SPDX-License-Identifier: Apache-2.0
import Bundles
package import Intents
package import SystemPackage
import Trust

/// Takes what is for this site from a medium: verify, plan, stage, apply. The medium is only read.
package struct Importer {
  package enum Mode: Sendable {
    case apply
    /// Stops before any change; roots that verified are kept all the same.
    case planOnly
  }

  let site: OpenedSite
  let clock: Instant
  let mode: Mode
  let voice: ImportVoice
  /// Why a bundle is to be taken though it has expired; nil when it is not.
  let breakGlass: String?

  package init(
    _ site: OpenedSite, clock: Instant, mode: Mode, breakGlass: String? = nil, voice: ImportVoice
  ) {
    self.breakGlass = breakGlass
    self.site = site
    self.clock = clock
    self.mode = mode
    self.voice = voice
  }

  /// Imports from `medium`, a folder anywhere above or at the bundle.
  ///
  /// - Throws: what has to do with no bundle: the search of the medium, the journal, this machine.
  package func run(_ medium: FilePath) throws(Refusal) -> ImportOutcome {
    try site.requireLiving()
    guard FileQuery.status(medium) != nil else {
      throw Refusal(
        SiteReason.noBundle, medium.text, seen: "nothing", expected: "the folder of a medium")
    }
    let scan = try MediumScan(medium)
    var trials = PapersTrial.all(on: scan)
    var outcome = ImportOutcome()
    let trust = try verify(&trials, &outcome)
    var taken: PapersTrial?
    for trial in trials.newestFirst {
      guard case .ours(let verified, let verification) = trial.verdict else { continue }
      if taken != nil {
        try supersede(trial, verified, &outcome)
        continue
      }
      do throws(Refusal) {
        let bundle = BundleImport(
          importer: self, scan: scan, trials: trials, trial: trial, verified: verified,
          after: verification, before: trust)
        try bundle.run(&outcome)
        taken = trial
      } catch {
        // What cannot be cleared now is cleared by the next import; why the bundle was refused counts more.
        try? site.folder.clearStaging()
        try refuse(trial, error, &outcome)
      }
    }
    try others(trials, besides: taken, &outcome)
    try conclude(&outcome, medium, taken: taken)
    return outcome
  }

  /// Verifies every set of papers and keeps the roots that verified.
  private func verify(
    _ trials: inout [PapersTrial], _ outcome: inout ImportOutcome
  ) throws(Refusal) -> TrustState {
    let own = try site.trust()
    let (before, floor) = (own.root.version, own.timeFloor)
    let grace = breakGlass == nil ? 0 : try site.policy().breakGlassDays
    let kept = try trials.verify(at: site, against: own, clock: clock, graceDays: grace)
    guard kept.root.version > before else { return kept }
    var facts = ["from": "\(before + 1)", "through": "\(kept.root.version)"]
    if kept.timeFloor < floor {
      facts["time_floor"] = "\(floor) to \(kept.timeFloor)"
      outcome.notes.append(
        "the root lowered the floor of time from \(floor) to \(kept.timeFloor)")
    }
    try site.journal.write { journal in
      try journal.log("roots.taken", facts, at: clock)
      try journal.setTrust(kept, at: clock)
    }
    let signers = kept.rootSigners.map { $0.hex.prefix(8) }.joined(separator: ", ")
    outcome.notes.append(
      "took roots \(before + 1) to \(kept.root.version); root \(kept.root.version) is signed by \(signers)"
    )
    return kept
  }

  private func supersede(
    _ trial: PapersTrial, _ verified: VerifiedPapers, _ outcome: inout ImportOutcome
  ) throws(Refusal) {
    outcome.bundles.append(BundleOutcome(trial, .superseded))
    outcome.notes.append("bundle \(verified.n) is superseded by a newer one on this medium")
    guard mode == .apply else { return }
    try site.journal.write { journal in
      try journal.record(
        KnownBundle(
          number: verified.n, fingerprint: verified.fingerprint, state: .superseded, at: clock))
      try journal.log("bundle.superseded", ["n": "\(verified.n)"], at: clock)
    }
  }

  /// What is told and remembered of papers that were not taken.
  private func others(
    _ trials: [PapersTrial], besides taken: PapersTrial?, _ outcome: inout ImportOutcome
  ) throws(Refusal) {
    for trial in trials {
      switch trial.verdict {
      case .ours: break
      case .back: outcome.bundles.append(BundleOutcome(trial, .ignored))
      case .foreign(let refusal):
        if isCopy(trial, of: taken) { break }
        try foreign(trial, refusal, &outcome)
      case .refused(let refusal):
        if isCopy(trial, of: taken) { break }
        try refuse(trial, refusal, &outcome)
      }
    }
  }

  /// Whether papers that were not taken are a damaged copy of those that were: beside them, or with their
  /// number. They are told in the notes and count for nothing.
  private func isCopy(_ trial: PapersTrial, of taken: PapersTrial?) -> Bool {
    guard let taken else { return false }
    return trial.folder == taken.folder
      || (trial.claimedNumber == taken.claimedNumber && trial.claimedSite == taken.claimedSite)
  }

  private func conclude(
    _ outcome: inout ImportOutcome, _ medium: FilePath, taken: PapersTrial?
  ) throws(Refusal) {
    let refusals = outcome.bundles.compactMap { bundle -> Refusal? in
      switch bundle.state {
      case .foreign: taken == nil ? bundle.refusal : nil
      case .refused:
        bundle.refusal.flatMap { $0.exit == .replayed && taken != nil ? nil : $0 }
      default: nil
      }
    }
    let isRepeat = outcome.bundles.contains { $0.state == .repeated }
    if taken == nil, refusals.isEmpty, !isRepeat {
      let seen =
        outcome.bundles.isEmpty ? "no papers" : "\(outcome.bundles.count) bundles of other kinds"
      let refusal = Refusal(
        SiteReason.noBundle, medium.text, seen: seen,
        expected: "a finished bundle for \(site.profile.site)")
      try remember(refusal, "import.refused", ["subject": refusal.subject])
      throw refusal
    }
    if !refusals.isEmpty {
      let gravest = ExitCode.gravest(refusals.map(\.exit))
      outcome.exit = gravest
      outcome.refusal = refusals.first { $0.exit == gravest } ?? refusals.first
    } else if let applied = outcome.applied {
      outcome.exit = applied.exit
      outcome.refusal = applied.refusal
    } else if let plan = outcome.plan {
      outcome.exit = plan.preview.exit
      outcome.refusal = plan.preview.refusal
    }
    outcome.refusal?.changed = outcome.changed
  }
}

extension Importer {
  private func foreign(
    _ trial: PapersTrial, _ refusal: Refusal, _ outcome: inout ImportOutcome
  ) throws(Refusal) {
    let own = site.profile.site
    let told = Refusal(
      SiteReason.foreignBundle, "bundle on the medium",
      seen: "this is for \(trial.claimedSite ?? "another site")",
      expected: "for \(own), which you are")
    outcome.bundles.append(BundleOutcome(trial, .foreign, told))
    try remember(told, "import.foreign", ["for": trial.claimedSite ?? "unknown"])
  }

  private func refuse(
    _ trial: PapersTrial, _ refusal: Refusal, _ outcome: inout ImportOutcome
  ) throws(Refusal) {
    if refusal.endsRun { throw refusal }
    var refusal = refusal
    var isKnown = false
    if refusal.exit == .expired, let known = try appliedBefore(trial) {
      outcome.bundles.append(BundleOutcome(trial, .repeated))
      outcome.notes.append("already applied on \(known.at), nothing to do; expired since")
      try rememberRepeat(of: known)
      return
    }
    if refusal.exit == .replayed, let number = trial.claimedNumber, let print = trial.fingerprint {
      let (known, newest) = try site.journal.read { journal in
        (try journal.bundle(number, print), try journal.newestBundle())
      }
      isKnown = known != nil
      if let newest, newest.number > number {
        refusal = Refusal(
          SiteReason.superseded, "bundle \(number)",
          seen: isKnown ? "\(number), seen before" : "\(number)",
          expected: "above \(newest.number); superseded by \(newest.number), "
            + "\(newest.state.rawValue) \(newest.at)")
      }
    }
    outcome.bundles.append(BundleOutcome(trial, .refused, refusal))
    if let number = trial.claimedNumber, let print = trial.fingerprint {
      let code = refusal.code
      try site.journal.write { journal in
        try journal.record(
          KnownBundle(number: number, fingerprint: print, state: .refused, code: code, at: clock))
      }
    }
    if case SiteReason.otherAcknowledgement = refusal.reason {
      try site.endEpoch(for: refusal, at: clock)
    }
    var facts = ["subject": refusal.subject]
    if let number = trial.claimedNumber { facts["n"] = "\(number)" }
    try remember(refusal, "import.refused", facts, isKnown: isKnown)
  }

  private func appliedBefore(_ trial: PapersTrial) throws(Refusal) -> KnownBundle? {
    guard let number = trial.claimedNumber, let print = trial.fingerprint else { return nil }
    let known = try site.journal.read { try $0.bundle(number, print) }
    return known?.state == .applied ? known : nil
  }

  /// One line in the log that a bundle came again; nothing that a report would tell (S01).
  func rememberRepeat(of bundle: KnownBundle) throws(Refusal) {
    guard mode == .apply else { return }
    _ = try site.journal.write { journal in
      try journal.log(SiteEvent.repeated, ["n": "\(bundle.number)"], at: clock)
    }
  }

  /// One line in the log and, unless it is nobody's fault, one in the next report.
  private func remember(
    _ refusal: Refusal, _ event: String, _ facts: [String: String], isKnown: Bool = false
  ) throws(Refusal) {
    let isAlarm = !isKnown && !refusal.exit.isRetryable
    try site.journal.write { journal in
      try journal.log(event, facts.merging(["code": refusal.code]) { old, _ in old }, at: clock)
      if isAlarm {
        // Of two that contradict each other both are named.
        let values = refusal.exit == .fork ? ": \(refusal.seen), not \(refusal.expected)" : ""
        try journal.note(
          StateDocument.Sighting(at: clock, code: refusal.code, subject: refusal.subject + values))
      }
    }
  }
}

extension BundleOutcome {
  init(_ trial: PapersTrial, _ state: State, _ refusal: Refusal? = nil) {
    self.init(
      site: trial.claimedSite, number: trial.claimedNumber, fingerprint: trial.fingerprint,
      state: state, refusal: refusal)
  }
}

extension Plan {
  /// What running this plan would end with.
  package var preview: ApplyOutcome {
    var outcome = ApplyOutcome()
    for item in items {
      if let refusal = item.refusal { outcome.open.append((item.intent.id, refusal)) }
      if item.isEffective { outcome.done.append(item.intent.id) }
    }
    return outcome
  }
}
