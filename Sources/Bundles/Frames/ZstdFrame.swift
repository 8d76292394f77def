// SPDX-License-Identifier: Apache-2.0
private import CZstd
package import Intents

/// What the header of a Zstandard frame says (RFC 8878, 3.1.1), read without decoding anything.
package struct ZstdFrame {
  /// log2 of the window that a decoder must allow, rounded up.
  let windowLog: Int
  /// Plain bytes; nil when the header does not say.
  package let contentSize: Int64?
  let dictionary: UInt32

  /// - Throws: `frameForbidden` (22) for a skippable frame, `frameDamaged` (10) for what is no frame at all.
  package init(_ stored: UnsafeRawBufferPointer, named name: String) throws(Refusal) {
    var header = ZSTD_frameHeader()
    let result = ZSTD_getFrameHeader(&header, stored.baseAddress, stored.count)
    guard ZSTD_isError(result) == 0 else {
      throw Refusal(
        BundleReason.frameDamaged, name, seen: String(cString: ZSTD_getErrorName(result)),
        expected: "a Zstandard frame")
    }
    guard result == 0 else {
      throw Refusal(
        BundleReason.frameDamaged, name, seen: "\(stored.count) bytes",
        expected: "a Zstandard frame")
    }
    guard header.frameType == ZSTD_frame else {
      throw Refusal(
        BundleReason.frameForbidden, name, seen: "a skippable frame", expected: "one plain frame")
    }
    contentSize = Int64(exactly: header.frameContentSize)  // "unknown" is 2^64 - 1
    dictionary = UInt32(header.dictID)
    let window = max(header.windowSize, 1)
    windowLog = max(
      UInt64.bitWidth - (window - 1).leadingZeroBitCount, BundleLimits.zstdWindows.lowerBound)
  }
}

/// Return values of libzstd.
enum ZstdError {
  /// Turns an error code into a refusal with libzstd's own text.
  static func check(_ result: Int) throws(Refusal) {
    guard ZSTD_isError(result) == 0 else {
      throw Refusal(
        BundleReason.libraryFailed, "zstd", seen: String(cString: ZSTD_getErrorName(result)),
        expected: "no error")
    }
  }
}
