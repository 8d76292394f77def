// SPDX-License-Identifier: Apache-2.0
import Bundles
import Intents

/// One verified return on its way into the ledger: booked, filed, or set aside with its reason.
struct ReturnBooking {
  let report: SignedReport
  let pieces: [PieceLocation]
  let profile: CentreProfile
  private let keys: KeyRing
  private let progress: PhaseProgress
  private var judged: Judgement

  init(
    _ report: SignedReport, _ pieces: [PieceLocation], in profile: CentreProfile,
    keys: KeyRing, at now: Instant, _ progress: @escaping PhaseProgress
  ) throws(Refusal) {
    self.report = report
    self.pieces = pieces
    self.profile = profile
    self.keys = keys
    self.progress = progress
    let known = try Plausibility.Known(of: report.site.id, in: profile.ledger)
    judged = Judgement(report.predicate, Plausibility(known: known, now: now))
  }

  private var store: ReportStore { ReportStore(ledger: profile.ledger) }

  /// Decides what becomes of it and does it. `result` says so only once it is done.
  mutating func decide(_ result: inout Ingester.Return) throws(Refusal) {
    guard report.predicate.isRehearsal == profile.isRehearsal else {
      throw Refusal(
        CentreReason.rehearsalMixed, "return of \(report.site.id)", seen: "of the other kind",
        expected: profile.isRehearsal ? "a rehearsal return" : "a production return")
    }
    judged.notes = result.notes + judged.notes
    if let refusal = keyRefusal() ?? epochRefusal() {
      guard refusal.exit == .approvalMissing else { return try quarantine(refusal, &result) }
      return try setAside(refusal, as: .held, &result)
    }
    let history = try store.history(of: report.site)
    let booking = Booking(report.predicate, digest: report.digest, history: history)
    switch booking {
    case .known:
      result.since = try store.receivedAt(report)
      result.standing = .known
      result.refusal = try echoRefusal()
    case .fork(let seq, let seen, let held):
      try quarantine(
        Refusal(
          CentreReason.fork, "report \(seq) of \(report.site.id)", seen: seen.hex,
          expected: held.hex), &result)
    case .stray:
      try quarantine(
        Refusal(
          CentreReason.fork, "report \(report.predicate.seq) of \(report.site.id)",
          seen: report.digest.hex, expected: "a report that a booked one names in its chain"),
        &result)
    case .provisional:
      if let echo = try echoRefusal() { judged.notes.append("\(echo.code) \(echo)") }
      try setAside(
        Refusal(
          CentreReason.unknownBase, "return \(report.predicate.seq) of \(report.site.id)",
          seen: "base \(report.predicate.base.seq), \(report.predicate.base.digest)",
          expected: "a base that this centre has booked", changed: "kept aside; nothing else"),
        as: .provisional, &result)
    case .booked(let missing): try bookOrQuarantine(isNewest: true, missing: missing, &result)
    case .filled: try bookOrQuarantine(isNewest: false, missing: [], &result)
    }
  }

  /// Why the key that signed it does not count, if it does not (R06, R08, R19).
  private func keyRefusal() -> Refusal? {
    let (predicate, place) = (
      report.predicate, "return \(report.predicate.seq) of \(report.site.id)"
    )
    switch report.standing {
    case .inForce: return nil
    case .former(let below):
      if predicate.seq < below { return nil }
      return Refusal(
        CentreReason.siteKeyNotInForce, place, seen: "signed by a key that another has replaced",
        expected: "the key that report \(below) names")
    case .next:
      return Refusal(
        CentreReason.siteKeyNotInForce, place, seen: "signed by the new key alone",
        expected: "signatures by both, until a bundle has acknowledged the new one")
    case .unconfirmed(let before):
      if before != nil { return heldRefusal }
      return Refusal(
        CentreReason.siteKeyNotConfirmed, place,
        seen: "epoch \(predicate.epoch), added and waiting",
        expected: "an enrolment that officers have confirmed")
    case .ended: return otherEpochRefusal
    case .revoked(let revocation): return revocation.refusal(place)
    }
  }

  private func epochRefusal() -> Refusal? {
    let predicate = report.predicate
    if predicate.epoch == report.site.epoch { return nil }
    return predicate.restoredFrom == nil ? otherEpochRefusal : heldRefusal
  }

