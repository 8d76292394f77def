// SPDX-License-Identifier: Apache-2.0
package import Intents
import Trust

/// A frame as it lies in a volume, in memory of its own, so that another thread can decode it.
package final class StoredFrame: @unchecked Sendable {
  // Unchecked: the memory is filled before the frame is handed on, and only read afterwards.

  package let entry: IndexEntry
  private let memory: StreamBuffer

  /// The next wanted frame of a volume; nil at its end.
  package init?(from frames: VolumeFrames) throws(Refusal) {
    var memory = StreamBuffer(count: 0)
    let entry = try frames.next { count in
      memory = StreamBuffer(count: count)
      return memory.bytes
    }
    guard let entry else { return nil }
    self.entry = entry
    self.memory = memory
  }

  /// Checks the stored bytes, decodes them and hands out the pieces.
  ///
  /// - Parameter reference: the range that the encoding names, verified.
  package func decode(
    with decoder: FrameDecoder, reference: UnsafeRawBufferPointer?,
    _ take: (IndexEntry.Piece, UnsafeRawBufferPointer) throws(Refusal) -> Void
  ) throws(Refusal) {
    try entry.decode(
      UnsafeRawBufferPointer(memory.bytes), with: decoder, reference: reference, take)
  }

  /// Bytes that decoding it takes besides the reference.
  package var footprint: Int { Int(entry.length + 2 * entry.plain) }
}

extension IndexEntry {
  /// Checks stored bytes against the index, decodes them and hands out the pieces.
  func decode(
    _ bytes: UnsafeRawBufferPointer, with decoder: FrameDecoder,
    reference: UnsafeRawBufferPointer?,
    _ take: (Piece, UnsafeRawBufferPointer) throws(Refusal) -> Void
  ) throws(Refusal) {
    let name = "frame \(frame)"
    let digest = Digest.sha256(bytes)
    guard digest == frame else {
      throw Refusal(BundleReason.frameDamaged, name, seen: digest.hex, expected: frame.hex)
    }
    let pieces = pieces
    try decoder.decode(bytes, encoding, plain: plain, reference: reference, named: name) {
      (plain) throws(Refusal) in
      for piece in pieces {
        // The index reader has checked that pieces lie inside the plain bytes.
        let range = Int(piece.at)..<Int(piece.at + piece.length)
        try take(piece, UnsafeRawBufferPointer(rebasing: plain[range]))
      }
    }
  }
}
