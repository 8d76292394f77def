// SPDX-License-Identifier: Apache-2.0
package import Intents
import Trust

/// Walks index and volumes in step and hands out the plain pieces of every frame, each checked.
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
    package fileprivate(set) var extra: [String] = []
    package fileprivate(set) var extraCount = 0
  }

  private let index: IndexReader
  private let decoder: FrameDecoder
  private var ahead: IndexEntry?
  private var isAtEnd = false
  private var stored: [UInt8] = []

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
    volume: Int, from stream: any ByteStream, wants: (IndexEntry) -> Bool = { _ in true },
    _ take: (IndexEntry.Piece, UnsafeRawBufferPointer) throws(Refusal) -> Void
  ) throws(Refusal) -> VolumeReport {
    let tar = try TarReader(stream, rules: .volume)
    var report = VolumeReport()
    while let next = try peek(), next.volume < volume { ahead = nil }
    while let entry = try tar.next() {
      guard let frame = try peek(), frame.volume == volume, frame.offset <= entry.offset else {
        report.extraCount += 1
        if report.extra.count < 100 { report.extra.append(entry.name) }
        continue
      }
      guard frame.offset == entry.offset else { throw missing(frame) }
      ahead = nil
      guard entry.name == frame.entryName, entry.size == frame.length else {
        throw Refusal(
          BundleReason.frameDamaged, "volume \(volume), byte \(entry.offset)",
          seen: "\(entry.name) of \(entry.size) bytes",
          expected: "\(frame.entryName) of \(frame.length)")
      }
      guard wants(frame) else { continue }
      try withStored(frame) { (buffer) throws(Refusal) in
        try tar.read(into: buffer)
        try decode(frame, UnsafeRawBufferPointer(buffer), take)
      }
    }
    if let frame = try peek(), frame.volume == volume { throw missing(frame) }
    return report
  }

  /// Reads what is left of the index, so that its end and its rules are checked too.
  ///
  /// - Returns: how many frames it lists of volumes that were not read.
  @discardableResult
  package func finish() throws(Refusal) -> Int {
    var rest = 0
    while try peek() != nil {
      rest += 1
      ahead = nil
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
    while let frame = try peek(), frame.volume <= volume {
      ahead = nil
      guard frame.volume == volume, wants(frame) else { continue }
      let isThere = try withStored(frame) { (buffer) throws(Refusal) in
        guard try blocks.read(at: frame.offset, into: buffer) else { return false }
        try decode(frame, UnsafeRawBufferPointer(buffer), take)
        return true
      }
      if !isThere { lost.append(frame) }
    }
    return lost
  }

  /// Lends memory of the frame's stored length.
  private func withStored<Value>(
    _ frame: IndexEntry, _ body: (UnsafeMutableRawBufferPointer) throws(Refusal) -> Value
  ) throws(Refusal) -> Value {
    let count = Int(frame.length)
    if stored.count < count { stored = [UInt8](repeating: 0, count: count) }
    return try stored.withMutableBytes { (buffer) throws(Refusal) in
      try body(UnsafeMutableRawBufferPointer(rebasing: buffer[..<count]))
    }
  }

  /// Checks the stored bytes of a frame and hands out its pieces.
  private func decode(
    _ frame: IndexEntry, _ bytes: UnsafeRawBufferPointer,
    _ take: (IndexEntry.Piece, UnsafeRawBufferPointer) throws(Refusal) -> Void
  ) throws(Refusal) {
    let name = "frame \(frame.frame)"
    let digest = Digest.sha256(bytes)
    guard digest == frame.frame else {
      throw Refusal(
        BundleReason.frameDamaged, name, seen: digest.hex, expected: frame.frame.hex)
    }
    try decoder.decode(
      bytes, frame.encoding, plain: frame.plain, named: name
    ) { (plain) throws(Refusal) in
      for piece in frame.pieces {
        // The index reader has checked that pieces lie inside the plain bytes.
        let range = Int(piece.at)..<Int(piece.at + piece.length)
        try take(piece, UnsafeRawBufferPointer(rebasing: plain[range]))
      }
    }
  }

  private func peek() throws(Refusal) -> IndexEntry? {
    if ahead == nil, !isAtEnd {
      ahead = try index.next()
      isAtEnd = ahead == nil
    }
    return ahead
  }

  private func missing(_ frame: IndexEntry) -> Refusal {
    Refusal(
      BundleReason.frameMissing, "volume \(frame.volume), byte \(frame.offset)",
      seen: "no frame", expected: frame.entryName)
  }
}