  private var heldRefusal: Refusal {
    Refusal(
      CentreReason.epochNotAccepted, "return of \(report.site.id)",
      seen: "epoch \(report.predicate.epoch), restored from "
        + "\(report.predicate.restoredFrom?.text ?? "none")",
      expected: "an epoch that officers have accepted", changed: "kept aside; nothing else")
  }

  private var otherEpochRefusal: Refusal {
    Refusal(
      CentreReason.otherEpoch, "return of \(report.site.id)",
      seen: "epoch \(report.predicate.epoch)",
      expected: "the epoch that is enrolled")
  }

  private mutating func bookOrQuarantine(
    isNewest: Bool, missing: [Int64], _ result: inout Ingester.Return
  ) throws(Refusal) {
    do throws(Refusal) {
      if let echo = try echoRefusal() { throw echo }
      try book(isNewest: isNewest, missing: missing, &result)
    } catch {
      guard error.exit == .fork else { throw error }
      try quarantine(error, &result)
    }
  }

  private mutating func book(
    isNewest: Bool, missing: [Int64], _ result: inout Ingester.Return
  ) throws(Refusal) {
    let identity = report.waybill.isSealed ? try keys.opener() : nil
    let evidence = try EvidenceReader(
      report, pieces: pieces, for: identity, work: profile.workFolder, progress)
    defer { evidence.discard() }
    var full = judged
    full.notes += try notes(on: evidence.state, missing: missing)
    let flaws = try ApprovalRules(profile: profile, site: report.site).flaws(in: evidence.state)
    var unapproved = Tally("intent applied without approvals", "intents applied without approvals")
    for flaw in flaws {
      full.unapproved[flaw.intent] = flaw.why
      unapproved.add("\(flaw.intent) (\(flaw.why))")
    }
    full.notes += [unapproved.note].compactMap(\.self)
    result.devices = try store.book(report, evidence, isNewest: isNewest, judged: &full)
    evidence.finish()
    result.intents = Int64(evidence.state.intents.count)
    finish(isNewest ? .booked : .filled, full, &result)
  }

  /// The head of this centre's log that the site echoes must be in it (R20). A declared restore may have lost
  /// it, with the bundle that told the site of it: that is noted.
  private mutating func echoRefusal() throws(Refusal) -> Refusal? {
    let echo = report.predicate.centreHead
    guard try !profile.ledger.logs(echo) else { return nil }
    let number = report.predicate.number
    if !judged.plausibility.known.numbers.contains(number),
      try profile.ledger.lost(number, of: report.site.id)
    {
      judged.notes.append("echoes line \(echo.seq) of this centre's log, from before the restore")
      return nil
    }
    let head = try profile.ledger.read { try LedgerAudit.head(in: $0) }
    return Refusal(
      CentreReason.ownLogCut, "log of this centre, line \(echo.seq)",
      seen: "\(report.site.id) holds it as \(echo.digest)",
      expected: head.seq < echo.seq
        ? "a line of this log, which ends with line \(head.seq)" : "the hash of that line here")
  }

  private func notes(
    on state: StateDocument, missing: [Int64]
  ) throws(Refusal) -> [String] {
    var gap = Tally("report not arrived yet", "reports not arrived yet")
    for seq in missing { gap.add("\(seq)") }
    var renamed = Tally("file under another name", "files under other names")
    for place in pieces where place.isRenamed { renamed.add(place.file.name) }
    let claims = try judged.plausibility.notes(
      on: state, subjects: report.evidenceSubjects,
      isKnown: { (file) throws(Refusal) in try profile.ledger.knows(file) })
    return [gap, renamed].compactMap(\.note) + claims
  }

  /// Keeps a report that contradicts what was accepted, and moves nothing (R04).
  private func quarantine(
    _ refusal: Refusal, _ result: inout Ingester.Return
  ) throws(Refusal) {
    var refusal = refusal
    refusal.changed = "kept in quarantine; the site's state stays at its last good return"
    try setAside(refusal, as: .quarantined, &result)
  }

  private func setAside(
    _ refusal: Refusal, as standing: Ingester.Return.Standing, _ result: inout Ingester.Return
  ) throws(Refusal) {
    try store.setAside(report, standing, reason: refusal.code, judged: judged)
    result.refusal = refusal
    finish(standing, judged, &result)
  }

  private func finish(
    _ standing: Ingester.Return.Standing, _ judged: Judgement, _ result: inout Ingester.Return
  ) {
    result.standing = standing
    result.notes = judged.notes
    result.hasDoubtfulTimes = judged.isTimeDoubtful
  }
}
