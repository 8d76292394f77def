// SPDX-License-Identifier: Apache-2.0
import Bundles
import Intents
import Trust

/// Fills solid frames with small files, in the order in which they come.
struct SolidFrameMaker {
  private let depot: Depot
  private let encoder: FrameEncoder
  private var solid: [UInt8] = []
  private var pieces: [IndexEntry.Piece] = []
  /// Frames that are on disk now, not synced, and that the ledger does not know yet.
  private(set) var made: [Depot.Frame] = []

  init(depot: Depot, level: Int = CentreLimits.level) throws(Refusal) {
    self.depot = depot
    encoder = try FrameEncoder(level: level)
  }

  /// Adds the bytes of a small file to the solid frame that is being filled.
  mutating func add(_ bytes: [UInt8], digest: Digest) throws(Refusal) {
    if Int64(solid.count + bytes.count) > CentreLimits.solidPlain
      || pieces.count == CentreLimits.solidPieces
    {
      try finish()
    }
    pieces.append(
      IndexEntry.Piece(
        at: Int64(solid.count), file: digest, from: 0, length: Int64(bytes.count),
        of: Int64(bytes.count)))
    solid += bytes
  }

  /// Stores what the last solid frame holds.
  mutating func finish() throws(Refusal) {
    if pieces.isEmpty { return }
    let (depot, encoder, pieces) = (depot, encoder, pieces)
    made.append(
      try solid.withBytes { (plain) throws(Refusal) in
        try depot.store(plain, pieces: pieces, with: encoder)
      })
    solid.removeAll(keepingCapacity: true)
    self.pieces.removeAll()
  }
}

extension Depot {
  /// Compresses a frame and puts it on disk, not synced.
  func store(
    _ plain: UnsafeRawBufferPointer, pieces: [IndexEntry.Piece], with encoder: FrameEncoder
  ) throws(Refusal) -> Frame {
    try encoder.encode(plain) { (encoding, stored) throws(Refusal) in
      try store(stored, as: encoding, plain: Int64(plain.count), pieces: pieces)
    }
  }

  /// Puts the stored form of a frame on disk, not synced.
  func store(
    _ stored: UnsafeRawBufferPointer, as encoding: FrameEncoding, plain: Int64,
    pieces: [IndexEntry.Piece]
  ) throws(Refusal) -> Frame {
    let digest = Digest.sha256(stored)
    try write(stored, named: digest)
    return Frame(
      digest: digest, encoding: encoding, length: Int64(stored.count), plain: plain, pieces: pieces)
  }
}
