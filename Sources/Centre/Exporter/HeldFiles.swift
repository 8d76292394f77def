// SPDX-License-Identifier: Apache-2.0
package import Bundles
import Foundation
import GRDB
package import Intents

/// A file that a site holds by receipt, and that a delta can build on.
package struct HeldFile: Hashable, Sendable {
  package let digest: Digest
  /// Bytes.
  package let length: Int64

  package init(digest: Digest, length: Int64) {
    self.digest = digest
    self.length = length
  }
}

/// What a site holds by receipt: only what the newest booked report of its epoch promises, never what was sent.
package struct HeldFiles: Sendable {
  /// The report that the promise is from; nil when nothing counts on one.
  package let report: ReportPoint?
  private let files: Set<Digest>
  /// The files of these that have frames of their own, from manifests held whole: what deltas can build on.
  let candidates: [ReferenceChoice.Candidate]

  package static let none = HeldFiles(report: nil, files: [], candidates: [])

  package func contains(_ file: Digest) -> Bool { files.contains(file) }

  private init(
    report: ReportPoint?, files: Set<Digest>, candidates: [ReferenceChoice.Candidate]
  ) {
    self.report = report
    self.files = files
    self.candidates = candidates
  }

  /// Reads the promise of the newest booked report of `site`. Manifests that the centre does not know are
  /// left out (they are never used as reference).
  init(of site: SiteRecord, in profile: CentreProfile) throws(Refusal) {
    guard let newest = try profile.ledger.newestReport(of: site), let state = newest.state else {
      self = .none
      return
    }
    let depot = Depot(of: profile)
    var files = Set(state.heldFiles)
    var candidates: [ReferenceChoice.Candidate] = []
    for manifest in state.heldManifests {
      guard let content = try profile.ledger.content(manifest: manifest) else { continue }
      let listing = try depot.files(of: manifest)
      while let element = try listing.next() {
        let file = try ManifestDocument.file(element)
        files.insert(file.digest)
        if file.length >= CentreLimits.smallFile {
          candidates.append(ReferenceChoice.Candidate(file, of: content))
        }
      }
    }
    files.subtract(state.needed)
    candidates.removeAll { !files.contains($0.file.digest) }
    self.init(report: newest.point, files: files, candidates: candidates)
  }
}

/// A report as it was booked.
struct BookedReport {
  let point: ReportPoint
  /// nil for the enrolment, which carries none.
  let state: StateDocument?
  let asOf: Instant
  /// Whether `asOf` cannot be true.
  let isTimeDoubtful: Bool
  let receivedAt: Instant
  let number: Int64
}

extension Ledger {
  /// The newest report of the site's epoch that was booked; the enrolment when there is none.
  func newestReport(of site: SiteRecord) throws(Refusal) -> BookedReport? {
    let row = try read { database in
      try Row.fetchOne(
        database,
        sql: """
          SELECT seq, sha256, state, as_of, time_doubtful, received_at, n FROM reports
          WHERE site = ? AND epoch = ? AND standing = 'booked' ORDER BY seq DESC LIMIT 1
          """, arguments: [site.id.text, site.epoch.text])
    }
    guard let row else { return nil }
    let state = try (row["state"] as Data?).map { bytes throws(Refusal) in
      try StateDocument(parsing: Array(bytes))
    }
    return BookedReport(
      point: ReportPoint(seq: row["seq"], digest: try row.parsed("sha256") { Digest(hex: $0) }),
      state: state, asOf: try row.parsed("as_of") { Instant($0) },
      isTimeDoubtful: row["time_doubtful"],
      receivedAt: try row.parsed("received_at") { Instant($0) }, number: row["n"])
  }

  /// What the next bundle acknowledges.
  func acknowledged(_ site: SiteRecord) throws(Refusal) -> ReportPoint {
    try newestReport(of: site)?.point ?? ReportPoint(seq: 0, digest: site.enrolment)
  }
}
