// SPDX-License-Identifier: Apache-2.0
package import Intents
package import SystemPackage
import Trust

/// What became of every file of a bundle's folder: any change, loss or addition is named. For whoever checks
/// a folder as a whole; an import asks only for the pieces.
package struct FolderSurvey: Sendable {
  /// What a file of the folder is for.
  package enum Role: Sendable, Hashable {
    case papers, papersCopy, startHere, sums, signature
    /// Orders or a volume, by its name in the waybill.
    case piece(String)
    /// Left there by a system (M17).
    case noise
    /// Belongs to nothing (M18).
    case stranger
  }

  package enum State: Sendable, Hashable {
    case good
    case missing
    /// With each thing that is wrong.
    case damaged([String])
    /// Its bytes say nothing by themselves: the signature, which is checked with the courier key.
    case unchecked
  }

  /// One file that is there or should be.
  package struct Item: Sendable {
    /// As it lies there; for a missing file as it should.
    package let name: String
    package let role: Role
    package let state: State
  }

  /// Files that belong to the bundle, then noise and strangers.
  package let items: [Item]
  /// The bytes of `SHA256SUMS` and its signature, where they are there, for who holds the courier key.
  package let sums: [UInt8]?
  package let signature: [UInt8]?

  /// Reads every file of `folder`.
  ///
  /// - Parameters:
  ///   - papers: the copy of the papers that was taken, from wherever.
  ///   - progress: called with the bytes just read, from any thread.
  package init(
    _ folder: FilePath, papers: Papers, workers: Int = 2,
    progress: @Sendable @escaping (_ bytes: Int64) -> Void = { _ in }
  ) throws(Refusal) {
    let waybill = try papers.waybill()
    var reader = SurveyReader(folder: folder, papers: papers, waybill: waybill)
    try reader.look(workers: workers, progress: progress)
    items = reader.items
    sums = reader.sumsBytes
    signature = reader.signatureBytes
  }

  /// Files of the bundle that are damaged or missing.
  package var defects: [Item] {
    items.filter {
      switch $0.state {
      case .damaged, .missing: true
      case .good, .unchecked: false
      }
    }
  }

  package var strangers: [Item] { items.filter { $0.role == .stranger } }

  /// The refusal for a folder with `defects` (20 when nothing but missing, else 10); nil without any. Whether a
  /// missing signature is a defect is for the caller, who has the key or has not.
  package var refusal: Refusal? {
    let defects = defects.filter { !($0.role == .signature && $0.state == .missing) }
    guard !defects.isEmpty else { return nil }
    let texts = defects.map { item in
      if case .damaged(let reasons) = item.state {
        "\(item.name): \(reasons.joined(separator: ", "))"
      } else {
        "\(item.name): missing"
      }
    }
    let isIncomplete = defects.allSatisfy { $0.state == .missing }
    return Refusal(
      isIncomplete ? BundleReason.pieceMissing : .fileDamaged, "\(defects.count) files",
      seen: texts.joined(separator: "; "), expected: "every file as it was written")
  }
}
