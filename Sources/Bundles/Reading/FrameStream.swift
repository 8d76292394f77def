// SPDX-License-Identifier: Apache-2.0
package import Intents
import Trust

/// Walks index and volumes in step and hands out the plain pieces of every frame, each checked. Frames against
/// references are for who has the references: `open` gives them stored.
///
///     let frames = try FrameStream(index: index)
///     for (number, stream) in volumes {
///       let report = try frames.read(volume: number, from: stream) { piece, bytes in … }
///     }
///     try frames.finish()
package final class FrameStream {
  /// What one volume held besides the frames that were handed out.
  package struct VolumeReport: Sendable {
    /// Entries that the index does not list: ignored (H04). At most 100 are named.
    package private(set) var extra: [String] = []
    package private(set) var extraCount = 0

    mutating func note(_ name: String) {
      extraCount += 1
      if extra.count < 100 { extra.append(name) }
    }
  }

  private let index: IndexReader
  private let decoder: FrameDecoder
  private var ahead: IndexEntry?
  private var isAtEnd = false

  package init(index: IndexReader) throws(Refusal) {
    self.index = index
    decoder = try FrameDecoder()
  }

  /// Reads one volume; volumes come in ascending order, and one that is left out is skipped in the index.
  ///
  /// - Parameters:
  ///   - stream: verified bytes of the volume.
  ///   - wants: whether a frame is needed; of others nothing is decoded.
  ///   - take: gets each piece with its bytes, which are gone when it returns.
  /// - Throws: `frameMissing` (20), `frameDamaged` (10), and what stream, archive and decoder throw.
  package func read(
    volume: Int, from stream: any ByteStream,
    wants: @escaping (IndexEntry) -> Bool = { _ in true },
    _ take: (IndexEntry.Piece, UnsafeRawBufferPointer) throws(Refusal) -> Void
  ) throws(Refusal) -> VolumeReport {
    let frames = try open(volume: volume, from: stream, wants: wants)
    var memory = ScratchMemory()
    var buffer = UnsafeMutableRawBufferPointer(start: nil, count: 0)
    while let entry = try frames.next({ count in
      buffer = memory.lend(count)
      return buffer
    }) {
      try decode(entry, UnsafeRawBufferPointer(buffer), take)
    }
    return frames.report
  }

  /// The frames of one volume with their stored bytes, for who decodes them elsewhere. In place of `read`.
  package func open(
    volume: Int, from stream: any ByteStream, wants: @escaping (IndexEntry) -> Bool
  ) throws(Refusal) -> VolumeFrames {
    try VolumeFrames(self, volume: volume, from: stream, wants: wants)
  }

  /// Reads what is left of the index, so that its end and its rules are checked too.
  ///
  /// - Returns: how many frames it lists of volumes that were not read.
  @discardableResult
  package func finish() throws(Refusal) -> Int {
    var rest = 0
    while try peek() != nil {
      rest += 1
      pass()
    }
    return rest
  }

  /// Hands out what can be had of a volume with bad blocks, going by the index alone (M07): frames whose
  /// blocks are all right. In place of `read` for that volume.
  ///
  /// - Returns: the wanted frames that are lost.
  /// - Throws: `frameDamaged` (10) and what decoder and `take` throw.
  package func salvage(
    volume: Int, from blocks: VerifiedRanges, wants: (IndexEntry) -> Bool = { _ in true },
    _ take: (IndexEntry.Piece, UnsafeRawBufferPointer) throws(Refusal) -> Void
  ) throws(Refusal) -> [IndexEntry] {
    var lost: [IndexEntry] = []
    var memory = ScratchMemory()
    while let frame = try peek(), frame.volume <= volume {
      pass()
      guard frame.volume == volume, wants(frame) else { continue }
      let buffer = memory.lend(Int(frame.length))
      guard try blocks.read(at: frame.offset, into: buffer) else {
        lost.append(frame)
        continue
      }
      try decode(frame, UnsafeRawBufferPointer(buffer), take)
    }
    return lost
  }

  /// Checks the stored bytes of a frame and hands out its pieces.
  private func decode(
    _ frame: IndexEntry, _ bytes: UnsafeRawBufferPointer,
    _ take: (IndexEntry.Piece, UnsafeRawBufferPointer) throws(Refusal) -> Void
  ) throws(Refusal) {
    guard let reference = frame.encoding.reference else {
      return try frame.decode(bytes, with: decoder, reference: nil, take)
    }
    throw Refusal(
      BundleReason.frameDamaged, "frame \(frame.frame)",
      seen: "a reference to file \(reference.file)", expected: "a frame that stands alone")
  }

  /// The frame of the index that comes next.
  func peek() throws(Refusal) -> IndexEntry? {
    if ahead == nil, !isAtEnd {
      ahead = try index.next()
      isAtEnd = ahead == nil
    }
    return ahead
  }

  /// Goes on behind the frame that `peek` gave.
  func pass() { ahead = nil }
}
