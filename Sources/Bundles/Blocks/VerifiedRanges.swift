// SPDX-License-Identifier: Apache-2.0
package import Intents

/// Verified bytes of a file of a bundle at any place, as far as some copy has its blocks right. Holds one block.
package final class VerifiedRanges {
  private let copies: [any ByteSource]
  private let file: Waybill.File
  private let blockSize: Int64
  private let buffer: StreamBuffer
  /// The block in `buffer`, and blocks known to be bad.
  private var held: Int?
  private var bad: Set<Int> = []

  /// - Parameter copies: of any length, the likeliest first.
  package init(copies: [any ByteSource], as file: Waybill.File, blockSize: Int64) {
    self.copies = copies
    self.file = file
    self.blockSize = blockSize
    buffer = StreamBuffer(count: Int(min(blockSize, file.length)))
  }

  /// Fills `target` from `offset` on.
  ///
  /// - Returns: false when a block of it is lost in every copy; `target` then holds nothing of use.
  /// - Throws: `pieceShort` (20) for a range that is not inside the file.
  package func read(
    at offset: Int64, into target: UnsafeMutableRawBufferPointer
  ) throws(Refusal) -> Bool {
    guard offset >= 0, Int64(target.count) <= file.length,
      offset <= file.length - Int64(target.count)
    else {
      throw Refusal(
        BundleReason.pieceShort, file.name, seen: "\(file.length) bytes",
        expected: "\(target.count) bytes from \(offset) on")
    }
    var filled = 0
    while filled < target.count {
      let position = offset + Int64(filled)
      let block = Int(position / blockSize)
      guard hold(block) else { return false }
      let start = Int(position % blockSize)
      let length = BlockPlace(file: file, block: block, blockSize: blockSize).length
      let count = min(length - start, target.count - filled)
      UnsafeMutableRawBufferPointer(rebasing: target[filled...])
        .copyMemory(from: UnsafeRawBufferPointer(rebasing: buffer.bytes[start..<start + count]))
      filled += count
    }
    return true
  }

  private func hold(_ block: Int) -> Bool {
    if held == block { return true }
    if bad.contains(block) { return false }
    let place = BlockPlace(file: file, block: block, blockSize: blockSize)
    let bytes = UnsafeMutableRawBufferPointer(rebasing: buffer.bytes[..<place.length])
    held = nil
    guard place.defect(of: copies, in: bytes) == nil else {
      bad.insert(block)
      return false
    }
    held = block
    return true
  }
}
