// SPDX-License-Identifier: Apache-2.0
private import CZstd
package import Intents

/// Decodes frames, one after the other, each in one step into memory of exactly its plain length. The stored
/// bytes must be verified before they come here.
package final class FrameDecoder {
  private let context: OpaquePointer
  private var buffer: [UInt8] = []

  package init() throws(Refusal) {
    guard let context = ZSTD_createDCtx() else {
      throw Refusal(
        BundleReason.libraryFailed, "zstd", seen: "no memory for a context", expected: "a context")
    }
    self.context = context
  }

  deinit { ZSTD_freeDCtx(context) }

  /// Hands the plain bytes of a frame to `body`.
  ///
  /// - Parameters:
  ///   - plain: length that the index lists, 1 to `BundleLimits.framePlain`.
  ///   - name: what the frame is, for refusals.
  ///   - body: gets memory that is gone when it returns.
  /// - Throws: `frameForbidden` (22) for a window, dictionary, skippable or second frame; `frameDamaged` (10)
  ///   when the bytes are not that frame.
  package func decode<Value>(
    _ stored: UnsafeRawBufferPointer, _ encoding: FrameEncoding, plain: Int64, named name: String,
    _ body: (UnsafeRawBufferPointer) throws(Refusal) -> Value
  ) throws(Refusal) -> Value {
    guard (1...BundleLimits.framePlain).contains(plain) else {
      throw Refusal(
        BundleReason.valueAboveLimit, name, seen: "\(plain) plain bytes",
        expected: "1 to \(BundleLimits.framePlain)")
    }
    switch encoding {
    case .raw:
      guard stored.count == Int(plain) else {
        throw damaged(name, "\(stored.count) bytes", "\(plain)")
      }
      return try body(stored)
    case .zstd(let window):
      try check(stored, window: window, plain: plain, named: name)
      let count = Int(plain)
      if buffer.count < count { buffer = [UInt8](repeating: 0, count: count) }
      let context = context
      return try buffer.withMutableBytes { (buffer) throws(Refusal) in
        let result = ZSTD_decompressDCtx(
          context, buffer.baseAddress, count, stored.baseAddress, stored.count)
        guard ZSTD_isError(result) == 0 else {
          throw damaged(name, String(cString: ZSTD_getErrorName(result)), "\(count) plain bytes")
        }
        guard result == count else { throw damaged(name, "\(result) plain bytes", "\(count)") }
        return try body(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
      }
    }
  }

  private func check(
    _ stored: UnsafeRawBufferPointer, window: Int, plain: Int64, named name: String
  ) throws(Refusal) {
    let frame = try ZstdFrame(stored, named: name)
    guard frame.windowLog <= min(window, BundleLimits.zstdWindows.upperBound) else {
      throw forbidden(name, "a window of 2^\(frame.windowLog)", "at most 2^\(window)")
    }
    guard frame.dictionary == 0 else {
      throw forbidden(name, "dictionary \(frame.dictionary)", "no dictionary")
    }
    guard frame.contentSize == plain else {
      let size = frame.contentSize.map { "content size \($0)" } ?? "no content size"
      throw damaged(name, size, "content size \(plain)")
    }
    let length = ZSTD_findFrameCompressedSize(stored.baseAddress, stored.count)
    guard ZSTD_isError(length) == 0 else {
      throw damaged(name, String(cString: ZSTD_getErrorName(length)), "a whole frame")
    }
    guard length == stored.count else {
      throw forbidden(name, "\(stored.count - length) bytes behind the frame", "none")
    }
  }

  private func damaged(_ name: String, _ seen: String, _ expected: String) -> Refusal {
    Refusal(BundleReason.frameDamaged, name, seen: seen, expected: expected)
  }

  private func forbidden(_ name: String, _ seen: String, _ expected: String) -> Refusal {
    Refusal(BundleReason.frameForbidden, name, seen: seen, expected: expected)
  }
}
