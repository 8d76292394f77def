// SPDX-License-Identifier: Apache-2.0
private import CZstd
import Intents

/// Decompresses one Zstandard frame in one step from memory to memory; the context is used again and again.
final class ZstdDecompressor {
  private let context: OpaquePointer

  init() throws(Refusal) {
    guard let context = ZSTD_createDCtx() else {
      throw Refusal(
        BundleReason.libraryFailed, "zstd", seen: "no memory for a context", expected: "a context")
    }
    self.context = context
  }

  deinit { ZSTD_freeDCtx(context) }

  /// Fills `target` exactly.
  ///
  /// - Parameter prefix: bytes before the first one that the frame was compressed after.
  /// - Throws: `frameDamaged` (10) with libzstd's own text, or when the frame has more or fewer bytes.
  func decompress(
    _ stored: UnsafeRawBufferPointer, after prefix: UnsafeRawBufferPointer? = nil,
    into target: UnsafeMutableRawBufferPointer, named name: String
  ) throws(Refusal) {
    try ZstdError.check(ZSTD_DCtx_reset(context, ZSTD_reset_session_and_parameters))
    if let prefix, !prefix.isEmpty {
      try ZstdError.check(ZSTD_DCtx_refPrefix(context, prefix.baseAddress, prefix.count))
    }
    let result = ZSTD_decompressDCtx(
      context, target.baseAddress, target.count, stored.baseAddress, stored.count)
    guard ZSTD_isError(result) == 0 else {
      throw Refusal(
        BundleReason.frameDamaged, name, seen: String(cString: ZSTD_getErrorName(result)),
        expected: "\(target.count) plain bytes")
    }
    guard result == target.count else {
      throw Refusal(
        BundleReason.frameDamaged, name, seen: "\(result) plain bytes",
        expected: "\(target.count)")
    }
  }
}
