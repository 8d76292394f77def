// SPDX-License-Identifier: Apache-2.0
package import Intents
package import SystemPackage
import Trust

/// What became of every file of a bundle, wherever it lies on the medium: any change and any loss is named. For
/// whoever checks a bundle as a whole; an import asks only for the pieces.
package struct BundleSurvey: Sendable {
  /// What a file of a bundle is for.
  package enum Role: Sendable, Hashable {
    /// Orders or a volume.
    case piece
    case papers, papersCopy, startHere, sums, signature
  }

  package enum State: Sendable, Hashable {
    case good
    /// No copy is good, and each of its blocks is good in one of several (M08).
    case merged
    case missing
    /// With each thing that is wrong.
    case damaged([String])
    /// Its bytes say nothing by themselves: the signature, which is checked with the courier key.
    case unchecked
  }

  /// One file that is there or should be.
  package struct Item: Sendable {
    /// As the bundle calls it.
    package let name: String
    package let role: Role
    package let state: State
    /// Where its bytes were found, the place that counts first; none when it is missing.
    package let places: [FilePath]

    /// Whether it lies under another name than the bundle's.
    package var isRenamed: Bool { places.first.map { $0.lastComponent?.string != name } ?? false }
  }

  /// Orders, volumes, papers, then the files for people.
  package let items: [Item]
  /// The bytes of `SHA256SUMS` and its signature, where they are there, for who holds the courier key.
  package let sums: [UInt8]?
  package let signature: [UInt8]?

  /// Reads every file of the bundle.
  ///
  /// - Parameters:
  ///   - copies: where these papers lie, at least one place.
  ///   - others: papers on the medium that are not these.
  ///   - progress: called with the bytes of pieces just read, from any thread.
  package init(
    of papers: Papers, at copies: [MediumScan.File], besides others: [MediumScan.File] = [],
    on scan: MediumScan, with locator: inout PieceLocator, workers: Int = 2,
    progress: @Sendable @escaping (_ bytes: Int64) -> Void = { _ in }
  ) throws(Refusal) {
    let waybill = try papers.waybill()
    let folder = copies.first?.folder ?? ""
    var pieces = SurveyPieces(
      locator.locate(waybill, near: folder), blockSize: waybill.blockSize, scan: scan)
    let found = pieces.look(workers: workers, progress: progress)
    var people = SurveyPapers(
      papers: papers, waybill: waybill, folder: folder, scan: scan, others: others,
      claimed: Set(found.flatMap(\.places)))
    people.look(copies)
    items = found + people.items
    sums = people.sums
    signature = people.signature
  }

  /// Every file of the medium that belongs to this bundle.
  package var claimed: [FilePath] { items.flatMap(\.places) }

  /// Files of the bundle that are damaged or missing.
  package var defects: [Item] {
    items.filter {
      switch $0.state {
      case .damaged, .missing: true
      case .good, .merged, .unchecked: false
      }
    }
  }

  /// The refusal for a bundle with `defects` (20 when nothing but missing, else 10); nil without any. Whether a
  /// missing signature is a defect is for the caller, who has the key or has not.
  package var refusal: Refusal? {
    let defects = defects.filter { !($0.role == .signature && $0.state == .missing) }
    guard !defects.isEmpty else { return nil }
    let volumes = missingVolumes.map { [$0] } ?? []
    let texts =
      volumes
      + defects.map { item in
        if case .damaged(let reasons) = item.state {
          "\(item.name): \(reasons.joined(separator: ", "))"
        } else {
          "\(item.name): missing"
        }
      }
    let isIncomplete = defects.allSatisfy { $0.state == .missing }
    return Refusal(
      isIncomplete ? BundleReason.pieceMissing : .fileDamaged,
      defects.count == 1 ? defects[0].name : "\(defects.count) files",
      seen: texts.joined(separator: "; "), expected: "every file as it was written")
  }

  /// How many volumes there are of how many (M05); nil when none is missing.
  private var missingVolumes: String? {
    let volumes = items.filter { $0.role == .piece }.dropFirst()
    let missing = volumes.filter { $0.state == .missing }
    guard !missing.isEmpty else { return nil }
    return "\(volumes.count - missing.count) of \(volumes.count) volumes are there"
  }
}
