// SPDX-License-Identifier: Apache-2.0
package import Intents

/// The wanted frames of one volume, one after the other, with their stored bytes. Walks index and archive in step.
package final class VolumeFrames {
  private let frames: FrameStream
  private let volume: Int
  private let tar: TarReader
  private let wants: (IndexEntry) -> Bool
  /// What else the archive holds.
  package private(set) var report = FrameStream.VolumeReport()

  init(
    _ frames: FrameStream, volume: Int, from stream: any ByteStream,
    wants: @escaping (IndexEntry) -> Bool
  ) throws(Refusal) {
    self.frames = frames
    self.volume = volume
    self.wants = wants
    tar = try TarReader(stream, rules: .volume)
    while let next = try frames.peek(), next.volume < volume { frames.pass() }
  }

  /// The next wanted frame, its stored bytes in what `lend` gives for their count; nil at the end.
  ///
  /// - Throws: `frameMissing` (20), `frameDamaged` (10), and what stream and archive throw.
  package func next(
    _ lend: (Int) -> UnsafeMutableRawBufferPointer
  ) throws(Refusal) -> IndexEntry? {
    while let entry = try tar.next() {
      guard let frame = try frames.peek(), frame.volume == volume, frame.offset <= entry.offset
      else {
        report.note(entry.name)
        continue
      }
      guard frame.offset == entry.offset else { throw missing(frame) }
      frames.pass()
      guard entry.name == frame.entryName, entry.size == frame.length else {
        throw Refusal(
          BundleReason.frameDamaged, "volume \(volume), byte \(entry.offset)",
          seen: "\(entry.name) of \(entry.size) bytes",
          expected: "\(frame.entryName) of \(frame.length)")
      }
      guard wants(frame) else { continue }
      try tar.read(into: lend(Int(frame.length)))
      return frame
    }
    if let frame = try frames.peek(), frame.volume == volume { throw missing(frame) }
    return nil
  }

  private func missing(_ frame: IndexEntry) -> Refusal {
    Refusal(
      BundleReason.frameMissing, "volume \(frame.volume), byte \(frame.offset)",
      seen: "no frame", expected: frame.entryName)
  }
}
