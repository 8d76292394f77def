// SPDX-License-Identifier: Apache-2.0
import Bundles
import Intents
import Trust

/// The review of a report before it leaves, where policy asks for one (P05).
enum ReportReview {
  static func subject(of report: FrozenReport, at profile: SiteProfile) -> ApprovalSubject {
    ApprovalSubject(
      role: .export, site: profile.site, epoch: profile.epoch, plan: report.digest)
  }

  /// What the report lets out, in words.
  static func words(_ report: FrozenReport) throws(Refusal) -> [String] {
    let state = try StateDocument(parsing: report.state)
    let files = state.evidence.map { "\($0.name), \($0.length) bytes" }.joined(separator: "; ")
    return [
      "that report \(report.seq) leaves this site",
      "  \(state.intents.count) intents, \(state.heldManifests.count) held contents, "
        + "\(state.sightings.count) refused media",
      "  evidence: \(files.isEmpty ? "none" : files)",
    ]
  }
}
