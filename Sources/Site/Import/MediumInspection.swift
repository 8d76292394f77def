// SPDX-License-Identifier: Apache-2.0
import Bundles
package import Intents
package import SystemPackage
import Trust

/// Looks at what lies on a medium for this site, and changes nothing: neither what is trusted nor what is remembered.
package struct MediumInspection {
  /// What a set of papers turned out to be.
  package enum Finding: Sendable {
    case ours(BundleContents)
    /// Not verified, not for this site, or not readable.
    case other(BundleOutcome)
  }

  private let site: OpenedSite
  private let clock: Instant

  package init(_ site: OpenedSite, clock: Instant) {
    self.site = site
    self.clock = clock
  }

  /// Every bundle on `medium`, the newest number first.
  ///
  /// - Throws: what has to do with no bundle, and `SiteReason.noBundle` when there is none.
  package func run(_ medium: FilePath) throws(Refusal) -> [Finding] {
    guard FileQuery.status(medium) != nil else {
      throw Refusal(
        SiteReason.noBundle, medium.text, seen: "nothing", expected: "the folder of a medium")
    }
    let scan = try MediumScan(medium)
    var trials = PapersTrial.all(on: scan)
    // Roots that verify are not kept. Days of grace count as for an import with a reason.
    _ = try trials.verify(
      at: site, against: try site.trust(), clock: clock,
      graceDays: try site.policy().breakGlassDays)
    guard !trials.isEmpty else {
      throw Refusal(
        SiteReason.noBundle, medium.text, seen: "no papers",
        expected: "a finished bundle for \(site.profile.site)")
    }
    var findings: [Finding] = []
    for trial in trials.newestFirst {
      switch trial.verdict {
      case .ours(let papers, _):
        do throws(Refusal) {
          findings.append(.ours(try contents(of: trial, papers, on: scan)))
        } catch  where !error.endsRun {
          findings.append(.other(BundleOutcome(trial, .refused, error)))
        }
      case .foreign(let refusal): findings.append(.other(BundleOutcome(trial, .foreign, refusal)))
      case .back: findings.append(.other(BundleOutcome(trial, .ignored)))
      case .refused(let refusal): findings.append(.other(BundleOutcome(trial, .refused, refusal)))
      }
    }
    return findings
  }

  private func contents(
    of trial: PapersTrial, _ verified: VerifiedPapers, on scan: MediumScan
  ) throws(Refusal) -> BundleContents {
    guard let papers = trial.papers else { preconditionFailure("verified papers were read") }
    let waybill = try PapersTrial.waybill(of: papers, vouchedFor: verified)
    var locator = PieceLocator(scan)
    let location = locator.locateOrders(waybill, near: trial.folder)
    guard location.best != nil else {
      throw Refusal(
        SiteReason.ordersMissing, "bundle \(verified.n)", seen: "no orders",
        expected: "\(waybill.orders.name), which tells what the bundle brings")
    }
    try site.folder.clearStaging()
    let reader = OrdersReader(
      papers: verified, waybill: waybill, identity: waybill.isSealed ? try site.identity() : nil,
      staging: site.folder.staging)
    let result = Result { () throws(Refusal) in
      try BundleContents(verified, waybill, try reader.read(try location.sources()))
    }
    try site.folder.clearStaging()
    return try result.get()
  }
}
