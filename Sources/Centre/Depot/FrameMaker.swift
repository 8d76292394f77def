// SPDX-License-Identifier: Apache-2.0
import Bundles
import Intents
import Trust

/// Cuts files into frames and puts them into the depot: a large file has frames of its own, small ones share
/// solid frames in the order in which they come.
struct FrameMaker {
  private let depot: Depot
  private let encoder: FrameEncoder
  private var solid: [UInt8] = []
  private var pieces: [IndexEntry.Piece] = []
  private var seen: Set<Digest> = []
  /// Frames that are on disk now and that the ledger does not know yet.
  private(set) var made: [Depot.Frame] = []

  init(depot: Depot) throws(Refusal) {
    self.depot = depot
    encoder = try FrameEncoder(level: CentreLimits.level)
  }

  var fileCount: Int64 { Int64(seen.count) }

  func has(_ file: Digest) -> Bool { seen.contains(file) }

  /// Adds a source file whose digest is known; refuses it when its bytes have another one now.
  mutating func add(_ item: SourceFolder.Item, digest: Digest) throws(Refusal) {
    let reader = try SourceReader(item, chunk: CentreLimits.framePlain)
    var stream = SHA256Stream()
    if item.length < CentreLimits.smallFile {
      let bytes = try reader.next() ?? []
      _ = try reader.next()
      stream.update(bytes)
      try check(stream.finalize(), is: digest, item)
      try addSmall(bytes, digest: digest)
      return
    }
    var position: Int64 = 0
    while let plain = try reader.next() {
      stream.update(plain)
      let piece = IndexEntry.Piece(
        at: 0, file: digest, from: position, length: Int64(plain.count), of: item.length)
      try store(plain, pieces: [piece])
      position += Int64(plain.count)
    }
    try check(stream.finalize(), is: digest, item)
    seen.insert(digest)
  }

  /// Adds the bytes of a small file to the solid frame that is being filled.
  mutating func addSmall(_ bytes: [UInt8], digest: Digest) throws(Refusal) {
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
    seen.insert(digest)
  }

  /// Stores what the last solid frame holds.
  mutating func finish() throws(Refusal) {
    if pieces.isEmpty { return }
    try store(solid, pieces: pieces)
    solid.removeAll(keepingCapacity: true)
    pieces.removeAll()
  }

  private mutating func store(_ plain: [UInt8], pieces: [IndexEntry.Piece]) throws(Refusal) {
    let (encoding, stored) = try encoder.encode(plain)
    let digest = Digest.sha256(stored)
    try depot.write(stored, named: digest)
    made.append(
      Depot.Frame(
        digest: digest, encoding: encoding, length: Int64(stored.count), plain: Int64(plain.count),
        pieces: pieces))
  }

  private func check(
    _ seen: Digest, is expected: Digest, _ item: SourceFolder.Item
  ) throws(Refusal) {
    guard seen == expected else {
      throw Refusal(
        CentreReason.changedWhileReading, item.location.text, seen: seen.hex,
        expected: expected.hex)
    }
  }
}

extension FrameEncoder {
  /// The stored form of `plain`, as a copy.
  fileprivate func encode(_ plain: [UInt8]) throws(Refusal) -> (FrameEncoding, [UInt8]) {
    try plain.withUnsafeBufferPointer { (plain) throws(Refusal) in
      try encode(UnsafeRawBufferPointer(plain)) { (encoding, stored) throws(Refusal) in
        (encoding, Array(stored))
      }
    }
  }
}
