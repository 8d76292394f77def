// SPDX-License-Identifier: Apache-2.0
import Intents
import Trust

/// Hashes a file of a bundle while it is written: the whole and each block, in one pass.
package struct BlockHasher: Sendable {
  private let blockSize: Int
  private var whole = SHA256Stream()
  private var block = SHA256Stream()
  private var inBlock = 0
  private var blocks: [Digest] = []
  /// Bytes so far.
  package private(set) var length: Int64 = 0

  /// - Parameter blockSize: bytes, above 0.
  package init(blockSize: Int64) {
    precondition(blockSize > 0, "a block has bytes")
    self.blockSize = Int(blockSize)
  }

  /// Takes the next bytes of the file.
  package mutating func update(_ bytes: UnsafeRawBufferPointer) {
    whole.update(bytes)
    length += Int64(bytes.count)
    var rest = bytes
    while !rest.isEmpty {
      let part = UnsafeRawBufferPointer(rebasing: rest.prefix(blockSize - inBlock))
      block.update(part)
      inBlock += part.count
      if inBlock == blockSize { closeBlock() }
      rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(part.count))
    }
  }

  /// What the waybill lists for the file; nothing may be added afterwards.
  package mutating func finish(name: String) -> Waybill.File {
    if inBlock > 0 { closeBlock() }
    return Waybill.File(name: name, length: length, sha256: whole.finalize(), blocks: blocks)
  }

  private mutating func closeBlock() {
    blocks.append(block.finalize())
    block = SHA256Stream()
    inBlock = 0
  }
}
