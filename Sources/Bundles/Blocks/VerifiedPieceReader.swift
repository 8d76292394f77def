// SPDX-License-Identifier: Apache-2.0
package import Intents
import Trust

/// Hands out a file of a bundle block by block: a block is read into memory, hashed and compared there, and
/// only then seen by anyone (M29: the medium may change meanwhile). Of several copies, each block is taken from
/// the first that has it right (M08).
package final class VerifiedPieceReader: ByteStream {
  private let copies: [any ByteSource]
  private let file: Waybill.File
  private let blockSize: Int64
  private let buffer: StreamBuffer
  private var block = 0

  /// - Parameters:
  ///   - source: the file on the medium, whatever it is called there.
  ///   - file: what the waybill, which must be vouched for, lists for it.
  ///   - blockSize: bytes, from the same waybill.
  /// - Throws: `pieceShort` (20) or `blockDamaged` (10) when the length differs.
  package convenience init(
    _ source: any ByteSource, as file: Waybill.File, blockSize: Int64
  ) throws(Refusal) {
    try self.init(copies: [source], as: file, blockSize: blockSize)
  }

  /// Reads from several copies, the likeliest first; one of them at least must have the right length.
  package init(
    copies: [any ByteSource], as file: Waybill.File, blockSize: Int64
  ) throws(Refusal) {
    if let first = copies.first, !copies.contains(where: { $0.length == file.length }) {
      throw Refusal(
        first.length < file.length ? BundleReason.pieceShort : .blockDamaged, file.name,
        seen: "\(first.length) bytes in \(first.name)", expected: "\(file.length)")
    }
    self.copies = copies
    self.file = file
    self.blockSize = blockSize
    buffer = StreamBuffer(count: Int(min(blockSize, file.length)))
  }

  package var name: String { file.name }

  /// The next block, verified.
  ///
  /// - Throws: `blockDamaged` (10), `pieceShort` or `mediumUnreadable` (20), naming block and offset;
  ///   `interrupted` (3).
  package func next() throws(Refusal) -> UnsafeRawBufferPointer? {
    try Interruption.check()
    guard block < file.blocks.count else { return nil }
    let place = BlockPlace(file: file, block: block, blockSize: blockSize)
    let bytes = UnsafeMutableRawBufferPointer(rebasing: buffer.bytes[..<place.length])
    if let defect = place.defect(of: copies, in: bytes) { throw defect.refusal }
    block += 1
    return UnsafeRawBufferPointer(bytes)
  }
}

/// One block of one file of a waybill.
struct BlockPlace {
  let file: Waybill.File
  let block: Int
  let offset: Int64
  /// Bytes; the last block may be short.
  let length: Int

  init(file: Waybill.File, block: Int, blockSize: Int64) {
    self.file = file
    self.block = block
    offset = Int64(block) * blockSize
    length = Int(min(blockSize, file.length - offset))
  }

  /// Reads the block from the first of `copies` that has it right; else says what is wrong with the first.
  func defect(
    of copies: [any ByteSource], in buffer: UnsafeMutableRawBufferPointer
  ) -> BlockDefect? {
    var first: BlockDefect?
    for copy in copies {
      guard let found = defect(of: copy, in: buffer) else { return nil }
      first = first ?? found
    }
    return first ?? defect(.missing, seen: "no copy")
  }

  /// Reads the block into `buffer`, which has its length, and compares; nil when it is right.
  func defect(of source: any ByteSource, in buffer: UnsafeMutableRawBufferPointer) -> BlockDefect? {
    do throws(Refusal) {
      let count = try source.fill(buffer, at: offset)
      guard count == length else { return defect(.missing, seen: "\(count) bytes") }
    } catch {
      return defect(.unreadable, seen: error.seen)
    }
    let digest = Digest.sha256(UnsafeRawBufferPointer(buffer))
    return digest == file.blocks[block] ? nil : defect(.damaged, seen: digest.hex)
  }

  private func defect(_ kind: BlockDefect.Kind, seen: String) -> BlockDefect {
    BlockDefect(
      file: file.name, block: block, offset: offset, length: Int64(length), kind: kind, seen: seen,
      expected: file.blocks[block])
  }
}
