// SPDX-License-Identifier: Apache-2.0
private import CZstd
import Intents

/// Compresses in one step from memory to memory; the context is used again and again. What comes out depends on
/// bytes, level and libzstd's version alone.
final class ZstdCompressor {
  private let context: OpaquePointer

  init() throws(Refusal) {
    guard let context = ZSTD_createCCtx() else {
      throw Refusal(
        BundleReason.libraryFailed, "zstd", seen: "no memory for a context", expected: "a context")
    }
    self.context = context
  }

  deinit { ZSTD_freeCCtx(context) }

  /// Bytes that `count` bytes compress to at worst.
  static func bound(of count: Int) -> Int { ZSTD_compressBound(count) }

  /// Writes one Zstandard frame.
  ///
  /// - Parameters:
  ///   - prefix: bytes that a decoder has before the first one; long-distance matching finds what is in them.
  /// - Returns: bytes written; nil when `target` is too small for them.
  func compress(
    _ source: UnsafeRawBufferPointer, level: Int, after prefix: UnsafeRawBufferPointer? = nil,
    into target: UnsafeMutableRawBufferPointer
  ) throws(Refusal) -> Int? {
    try ZstdError.check(ZSTD_CCtx_reset(context, ZSTD_reset_session_and_parameters))
    try set(ZSTD_c_compressionLevel, level)
    try set(ZSTD_c_contentSizeFlag, 1)
    try set(ZSTD_c_checksumFlag, 0)  // every frame has a SHA-256
    try set(ZSTD_c_dictIDFlag, 0)
    try set(ZSTD_c_nbWorkers, 0)
    if let prefix, !prefix.isEmpty {
      try set(ZSTD_c_windowLog, ZstdCompressor.windowLog(of: prefix.count + source.count))
      try set(ZSTD_c_enableLongDistanceMatching, 1)
      try ZstdError.check(ZSTD_CCtx_refPrefix(context, prefix.baseAddress, prefix.count))
    }
    let count = ZSTD_compress2(
      context, target.baseAddress, target.count, source.baseAddress, source.count)
    if ZSTD_getErrorCode(count) == ZSTD_error_dstSize_tooSmall { return nil }
    try ZstdError.check(count)
    return count
  }

  private static func windowLog(of count: Int) -> Int {
    min(
      max(Int.bitWidth - (count - 1).leadingZeroBitCount, BundleLimits.referenceWindows.lowerBound),
      BundleLimits.referenceWindows.upperBound)
  }

  private func set(_ parameter: ZSTD_cParameter, _ value: Int) throws(Refusal) {
    try ZstdError.check(ZSTD_CCtx_setParameter(context, parameter, CInt(value)))
  }
}
