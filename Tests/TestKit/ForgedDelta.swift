// SPDX-License-Identifier: Apache-2.0
import Bundles
import Intents
import Trust

/// Frames against references, made by hand: their bytes depend on no version of libzstd.
package enum ForgedDelta {
  /// `copied` bytes over the reference, `literal` bytes, then a seek.
  package typealias Operation = (copied: Int, literal: Int, seek: Int)

  /// An additive delta of `plain` against all of `reference` (FORMAT.md, 7). Whatever the operations say is written,
  /// also what no reader may take.
  package static func additive(
    _ plain: [UInt8], against reference: [UInt8], _ operations: [Operation]
  ) -> ForgedFrame {
    var (at, cursor) = (0, 0)
    var (differences, literals): ([UInt8], [UInt8]) = ([], [])
    for operation in operations {
      for offset in 0..<operation.copied where at + offset < plain.count {
        let old = cursor + offset < reference.count ? reference[cursor + offset] : 0
        differences.append(plain[at + offset] &- old)
      }
      at += operation.copied
      literals += plain.dropFirst(at).prefix(operation.literal)
      at += operation.literal
      cursor += operation.copied + operation.seek
    }
    let control =
      number(operations.count) + operations.flatMap { number($0.copied) }
      + operations.flatMap { number($0.literal) }
      + operations.flatMap { number($0.seek << 1 ^ $0.seek >> 63) }
    return ForgedFrame(
      .additive(window: 10, whole(reference)),
      stored: stored(control) + stored(differences) + stored(literals), plain: Int64(plain.count),
      pieces: [piece(of: plain)])
  }

  /// The first `count` bytes of `reference` (259 to 514), then `tail` (up to 31 bytes): one sequence of a compressed
  /// block (RFC 8878, 3.1.1.3.2) whose match lies in the reference.
  package static func reference(
    _ count: Int, of reference: [UInt8], tail: [UInt8]
  ) -> ForgedFrame {
    let plain = Array(reference.prefix(count)) + tail
    let range = FrameReference(
      file: .sha256(reference), from: 0, length: Int64(count), of: Int64(reference.count))
    // Literals as they are; one sequence, its three codes given once each; its bits, offset first, behind a 1.
    let offset = count + 3
    let bits = 1 << 16 | (offset - 256) << 8 | (count - 259)
    let block: [UInt8] =
      [UInt8(tail.count << 3)] + tail + [1, 0x54, 0, 8, 44]
      + [UInt8(bits & 255), UInt8(bits >> 8 & 255), UInt8(bits >> 16)]
    let header = block.count << 3 | 2 << 1 | 1
    return ForgedFrame(
      .reference(window: 10, range),
      stored: [0x28, 0xb5, 0x2f, 0xfd, 0x40, 0]
        + [UInt8((plain.count - 256) & 255), UInt8((plain.count - 256) >> 8)]
        + [UInt8(header & 255), UInt8(header >> 8 & 255), UInt8(header >> 16)] + block,
      plain: Int64(plain.count), pieces: [piece(of: plain)])
  }

  /// A Zstandard frame of one raw block.
  package static func stored(_ bytes: [UInt8]) -> [UInt8] {
    let size = UInt32(bytes.count)
    let header = bytes.count << 3 | 1
    return [0x28, 0xb5, 0x2f, 0xfd, 0xa0] + (0..<4).map { UInt8(size >> (8 * $0) & 255) }
      + [UInt8(header & 255), UInt8(header >> 8 & 255), UInt8(header >> 16)] + bytes
  }

  package static func number(_ value: Int) -> [UInt8] {
    var bytes: [UInt8] = []
    var rest = UInt64(bitPattern: Int64(value))
    while rest >= 128 {
      bytes.append(UInt8(rest & 127) | 128)
      rest >>= 7
    }
    return bytes + [UInt8(rest)]
  }

  private static func whole(_ bytes: [UInt8]) -> FrameReference {
    let count = Int64(bytes.count)
    return FrameReference(file: .sha256(bytes), from: 0, length: count, of: count)
  }

  private static func piece(of plain: [UInt8]) -> IndexEntry.Piece {
    let count = Int64(plain.count)
    return IndexEntry.Piece(at: 0, file: .sha256(plain), from: 0, length: count, of: count)
  }
}
