// SPDX-License-Identifier: Apache-2.0
import Bundles
import Intents
import SystemPackage
import Trust

/// Brings files from the volumes of a bundle into the store: a block is verified, then the archive reader sees
/// it, then the frame is decoded, then each file is put together and its hash compared.
///
/// Every block of every volume is verified, also those of which nothing is wanted.
struct VolumesReader {
  let waybill: Waybill
  /// Opens sealed volumes; nil where they are plain.
  let identity: AgeIdentity?
  /// The verified index in private staging.
  let index: FilePath
  /// The files to bring, with their lengths; others are passed over.
  let wanted: [Digest: Int64]
  let store: ContentStore
  let progress: (_ bytes: Int64) -> Void

  /// Reads all volumes.
  ///
  /// - Parameter volumes: in order, each with its copies, the likeliest first.
  /// - Returns: entries that the index does not name, which were looked at no further (H04).
  /// - Throws: the first thing that is wrong; files that were complete before it stay in the store.
  func read(_ volumes: [[any ByteSource]]) throws(Refusal) -> [String] {
    let writer = try StoreWriter(store)
    let strangers: [String]
    do throws(Refusal) {
      strangers = try read(volumes, into: writer)
    } catch {
      try writer.finish()
      throw error
    }
    try writer.finish()
    return strangers
  }

  private func read(
    _ volumes: [[any ByteSource]], into writer: StoreWriter
  ) throws(Refusal) -> [String] {
    let frames = try FrameStream(
      index: try IndexReader(try FileSource(index), volumes: waybill.volumes))
    var strangers: [String] = []
    for (number, pair) in zip(waybill.volumes, volumes).enumerated() {
      let (file, copies) = pair
      let stream = try PieceStream.open(copies: copies, as: file, of: waybill, for: identity)
      let report = try frames.read(
        volume: number + 1, from: stream,
        wants: { frame in frame.pieces.contains { wanted[$0.file] != nil } }
      ) { (piece, bytes) throws(Refusal) in
        guard wanted[piece.file] != nil else { return }
        try writer.receive(bytes, of: piece.file, at: piece.from, total: piece.of)
      }
      progress(file.length)
      strangers += report.extra.map { "\(file.name): \($0)" }
    }
    try frames.finish()
    return strangers
  }
}
