// SPDX-License-Identifier: Apache-2.0
import Intents
package import SystemPackage
import Trust

/// Where a file of the waybill lies, or that it does not.
package struct PieceLocation: Sendable {
  package enum State: Sendable {
    /// Length and first block are right; the rest is for `BlockCheck` or `VerifiedPieceReader`. More than
    /// one where several copies lie on the media, the likeliest first.
    case found([MediumScan.File])
    /// A file of this name lies beside the papers, but with another length or first block.
    case suspect(MediumScan.File)
    case missing
  }

  package let file: Waybill.File
  package let state: State
  /// Every file whose blocks may serve, the likeliest first: found ones, then files that have the right name
  /// and length, or the right name in the right folder. Half-good copies are merged from these (M08).
  package let copies: [MediumScan.File]

  /// The copy to use: a found one, else the suspect, whose good blocks may still serve.
  package var best: MediumScan.File? {
    switch state {
    case .found(let files): files.first
    case .suspect(let file): file
    case .missing: nil
    }
  }

  /// Whether it was found under another name than the waybill's (M15).
  package var isRenamed: Bool {
    if case .found(let files) = state, let first = files.first { return first.name != file.name }
    return false
  }
}

/// Finds the files of a waybill on media by length and first block, whatever they are called (M15, M19).
package struct PieceLocator {
  private let filesByLength: [Int64: [MediumScan.File]]
  private let files: [MediumScan.File]
  private var digests: [FilePath: Digest?] = [:]
  private var blockSize: Int64 = 0

  /// Looks among the files of `scan`.
  package init(_ scan: MediumScan) {
    files = scan.files
    filesByLength = Dictionary(grouping: scan.files, by: \.length)
  }

  /// One answer for each file of `waybill`, in its order.
  ///
  /// - Parameter folder: where the papers lie; a file there under the right name is preferred, and
  ///   suspected when its content is another.
  package mutating func locate(_ waybill: Waybill, near folder: FilePath) -> [PieceLocation] {
    if blockSize != waybill.blockSize { digests = [:] }
    blockSize = waybill.blockSize
    var locations: [PieceLocation] = []
    for file in waybill.files { locations.append(location(of: file, near: folder)) }
    return locations
  }

  private mutating func location(
    of file: Waybill.File, near folder: FilePath
  ) -> PieceLocation {
    func rank(_ candidate: MediumScan.File) -> Int {
      (candidate.name == file.name ? 0 : 1) + (candidate.folder == folder ? 0 : 2)
    }
    let candidates = (filesByLength[file.length] ?? []).enumerated()
      .sorted { (rank($0.element), $0.offset) < (rank($1.element), $1.offset) }
    var found: [MediumScan.File] = []
    var others: [MediumScan.File] = []
    for candidate in candidates.map(\.element) {
      if firstBlock(of: candidate) == file.blocks.first {
        found.append(candidate)
      } else if candidate.name == file.name {
        others.append(candidate)
      }
    }
    let beside = files.first { $0.name == file.name && $0.folder == folder }
    if let beside, beside.length != file.length { others.append(beside) }
    let state: PieceLocation.State =
      found.isEmpty ? beside.map { .suspect($0) } ?? .missing : .found(found)
    return PieceLocation(file: file, state: state, copies: found + others)
  }

  /// Nil when it cannot be read: then it is no copy of anything.
  private mutating func firstBlock(of file: MediumScan.File) -> Digest? {
    if let known = digests[file.path] { return known }
    let digest = try? file.open().prefix(Int(min(blockSize, file.length)))  // see above
    digests[file.path] = .some(digest.map { .sha256($0) })
    return digests[file.path] ?? nil
  }
}
