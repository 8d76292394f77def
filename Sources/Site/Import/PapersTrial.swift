// SPDX-License-Identifier: Apache-2.0
import Bundles
import Intents
import SystemPackage
import Trust

/// One distinct set of papers on a medium, and what verification says of it.
struct PapersTrial {
  enum Verdict {
    /// Verified for this site.
    case ours(VerifiedPapers, PapersVerification)
    /// Of another site's line.
    case foreign(Refusal)
    /// A return bundle, which is the centre's matter.
    case back
    case refused(Refusal)
  }

  /// Where its copies lie.
  var files: [MediumScan.File]
  /// Nil when no papers could be read there.
  let papers: Papers?
  /// What they claim, to be believed only for telling people.
  let claimedSite: String?
  let claimedNumber: Int64?
  let fingerprint: Digest?
  var verdict: Verdict

  /// Reads the papers at `file`; `verdict` is to be found by `verify`.
  init(_ file: MediumScan.File) {
    files = [file]
    do throws(Refusal) {
      let papers = try PapersReader.read(try file.open())
      self.papers = papers
      let timestamp = papers.metadata("timestamp.json").map(Array.init)
      fingerprint = timestamp.map { .sha256($0) }
      let waybill = try? papers.waybill()  // what is wrong with it is told when it is used
      claimedSite = waybill?.siteID.text
      claimedNumber = if case .out(let n)? = waybill?.kind { n } else { nil }
      verdict = .back
    } catch {
      papers = nil
      claimedSite = nil
      claimedNumber = nil
      fingerprint = nil
      verdict = .refused(error)
    }
  }

  /// Verifies the metadata against what this site trusts.
  ///
  /// - Returns: the state with every root that verified.
  mutating func verify(
    for site: SiteID, against state: TrustState, clock: Instant, confirmed: Instant? = nil,
    graceDays: Int64 = 0
  ) -> PapersVerification? {
    guard let papers, papers.kind == .out else { return nil }
    do throws(Refusal) {
      let files = papers.metadataNames.map { name in
        (name: name, bytes: papers.metadata(name).map(Array.init) ?? [])
      }
      let metadata = try PapersMetadata(files: files)
      let verification = Trust.verify(
        metadata, for: site, against: state, clock: clock,
        confirmed: confirmed, graceDays: graceDays)
      switch verification.outcome {
      case .success(let verified):
        // Here, so that papers with another waybill are a damaged copy and no bundle of their own.
        _ = try PapersTrial.waybill(of: papers, vouchedFor: verified)
        verdict = .ours(verified, verification)
      case .failure(let refusal) where refusal.exit == .wrongSite: verdict = .foreign(refusal)
      case .failure(let refusal):
        verdict = .refused(PapersTrial.rehearsal(metadata, against: state) ?? refusal)
      }
      return verification
    } catch {
      verdict = .refused(error)
      return nil
    }
  }

  /// Papers of another centre whose root says that it is a rehearsal's are told as such at a production site (P12):
  /// as with another site's line, nothing needs to be signed for a refusal to believe it.
  private static func rehearsal(_ papers: PapersMetadata, against state: TrustState) -> Refusal? {
    guard !state.root.isRehearsal, let own = state.roots[state.pinned],
      let bytes = papers.roots[state.pinned], bytes != own
    else { return nil }
    // A root that cannot be read says nothing; then the first refusal stands.
    let root = try? RootRole(selfSigned: bytes, named: "\(state.pinned).root.json")
    guard root?.isRehearsal == true else { return nil }
    return Refusal(
      SiteReason.otherRehearsal, "bundle on the medium",
      seen: "a rehearsal bundle, of another centre", expected: "production only")
  }

  /// The waybill, which must be the one that the site role lists.
  static func waybill(
    of papers: Papers, vouchedFor verified: VerifiedPapers
  ) throws(Refusal) -> Waybill {
    let bytes = papers["waybill.json"].map(Array.init) ?? []
    guard let target = verified.siteTarget("waybill.json") else {
      throw Refusal(
        SiteReason.orderDiffers, "waybill.json", seen: "not listed", expected: "a target")
    }
    guard target.digest == .sha256(bytes), target.length == bytes.count else {
      throw Refusal(
        SiteReason.orderDiffers, "waybill.json", seen: Digest.sha256(bytes).hex,
        expected: target.digest.hex)
    }
    let waybill = try papers.waybill()
    guard waybill.siteID == verified.site, case .out(verified.n) = waybill.kind else {
      throw Refusal(
        SiteReason.orderDiffers, "waybill.json", seen: waybill.bundleName.text,
        expected: BundleName.out(verified.site, n: verified.n).text)
    }
    return waybill
  }

  var folder: FilePath { files.first?.folder ?? "" }

  /// The papers on a medium, equal copies as one, in the order of the search.
  static func all(on scan: MediumScan) -> [PapersTrial] {
    var trials: [PapersTrial] = []
    for file in scan.papersCandidates() {
      let trial = PapersTrial(file)
      if let digest = trial.papers?.digest,
        let index = trials.firstIndex(where: { $0.papers?.digest == digest })
      {
        trials[index].files.append(file)
      } else {
        trials.append(trial)
      }
    }
    return trials
  }
}

extension [PapersTrial] {
  var newestFirst: [PapersTrial] {
    sorted { ($0.claimedNumber ?? 0) > ($1.claimedNumber ?? 0) }
  }

  /// Verifies all of them, by the newest root that is on the medium.
  ///
  /// - Returns: `own` with every root that verified.
  mutating func verify(
    at site: OpenedSite, against own: TrustState, clock: Instant, graceDays: Int64
  ) throws(Refusal) -> TrustState {
    let confirmed = try SiteTime(of: site, clock: clock).confirmed
    var trust = own
    for index in indices {
      let verification = self[index].verify(
        for: site.profile.site, against: trust, clock: clock, confirmed: confirmed,
        graceDays: graceDays)
      guard let verification else { continue }
      trust = try trust.takingRoots(of: verification.state)
    }
    guard trust.root.version > own.root.version else { return trust }
    // Papers may have been judged by roots that newer papers replace: all are judged by the newest.
    for index in indices {
      _ = self[index].verify(
        for: site.profile.site, against: trust, clock: clock, confirmed: confirmed,
        graceDays: graceDays)
    }
    return trust
  }
}
