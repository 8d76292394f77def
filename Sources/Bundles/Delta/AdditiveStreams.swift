// SPDX-License-Identifier: Apache-2.0
private import CZstd
package import Intents

/// The three Zstandard frames of a stored `zstd-add` frame (FORMAT.md, 7), told apart by their own lengths.
package struct AdditiveStreams {
  struct Stream {
    let stored: UnsafeRawBufferPointer
    let frame: ZstdFrame
    let name: String
  }

  let control: Stream
  let differences: Stream
  let literals: Stream

  var all: [Stream] { [control, differences, literals] }

  /// Plain bytes that the headers promise; 0 where one does not say.
  package var contentSizes: (differences: Int64, literals: Int64) {
    (differences.frame.contentSize ?? 0, literals.frame.contentSize ?? 0)
  }

  /// - Throws: `frameDamaged` (10) for less or more than three whole frames, `frameForbidden` (22) for a skippable one.
  package init(_ stored: UnsafeRawBufferPointer, named name: String) throws(Refusal) {
    var rest = stored
    control = try AdditiveStreams.next(&rest, "\(name), control")
    differences = try AdditiveStreams.next(&rest, "\(name), differences")
    literals = try AdditiveStreams.next(&rest, "\(name), literals")
    guard rest.isEmpty else {
      throw Refusal(
        BundleReason.frameForbidden, name, seen: "\(rest.count) bytes behind the third stream",
        expected: "none")
    }
  }

  private static func next(
    _ rest: inout UnsafeRawBufferPointer, _ name: String
  ) throws(Refusal) -> Stream {
    let frame = try ZstdFrame(rest, named: name)
    let length = ZSTD_findFrameCompressedSize(rest.baseAddress, rest.count)
    guard ZSTD_isError(length) == 0 else {
      throw Refusal(
        BundleReason.frameDamaged, name, seen: String(cString: ZSTD_getErrorName(length)),
        expected: "a whole frame")
    }
    let stored = UnsafeRawBufferPointer(rebasing: rest[..<length])
    rest = UnsafeRawBufferPointer(rebasing: rest[length...])
    return Stream(stored: stored, frame: frame, name: name)
  }
}
