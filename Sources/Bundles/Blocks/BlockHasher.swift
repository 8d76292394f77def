// SPDX-License-Identifier: Apache-2.0
package import Intents
import Trust

/// Hashes each block of a file of a bundle while it is written.
package struct BlockHasher: Sendable {
  private let blockSize: Int
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

  /// The digests that the waybill lists; nothing may be added afterwards.
  package mutating func finish() -> [Digest] {
    if inBlock > 0 { closeBlock() }
    return blocks
  }

  private mutating func closeBlock() {
    blocks.append(block.finalize())
    block = SHA256Stream()
    inBlock = 0
  }
}
