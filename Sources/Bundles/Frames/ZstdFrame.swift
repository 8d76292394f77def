// SPDX-License-Identifier: Apache-2.0
private import CZstd
package import Intents

/// What the header of a Zstandard frame says (RFC 8878, 3.1.1), read without decoding anything.
package struct ZstdFrame {
  /// log2 of the window that a decoder must allow, rounded up.
  package let windowLog: Int
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

extension ZstdFrame {
  /// Checks that `stored` is one whole frame of this form and nothing else.
  ///
  /// - Throws: `frameForbidden` (22) for a window, a dictionary or bytes behind it; `frameDamaged` (10) for another
  ///   length.
  func check(
    _ stored: UnsafeRawBufferPointer, plain: Int, window: Int, _ name: String
  ) throws(Refusal) {
    try checkForm(window: window, name)
    guard contentSize == Int64(plain) else {
      let size = contentSize.map { "content size \($0)" } ?? "no content size"
      throw Refusal(
        BundleReason.frameDamaged, name, seen: size, expected: "content size \(plain)")
    }
    let length = ZSTD_findFrameCompressedSize(stored.baseAddress, stored.count)
    guard ZSTD_isError(length) == 0 else {
      throw Refusal(
        BundleReason.frameDamaged, name, seen: String(cString: ZSTD_getErrorName(length)),
        expected: "a whole frame")
    }
    guard length == stored.count else {
      throw forbidden(name, "\(stored.count - length) bytes behind the frame", "none")
    }
  }

  /// Checks what the header asks for.
  func checkForm(window: Int, _ name: String) throws(Refusal) {
    guard windowLog <= min(window, BundleLimits.referenceWindows.upperBound) else {
      throw forbidden(name, "a window of 2^\(windowLog)", "at most 2^\(window)")
    }
    guard dictionary == 0 else {
      throw forbidden(name, "dictionary \(dictionary)", "no dictionary")
    }
  }

  private func forbidden(_ name: String, _ seen: String, _ expected: String) -> Refusal {
    Refusal(BundleReason.frameForbidden, name, seen: seen, expected: expected)
  }
}

extension AdditiveStreams.Stream {
  /// Plain bytes that the header promises.
  func length(upTo most: Int) throws(Refusal) -> Int {
    guard let size = frame.contentSize, size <= Int64(most) else {
      throw Refusal(
        BundleReason.frameDamaged, name,
        seen: frame.contentSize.map { "content size \($0)" } ?? "no content size",
        expected: "at most \(most)")
    }
    return Int(size)
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
