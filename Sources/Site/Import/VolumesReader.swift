// SPDX-License-Identifier: Apache-2.0
import Bundles
import Intents
import SystemPackage
import Trust

/// Brings files from the volumes of a bundle into the store: a block is verified, then the archive reader sees
/// it, then the frame is decoded, then each file is put together and its hash compared. Reading is one thread's work,
/// the rest that of two.
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
  let site: OpenedSite
  /// Of the bytes of all volumes.
  let meter: PhaseMeter

  /// What came of it.
  struct Result {
    /// Entries that the index does not name, which were looked at no further (H04).
    var strangers: [String] = []
    /// Wanted files that could not be decoded, as their reference is not here as it should be (H12, H33).
    var undecoded: Set<Digest> = []
    /// Those references.
    var lostReferences: Set<Digest> = []
  }

  private struct Job: Sendable {
    let frame: StoredFrame
    let share: MemoryBudget.Share
  }

  /// Reads all volumes.
  ///
  /// - Parameter volumes: in order, each with its copies, the likeliest first.
  /// - Throws: the first thing that is wrong; files that were complete before it stay in the store.
  func read(_ volumes: [[any ByteSource]]) throws(Refusal) -> Result {
    let writer = try StoreWriter(site.store)
    let result: Result
    do throws(Refusal) {
      result = try read(volumes, into: writer)
    } catch {
      try writer.finish()
      throw error
    }
    try writer.finish()
    return result
  }

  private func read(
    _ volumes: [[any ByteSource]], into writer: StoreWriter
  ) throws(Refusal) -> Result {
    let frames = try FrameStream(
      index: try IndexReader(try FileSource(index), volumes: waybill.volumes))
    let references = HeldReferences(site)
    var result = Result()
    for (number, pair) in zip(waybill.volumes, volumes).enumerated() {
      let (file, copies) = pair
      let stream = try PieceStream.open(copies: copies, as: file, of: waybill, for: identity)
      let wanted = wanted
      let volume = try frames.open(volume: number + 1, from: MeteredStream(stream, meter)) {
        $0.pieces.contains { wanted[$0.file] != nil }
      }
      result.undecoded.formUnion(try decode(volume, references, into: writer))
      result.strangers += volume.report.extra.map { "\(file.name): \($0)" }
    }
    try frames.finish()
    result.lostReferences = references.lost
    return result
  }

  /// - Returns: the files of frames that could not be decoded.
  private func decode(
    _ volume: VolumeFrames, _ references: HeldReferences, into writer: StoreWriter
  ) throws(Refusal) -> Set<Digest> {
    let budget = MemoryBudget(SiteLimits.framesInWork)
    let wanted = wanted
    var undecoded: Set<Digest> = []
    try OrderedPipeline<Job, [Digest]>(ahead: SiteLimits.framesAhead).run(
      makeWorker: { () throws(Refusal) in
        let decoder = try FrameDecoder()
        return { (job: Job) throws(Refusal) -> [Digest] in
          let entry = job.frame.entry
          var reference: ReferenceBytes?
          if let named = entry.encoding.reference {
            reference = try references.bytes(of: named)
            guard reference != nil else { return entry.pieces.map(\.file) }
          }
          try job.frame.decode(with: decoder, reference: reference?.bytes) {
            (piece, bytes) throws(Refusal) in
            guard wanted[piece.file] != nil else { return }
            try writer.receive(bytes, of: piece.file, at: piece.from, total: piece.of)
          }
          return []
        }
      },
      next: { () throws(Refusal) in
        guard let frame = try StoredFrame(from: volume) else { return nil }
        let reference = frame.entry.encoding.reference?.length ?? 0
        return Job(frame: frame, share: budget.share(frame.footprint + Int(reference)))
      },
      take: { (files) throws(Refusal) in
        undecoded.formUnion(files)
        try writer.publishWhenDue()
      })
    return undecoded.filter { wanted[$0] != nil }
  }
}
