// SPDX-License-Identifier: Apache-2.0
import Bundles
package import Intents
package import SystemPackage
import Trust

/// Verifies the returns on a medium and books them: each once, in any order.
package struct Ingester {
  /// What became of one return.
  package struct Return: Sendable {
    package enum Standing: String, Sendable {
      case booked, known, filled, provisional, quarantined, refused
    }

    /// Where its papers lie.
    package let place: String
    package var standing = Standing.refused
    package var site: SiteID?
    package var seq: Int64?
    package var asOf: Instant?
    /// When it was ingested before; only of a known one.
    package var since: Instant?
    package var intents: Int64 = 0
    package var devices: Int64 = 0
    package var notes: [String] = []
    package var refusal: Refusal?
  }

  let profile: CentreProfile
  let now: Instant

  package init(into profile: CentreProfile, at now: Instant) {
    self.profile = profile
    self.now = now
  }

  /// - Throws: `CentreReason.nothingFound` when no return lies there; what a single return is refused with is
  ///   in its result.
  package func ingest(_ medium: FilePath) throws(Refusal) -> [Return] {
    guard FileQuery.isFolder(medium) else {
      throw Refusal(
        BundleReason.mediumUnreadable, medium.text, seen: "no folder",
        expected: "the medium's folder")
    }
    let scan = try MediumScan(medium)
    let (papers, damaged) = readPapers(scan)
    var results: [Return] = []
    var locator = PieceLocator(scan)
    for (file, papers) in papers {
      results.append(try ingest(papers, from: file, &locator))
    }
    // Damaged papers count only where no good copy lies beside them.
    let good = Set(papers.map(\.file.folder))
    for (file, refusal) in damaged where !good.contains(file.folder) {
      var result = Return(place: file.path.text)
      result.refusal = refusal
      try log(result)
      results.append(result)
    }
    guard !results.isEmpty else {
      throw Refusal(
        CentreReason.nothingFound, medium.text,
        seen: "\(scan.files.count) files, no papers of a return",
        expected: "a folder with papers.tar")
    }
    return results
  }

  private func readPapers(
    _ scan: MediumScan
  ) -> (good: [(file: MediumScan.File, papers: Papers)], damaged: [(MediumScan.File, Refusal)]) {
    var good: [(file: MediumScan.File, papers: Papers)] = []
    var damaged: [(MediumScan.File, Refusal)] = []
    for file in scan.papersCandidates() {
      do throws(Refusal) {
        let papers = try PapersReader.read(try file.open())
        let isNew = !good.contains { $0.papers.digest == papers.digest }
        if papers.kind == .back, isNew { good.append((file, papers)) }
      } catch {
        damaged.append((file, error))
      }
    }
    return (good, damaged)
  }

  private func ingest(
    _ papers: Papers, from file: MediumScan.File, _ locator: inout PieceLocator
  ) throws(Refusal) -> Return {
    var result = Return(place: file.path.text)
    do throws(Refusal) {
      let report = try SignedReport(papers, among: profile.ledger.sites())
      result.site = report.site.id
      result.seq = report.predicate.seq
      result.asOf = report.predicate.asOf
      if let folder = BundleName(file.folder.lastComponent?.string ?? ""),
        folder != report.waybill.bundleName
      {
        result.notes.append("the folder is called \(folder); it is \(report.waybill.bundleName)")
      }
      try decide(report, locator.locate(report.waybill, near: file.folder), &result)
    } catch {
      result.refusal = error
    }
    try log(result)
    return result
  }

  private func decide(
    _ report: SignedReport, _ pieces: [PieceLocation], _ result: inout Return
  ) throws(Refusal) {
    let store = ReportStore(ledger: profile.ledger)
    guard report.predicate.isRehearsal == profile.isRehearsal else {
      throw Refusal(
        CentreReason.rehearsalMixed, "return of \(report.site.id)", seen: "of the other kind",
        expected: profile.isRehearsal ? "a rehearsal return" : "a production return")
    }
    let history = try store.history(of: report.site)
    let booking = Booking(report.predicate, digest: report.digest, history: history)
    switch booking {
    case .known:
      result.since = try store.receivedAt(report)
      result.standing = .known
    case .fork(let seq, let seen, let held):
      let refusal = Refusal(
        CentreReason.fork, "report \(seq) of \(report.site.id)", seen: seen.hex, expected: held.hex)
      try quarantine(report, refusal, &result)
    case .stray:
      let refusal = Refusal(
        CentreReason.fork, "report \(report.predicate.seq) of \(report.site.id)",
        seen: report.digest.hex, expected: "a report that a booked one names in its chain")
      try quarantine(report, refusal, &result)
    case .provisional:
      let refusal = Refusal(
        CentreReason.unknownBase, "return \(report.predicate.seq) of \(report.site.id)",
        seen: "base \(report.predicate.base.seq), \(report.predicate.base.digest)",
        expected: "a base that this centre has booked", changed: "kept aside; nothing else")
      try store.setAside(report, .provisional, reason: refusal.code, at: now)
      result.refusal = refusal
      result.standing = .provisional
    case .booked, .filled:
      do throws(Refusal) {
        try book(report, booking, pieces, &result)
      } catch {
        guard error.exit == .fork else { throw error }
        try quarantine(report, error, &result)
      }
    }
  }

  /// Keeps a report that contradicts what was accepted, and moves nothing (R04).
  private func quarantine(
    _ report: SignedReport, _ refusal: Refusal, _ result: inout Return
  ) throws(Refusal) {
    var refusal = refusal
    refusal.changed = "kept in quarantine; the site's state stays at its last good return"
    try ReportStore(ledger: profile.ledger).setAside(
      report, .quarantined, reason: refusal.code, at: now)
    result.refusal = refusal
    result.standing = .quarantined
  }

  private func book(
    _ report: SignedReport, _ booking: Booking, _ pieces: [PieceLocation], _ result: inout Return
  ) throws(Refusal) {
    let evidence = try EvidenceReader(report, pieces: pieces, work: profile.workFolder)
    defer { evidence.discard() }
    let devices = try ReportStore(ledger: profile.ledger).book(
      report, evidence, isNewest: booking != .filled, at: now)
    result.standing = booking == .filled ? .filled : .booked
    result.devices = devices
    result.intents = Int64(evidence.state.intents.count)
    if case .booked(let missing) = booking, !missing.isEmpty {
      result.notes.append(
        "not arrived yet: \(missing.map { String($0) }.joined(separator: ", "))")
    }
    if report.predicate.asOf > now.adding(days: 1) {
      result.notes.append("dated in the future, \(report.predicate.asOf): its times are doubtful")
    }
    for place in pieces where place.isRenamed {
      result.notes.append("\(place.file.name) lay under another name")
    }
  }

  private func log(_ result: Return) throws(Refusal) {
    // Booked, filled and set aside are logged in the transaction that does it.
    guard [.refused, .known].contains(result.standing) else { return }
    var facts = ["place": result.place]
    if let site = result.site { facts["site"] = site.text }
    if let seq = result.seq { facts["seq"] = String(seq) }
    if let refusal = result.refusal {
      facts["code"] = refusal.code
      facts["subject"] = refusal.subject
      facts["seen"] = refusal.seen
    }
    try profile.ledger.log("return.\(result.standing.rawValue)", facts, at: now)
  }
}
