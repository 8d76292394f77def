// SPDX-License-Identifier: Apache-2.0
package import Bundles
package import Intents
import Trust

/// A frame in memory, before it lies in a volume.
package struct ForgedFrame: Sendable {
  package var encoding: FrameEncoding
  package var stored: [UInt8]
  /// Plain bytes.
  package var plain: Int64
  package var pieces: [IndexEntry.Piece]
  /// As the entry of the volume is named; the SHA-256 of `stored` in a sound bundle.
  package var digest: Digest

  package init(
    _ encoding: FrameEncoding, stored: [UInt8], plain: Int64, pieces: [IndexEntry.Piece]
  ) {
    self.encoding = encoding
    self.stored = stored
    self.plain = plain
    self.pieces = pieces
    digest = .sha256(stored)
  }

  /// Frames of files: those of less than 256 bytes share a solid one, files of one byte over and over are
  /// compressed, others lie there as they are.
  package static func frames(of files: [[UInt8]]) -> [ForgedFrame] {
    var solid: [UInt8] = []
    var pieces: [IndexEntry.Piece] = []
    var frames: [ForgedFrame] = []
    for file in files where !file.isEmpty {
      let count = Int64(file.count)
      func piece(at offset: Int) -> IndexEntry.Piece {
        .init(at: Int64(offset), file: .sha256(file), from: 0, length: count, of: count)
      }
      if file.count < 256 {
        pieces.append(piece(at: solid.count))
        solid += file
      } else if let run = zstd(run: file) {
        frames.append(
          ForgedFrame(run.encoding, stored: run.stored, plain: count, pieces: [piece(at: 0)]))
      } else {
        frames.append(ForgedFrame(.raw, stored: file, plain: count, pieces: [piece(at: 0)]))
      }
    }
    if !solid.isEmpty {
      frames.append(
        ForgedFrame(.raw, stored: solid, plain: Int64(solid.count), pieces: pieces))
    }
    return frames
  }

  /// A Zstandard frame (RFC 8878, 3.1.1) of one RLE block, by hand: its bytes depend on no version of libzstd.
  /// Nil for anything but 256 to 65,791 times the same byte.
  static func zstd(run bytes: [UInt8]) -> (encoding: FrameEncoding, stored: [UInt8])? {
    guard let byte = bytes.first, bytes.allSatisfy({ $0 == byte }),
      (256...65_791).contains(bytes.count)
    else { return nil }
    let size = bytes.count - 256  // the two-byte content size counts from 256
    let block = bytes.count << 3 | 1 << 1 | 1  // last, RLE
    let window = max(10, Int.bitWidth - (bytes.count - 1).leadingZeroBitCount)
    return (
      .zstd(window: window),
      [0x28, 0xb5, 0x2f, 0xfd, 0x60, UInt8(size & 255), UInt8(size >> 8)]
        + [UInt8(block & 255), UInt8(block >> 8 & 255), UInt8(block >> 16), byte]
    )
  }
}
