// SPDX-License-Identifier: Apache-2.0
package import Intents

/// Compresses frames, one after the other. The result depends on bytes, level and libzstd's version alone.
package final class FrameEncoder {
  private let zstd: ZstdCompressor
  private let level: Int
  private var buffer = ScratchMemory()

  /// - Parameter level: of Zstandard; 3 is a good trade for a stick.
  package init(level: Int = 3) throws(Refusal) {
    zstd = try ZstdCompressor()
    self.level = level
  }

  /// Hands the stored form of `plain` to `body`: `zstd` where that saves at least 1/64, else `raw`.
  ///
  /// - Parameters:
  ///   - plain: 1 to `BundleLimits.framePlain` bytes.
  ///   - body: gets memory that is gone when it returns.
  package func encode<Value>(
    _ plain: UnsafeRawBufferPointer,
    _ body: (FrameEncoding, UnsafeRawBufferPointer) throws(Refusal) -> Value
  ) throws(Refusal) -> Value {
    precondition((1...Int(BundleLimits.framePlain)).contains(plain.count), "a frame has a size")
    let buffer = buffer.lend(ZstdCompressor.bound(of: plain.count))
    guard let count = try zstd.compress(plain, level: level, into: buffer),
      (plain.count - count) * 64 >= plain.count
    else { return try body(.raw, plain) }
    let stored = UnsafeRawBufferPointer(rebasing: buffer[..<count])
    return try body(.zstd(window: try ZstdFrame(stored, named: "frame").windowLog), stored)
  }
}
