// SPDX-License-Identifier: Apache-2.0
import Bundles
import Intents
import SystemPackage
import Trust

/// Reads source files and puts what is new into the depot, not synced; one for each thread.
final class FileIntake {
  /// What came of one file.
  enum Result: Sendable {
    /// Small: its bytes go into a solid frame, unless they are there.
    case small(Digest, [UInt8])
    /// The depot has it.
    case held(Digest)
    /// Kept as it came.
    case original(Digest)
    case frames(Digest, [Depot.Frame])
  }

  /// What is known before a file is read.
  struct Knowledge: Sendable {
    /// Lengths of large files that the depot has: others are new.
    let lengths: Set<Int64>
    /// Paths of the version before. A file at one of them mostly travels as a delta, so it is not compressed yet.
    let earlierPaths: Set<String>
    /// All files of that version: the depot has them.
    let earlier: Set<Digest>
  }

  private let depot: Depot
  private let knowledge: Knowledge
  /// Of the bytes of source files, each counted when it is read for the first time.
  private let meter: PhaseMeter
  private let encoder: FrameEncoder

  init(depot: Depot, _ knowledge: Knowledge, _ meter: PhaseMeter) throws(Refusal) {
    self.depot = depot
    self.knowledge = knowledge
    self.meter = meter
    encoder = try FrameEncoder(level: CentreLimits.level)
  }

  /// - Throws: `CentreReason.changedWhileReading`.
  func take(_ item: SourceFolder.Item) throws(Refusal) -> Result {
    if item.length < CentreLimits.smallFile { return try small(item) }
    var known: Digest?
    if knowledge.lengths.contains(item.length) {
      let digest = try digest(of: item)
      if try isHeld(digest) { return .held(digest) }
      known = digest
    }
    let meter = known == nil ? meter : nil
    let result =
      knowledge.earlierPaths.contains(item.name)
      ? try copy(item, meter) : try compress(item, meter)
    if let known, known != result.digest { throw changed(item, result.digest, known) }
    return result
  }

  private func isHeld(_ digest: Digest) throws(Refusal) -> Bool {
    if knowledge.earlier.contains(digest) { return true }
    return try depot.ledger.read { try depot.holds(digest, in: $0) }
  }

  private func small(_ item: SourceFolder.Item) throws(Refusal) -> Result {
    let reader = try SourceReader(item, meter)
    let bytes = try reader.next() ?? []
    _ = try reader.next()
    let digest = Digest.sha256(bytes)
    return knowledge.earlier.contains(digest) ? .held(digest) : .small(digest, bytes)
  }

  private func digest(of item: SourceFolder.Item) throws(Refusal) -> Digest {
    let reader = try SourceReader(item, meter)
    var hash = SHA256Stream()
    while let chunk = try reader.next() { hash.update(chunk) }
    return hash.finalize()
  }

  private func compress(
    _ item: SourceFolder.Item, _ meter: PhaseMeter?
  ) throws(Refusal) -> Result {
    let reader = try SourceReader(item, meter, chunk: CentreLimits.framePlain)
    var hash = SHA256Stream()
    var parts: [(from: Int64, frame: Depot.Frame)] = []
    var position: Int64 = 0
    let (depot, encoder) = (depot, encoder)
    while let plain = try reader.next() {
      hash.update(plain)
      let frame = try plain.withBytes { (plain) throws(Refusal) in
        try depot.store(plain, pieces: [], with: encoder)
      }
      parts.append((position, frame))
      position += Int64(plain.count)
    }
    let digest = hash.finalize()
    let frames = parts.map { from, frame in
      Depot.Frame(
        digest: frame.digest, encoding: frame.encoding, length: frame.length, plain: frame.plain,
        pieces: [
          IndexEntry.Piece(at: 0, file: digest, from: from, length: frame.plain, of: item.length)
        ])
    }
    return .frames(digest, frames)
  }

  /// Copies the file, hashing what is written.
  private func copy(_ item: SourceFolder.Item, _ meter: PhaseMeter?) throws(Refusal) -> Result {
    let reader = try SourceReader(item, meter)
    let depot = depot
    var digest: Digest?
    try depot.place { (descriptor, part) throws(Refusal) in
      var hash = SHA256Stream()
      while let chunk = try reader.next() {
        hash.update(chunk)
        try descriptor.writeAll(chunk, naming: part)
      }
      let whole = hash.finalize()
      digest = whole
      return depot.path(ofOriginal: whole)
    }
    guard let digest else { preconditionFailure("a file that was placed was hashed") }
    return .original(digest)
  }

  private func changed(
    _ item: SourceFolder.Item, _ seen: Digest, _ expected: Digest
  ) -> Refusal {
    Refusal(
      CentreReason.changedWhileReading, item.location.text, seen: seen.hex, expected: expected.hex)
  }
}

extension FileIntake.Result {
  /// SHA-256 of the file.
  var digest: Digest {
    switch self {
    case .small(let digest, _), .held(let digest), .original(let digest), .frames(let digest, _):
      digest
    }
  }
}
