// SPDX-License-Identifier: Apache-2.0
private import CZstd
package import Intents

/// Compresses frames, one after the other. The result depends on bytes, level and libzstd's version alone.
package final class FrameEncoder {
  private let context: OpaquePointer
  private let level: Int
  private var buffer: [UInt8] = []

  /// - Parameter level: of Zstandard; 3 is a good trade for a stick.
  package init(level: Int = 3) throws(Refusal) {
    guard let context = ZSTD_createCCtx() else {
      throw Refusal(
        BundleReason.libraryFailed, "zstd", seen: "no memory for a context", expected: "a context")
    }
    self.context = context
    self.level = level
    try set(ZSTD_c_compressionLevel, level)
    try set(ZSTD_c_contentSizeFlag, 1)
    try set(ZSTD_c_checksumFlag, 0)  // every frame has a SHA-256
    try set(ZSTD_c_dictIDFlag, 0)
    try set(ZSTD_c_nbWorkers, 0)
  }

  deinit { ZSTD_freeCCtx(context) }

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
    let room = ZSTD_compressBound(plain.count)
    if buffer.count < room { buffer = [UInt8](repeating: 0, count: room) }
    let context = context
    return try buffer.withMutableBytes { (buffer) throws(Refusal) in
      let count = ZSTD_compress2(
        context, buffer.baseAddress, buffer.count, plain.baseAddress, plain.count)
      try ZstdError.check(count)
      guard (plain.count - count) * 64 >= plain.count else { return try body(.raw, plain) }
      let stored = UnsafeRawBufferPointer(rebasing: buffer[..<count])
      let header = try ZstdFrame(stored, named: "frame")
      return try body(.zstd(window: header.windowLog), stored)
    }
  }

  private func set(_ parameter: ZSTD_cParameter, _ value: Int) throws(Refusal) {
    try ZstdError.check(ZSTD_CCtx_setParameter(context, parameter, CInt(value)))
  }
}
