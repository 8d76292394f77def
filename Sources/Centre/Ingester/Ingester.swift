// SPDX-License-Identifier: Apache-2.0
package import Bundles
package import Intents
package import SystemPackage
import Trust

/// Verifies the returns on a medium and books them: each once, in any order.
package struct Ingester {
  /// What became of one return.
  package struct Return: Sendable {
    package enum Standing: String, Sendable {
      case booked, known, filled, provisional, held, quarantined, refused
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
    /// What does not fit what this centre knows, each a line for people.
    package var notes: [String] = []
    /// Whether no time may be reckoned from `asOf` (R09).
    package var hasDoubtfulTimes = false
    package var refusal: Refusal?
  }

  let profile: CentreProfile
  let keys: KeyRing
  let now: Instant
  private let progress: PhaseProgress

  /// - Parameter keys: asked for the one that opens sealed returns, where one comes.
  package init(
    into profile: CentreProfile, keys: KeyRing, at now: Instant,
    progress: @escaping PhaseProgress = { _, _, _ in }
  ) {
    self.profile = profile
    self.keys = keys
    self.now = now
    self.progress = progress
  }

  /// - Throws: `CentreReason.nothingFound` when no return lies there; what a single return is refused with is
  ///   in its result.
  package func ingest(_ medium: FilePath) throws(Refusal) -> [Return] {
    guard FileQuery.isFolder(medium) else {
      throw Refusal(
        BundleReason.mediumUnreadable, medium.text, seen: "no folder",
        expected: "the medium's folder")
    }
    try EvidenceReader.clear(profile.workFolder)
    let scan = try MediumScan(medium)
    let (papers, damaged) = readPapers(scan)
    var results: [Return] = []
    let signers = try KnownSigner.all(in: profile, at: now)
    var locator = PieceLocator(scan)
    for (file, papers) in papers {
      try Interruption.check()
      results.append(try ingest(papers, from: file, among: signers, &locator))
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
    _ papers: Papers, from file: MediumScan.File, among signers: [KnownSigner],
    _ locator: inout PieceLocator
  ) throws(Refusal) -> Return {
    var result = Return(place: file.path.text)
    do throws(Refusal) {
      let report = try SignedReport(papers, among: signers)
      result.site = report.site.id
      result.seq = report.predicate.seq
      result.asOf = report.predicate.asOf
      if let folder = BundleName(file.folder.lastComponent?.string ?? ""),
        folder != report.waybill.bundleName
      {
        result.notes.append("the folder is called \(folder); it is \(report.waybill.bundleName)")
      }
      let pieces = locator.locate(report.waybill, near: file.folder)
      var booking = try ReturnBooking(report, pieces, in: profile, keys: keys, at: now, progress)
      try booking.decide(&result)
    } catch {
      if error.isInterruption { throw error }
      result.refusal = error
    }
    try log(result)
    return result
  }

  private func log(_ result: Return) throws(Refusal) {
    // Booked, filled and set aside are logged in the transaction that does it.
    guard [.refused, .known].contains(result.standing) else { return }
    var facts = ["place": result.place]
    if !result.notes.isEmpty { facts["notes"] = result.notes.joined(separator: "; ") }
    if let site = result.site { facts["site"] = site.text }
    if let seq = result.seq { facts["seq"] = String(seq) }
    if let refusal = result.refusal {
      facts["code"] = refusal.code
      facts["subject"] = String(refusal.subject.prefix(CentreLimits.notedText))
      facts["seen"] = String(refusal.seen.prefix(CentreLimits.notedText))
    }
    try profile.ledger.log("return.\(result.standing.rawValue)", facts, at: now)
  }
}
