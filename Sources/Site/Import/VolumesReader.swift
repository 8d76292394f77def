// SPDX-License-Identifier: Apache-2.0
import Bundles
import Intents
import SystemPackage
import Trust

/// Brings files from the volumes of a bundle into the store: a block is verified, then the archive reader sees
/// it, then the frame is decoded, then each file is put together and its hash compared.
///
/// Every block of every volume is verified, also those of which nothing is wanted.
final class VolumesReader {
  private let waybill: Waybill
  private let index: IndexReader
  private let wanted: [Digest: Int64]
  private let writer: StoreWriter
  private let decoder: FrameDecoder
  private var next: IndexEntry?
  private var buffer: [UInt8] = []
  /// Entries of volumes that the index does not name; they are looked at no further (H04).
  private(set) var strangers: [String] = []
  /// Bytes of files that came into the store.
  private(set) var stored: Int64 = 0

  /// - Parameters:
  ///   - index: the verified index in private staging.
  ///   - wanted: the files to bring, with their lengths; others are passed over.
  init(
    _ waybill: Waybill, index: FilePath, wanted: [Digest: Int64], into store: ContentStore
  ) throws(Refusal) {
    self.waybill = waybill
    self.index = try IndexReader(try FileSource(index), volumes: waybill.volumes)
    self.wanted = wanted
    writer = try StoreWriter(store)
    decoder = try FrameDecoder()
    next = try self.index.next()
  }

  /// Reads all volumes.
  ///
  /// - Parameter sources: of the volumes, in order.
  /// - Throws: the first thing that is wrong; files that were complete before it stay in the store.
  func read(
    _ sources: [any ByteSource], progress: (Int64) -> Void
  ) throws(Refusal) {
    do throws(Refusal) {
      for (number, source) in sources.enumerated() {
        try read(source, number: number + 1, progress: progress)
      }
      if let next { throw missing(next) }
    } catch {
      try writer.finish()
      throw error
    }
    try writer.finish()
  }

  private func read(
    _ source: any ByteSource, number: Int, progress: (Int64) -> Void
  ) throws(Refusal) {
    let file = waybill.volumes[waybill.volumes.startIndex + number - 1]
    let stream = try VerifiedPieceReader(source, as: file, blockSize: waybill.blockSize)
    let archive = try TarReader(stream, rules: .volume)
    while let entry = try archive.next() {
      progress(entry.size)
      if let next, next.volume == number, next.offset < entry.offset { throw missing(next) }
      guard let frame = next, frame.volume == number, frame.offset == entry.offset else {
        strangers.append("\(file.name): \(entry.name)")
        continue
      }
      guard entry.name == frame.entryName, entry.size == frame.length else {
        throw Refusal(
          SiteReason.indexDiffers, "\(file.name), byte \(entry.offset)",
          seen: "\(entry.name), \(entry.size) bytes",
          expected: "\(frame.entryName), \(frame.length) bytes")
      }
      if frame.pieces.contains(where: { wanted[$0.file] != nil }) { try take(frame, archive) }
      next = try index.next()
    }
    if let next, next.volume == number { throw missing(next) }
  }

  private func take(_ frame: IndexEntry, _ archive: TarReader) throws(Refusal) {
    let count = Int(frame.length)
    if buffer.count < count { buffer = [UInt8](repeating: 0, count: count) }
    let (decoder, writer, wanted) = (decoder, writer, wanted)
    var stored: Int64 = 0
    try buffer.withUnsafeMutableBytes(typed: { (memory) throws(Refusal) in
      let bytes = UnsafeMutableRawBufferPointer(rebasing: memory[..<count])
      try archive.read(into: bytes)
      let seen = Digest.sha256(UnsafeRawBufferPointer(bytes))
      guard seen == frame.frame else {
        throw Refusal(
          SiteReason.contentDiffers, frame.entryName, seen: seen.hex, expected: frame.frame.hex)
      }
      try decoder.decode(
        UnsafeRawBufferPointer(bytes), frame.encoding, plain: frame.plain, named: frame.entryName
      ) { (plain) throws(Refusal) in
        for piece in frame.pieces where wanted[piece.file] != nil {
          let part = UnsafeRawBufferPointer(
            rebasing: plain[Int(piece.at)..<Int(piece.at + piece.length)])
          try writer.receive(part, of: piece.file, at: piece.from, total: piece.of)
          stored += piece.length
        }
      }
    })
    self.stored += stored
  }

  private func missing(_ frame: IndexEntry) -> Refusal {
    Refusal(
      SiteReason.indexDiffers, Waybill.fileName(at: frame.volume),
      seen: "no \(frame.entryName) at byte \(frame.offset)", expected: "it, as the index says")
  }
}

extension Array where Element == UInt8 {
  /// As the standard library's, which loses the type of the error.
  fileprivate mutating func withUnsafeMutableBytes<Value>(
    typed body: (UnsafeMutableRawBufferPointer) throws(Refusal) -> Value
  ) throws(Refusal) -> Value {
    try withUnsafeMutableBufferPointer { (buffer) throws(Refusal) in
      try body(UnsafeMutableRawBufferPointer(buffer))
    }
  }
}
