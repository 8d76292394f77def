// SPDX-License-Identifier: Apache-2.0
package import Intents
package import SystemPackage
import Trust

/// Where a file of the waybill lies, or that it does not.
package struct PieceLocation: Sendable {
  package enum State: Sendable {
    /// Length and first block are right; the rest is for `BlockCheck` or `VerifiedPieceReader`. More than
    /// one where several copies lie on the media, the likeliest first.
    case found([MediumScan.File])
    /// Damaged: some block of it is right though not its first or its length; or it lies beside the papers
    /// under the right name, whatever it holds.
    case suspect(MediumScan.File)
    case missing
  }

  package let file: Waybill.File
  package let state: State
  /// Every file whose blocks may serve, the likeliest first: the found ones or the suspect, then whatever has
  /// the right length and is no other piece. Half-good copies are merged from these (M08); each block tells by
  /// its hash whether it belongs there.
  package let copies: [MediumScan.File]

  /// The copy to use: a found one, else the suspect, whose good blocks may still serve.
  package var best: MediumScan.File? { copies.first }

  /// The bytes of `copies`: the best is open from now on, of the others one at a time while it is asked.
  package func sources() throws(Refusal) -> [any ByteSource] {
    var sources: [any ByteSource] = []
    for file in copies { sources.append(sources.isEmpty ? try file.open() : ClosedFile(file)) }
    return sources
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
    prepare(for: waybill)
    var found: [[MediumScan.File]] = []
    for file in waybill.files { found.append(copies(of: file, near: folder)) }
    let known = Set(found.joined().map(\.path))
    var locations: [PieceLocation] = []
    for (file, found) in zip(waybill.files, found) {
      locations.append(location(of: file, near: folder, found, known))
    }
    return locations
  }

  /// Where the orders of `waybill` lie: no other piece is opened, unless it has their length.
  package mutating func locateOrders(_ waybill: Waybill, near folder: FilePath) -> PieceLocation {
    prepare(for: waybill)
    let found = copies(of: waybill.orders, near: folder)
    return location(of: waybill.orders, near: folder, found, Set(found.map(\.path)))
  }

  /// What is known of first blocks holds for one length of them.
  private mutating func prepare(for waybill: Waybill) {
    if blockSize != waybill.blockSize { digests = [:] }
    blockSize = waybill.blockSize
  }

  private func location(
    of file: Waybill.File, near folder: FilePath, _ found: [MediumScan.File],
    _ known: Set<FilePath>
  ) -> PieceLocation {
    let others = candidates(file, near: folder).filter { !known.contains($0.path) }
    guard found.isEmpty else {
      return PieceLocation(file: file, state: .found(found), copies: found + others)
    }
    let beside = files.first { $0.name == file.name && $0.folder == folder }
    let namesakes = files.filter { $0.name == file.name && $0.length != file.length }
    let suspect = beside ?? (others + namesakes).first { hasBlock(of: file, $0) }
    guard let suspect else { return PieceLocation(file: file, state: .missing, copies: []) }
    return PieceLocation(
      file: file, state: .suspect(suspect),
      copies: [suspect] + others.filter { $0.path != suspect.path })
  }

  /// Files of the right length, the right name and the right folder first.
  private func candidates(
    _ file: Waybill.File, near folder: FilePath
  ) -> [MediumScan.File] {
    func rank(_ candidate: MediumScan.File) -> Int {
      (candidate.name == file.name ? 0 : 1) + (candidate.folder == folder ? 0 : 2)
    }
    return (filesByLength[file.length] ?? []).enumerated()
      .sorted { (rank($0.element), $0.offset) < (rank($1.element), $1.offset) }
      .map(\.element)
  }

  /// Those whose first block is right.
  private mutating func copies(
    of file: Waybill.File, near folder: FilePath
  ) -> [MediumScan.File] {
    var copies: [MediumScan.File] = []
    for candidate in candidates(file, near: folder)
    where firstBlock(of: candidate) == file.blocks.first { copies.append(candidate) }
    return copies
  }

  /// Whether one of a few blocks behind the first is right: what is left of a damaged piece under any name.
  private func hasBlock(of file: Waybill.File, _ candidate: MediumScan.File) -> Bool {
    guard file.blocks.count > 1 else { return false }
    guard let source = try? candidate.open() else { return false }  // unread, it is no copy
    let buffer = StreamBuffer(count: Int(blockSize))
    let step = max(1, (file.blocks.count - 1) / 8)
    return stride(from: file.blocks.count - 1, to: 0, by: -step).contains { block in
      let place = BlockPlace(file: file, block: block, blockSize: blockSize)
      let bytes = UnsafeMutableRawBufferPointer(rebasing: buffer.bytes[..<place.length])
      return place.defect(of: source, in: bytes) == nil
    }
  }

  /// Nil when it cannot be read: then it is no copy of anything.
  private mutating func firstBlock(of file: MediumScan.File) -> Digest? {
    if let known = digests[file.path] { return known }
    let digest = try? file.open().prefix(Int(min(blockSize, file.length)))  // see above
    digests[file.path] = .some(digest.map { .sha256($0) })
    return digests[file.path] ?? nil
  }
}

/// A file of a medium that is opened for each read: many may be offered and none asked for.
private struct ClosedFile: ByteSource {
  let file: MediumScan.File

  init(_ file: MediumScan.File) { self.file = file }

  var name: String { file.path.text }
  var length: Int64 { file.length }

  func read(
    at offset: Int64, into buffer: UnsafeMutableRawBufferPointer
  ) throws(Refusal) -> Int { try file.open().read(at: offset, into: buffer) }
}
