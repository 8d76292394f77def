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

  /// A file as it was taken.
  struct Taken: Sendable {
    let result: Result
    /// nil for a small file, and for one whose features the ledger has.
    let features: ContentFeatures?
  }

  /// What one pass over the bytes of a file gives.
  private struct Pass {
    private var hash = SHA256Stream()
    private var sampler = FeatureSampler()

    mutating func add(_ bytes: [UInt8]) {
      hash.update(bytes)
      sampler.add(bytes)
    }

    var digest: Digest { hash.finalize() }
    var features: ContentFeatures { sampler.features }
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
  func take(_ item: SourceFolder.Item) throws(Refusal) -> Taken {
    if item.length < CentreLimits.smallFile {
      return Taken(result: try small(item), features: nil)
    }
    var known: Digest?
    if knowledge.lengths.contains(item.length) {
      let pass = try look(at: item)
      let digest = pass.digest
      if try isHeld(digest) {
        return Taken(
          result: .held(digest), features: try hasFeatures(digest) ? nil : pass.features)
      }
      known = digest
    }
    let meter = known == nil ? meter : nil
    let taken =
      knowledge.earlierPaths.contains(item.name)
      ? try copy(item, meter) : try compress(item, meter)
    if let known, known != taken.result.digest {
      throw changed(item, taken.result.digest, known)
    }
    return taken
  }

  private func isHeld(_ digest: Digest) throws(Refusal) -> Bool {
    if knowledge.earlier.contains(digest) { return true }
    return try depot.ledger.read { try depot.holds(digest, in: $0) }
  }

  private func hasFeatures(_ digest: Digest) throws(Refusal) -> Bool {
    try depot.ledger.read { try Depot.features(of: digest, in: $0) } != nil
  }

  private func small(_ item: SourceFolder.Item) throws(Refusal) -> Result {
    let reader = try SourceReader(item, meter)
    let bytes = try reader.next() ?? []
    _ = try reader.next()
    let digest = Digest.sha256(bytes)
    return knowledge.earlier.contains(digest) ? .held(digest) : .small(digest, bytes)
  }

  private func look(at item: SourceFolder.Item) throws(Refusal) -> Pass {
    let reader = try SourceReader(item, meter)
    var pass = Pass()
    while let chunk = try reader.next() { pass.add(chunk) }
    return pass
  }

  private func compress(
    _ item: SourceFolder.Item, _ meter: PhaseMeter?
  ) throws(Refusal) -> Taken {
    let reader = try SourceReader(item, meter, chunk: CentreLimits.framePlain)
    var pass = Pass()
    var parts: [(from: Int64, frame: Depot.Frame)] = []
    var position: Int64 = 0
    let (depot, encoder) = (depot, encoder)
    while let plain = try reader.next() {
      pass.add(plain)
      let frame = try plain.withBytes { (plain) throws(Refusal) in
        try depot.store(plain, pieces: [], with: encoder)
      }
      parts.append((position, frame))
      position += Int64(plain.count)
    }
    let digest = pass.digest
    let frames = parts.map { from, frame in
      Depot.Frame(
        digest: frame.digest, encoding: frame.encoding, length: frame.length, plain: frame.plain,
        pieces: [
          IndexEntry.Piece(at: 0, file: digest, from: from, length: frame.plain, of: item.length)
        ])
    }
    return Taken(result: .frames(digest, frames), features: pass.features)
  }

  /// Copies the file, hashing what is written.
  private func copy(_ item: SourceFolder.Item, _ meter: PhaseMeter?) throws(Refusal) -> Taken {
    let reader = try SourceReader(item, meter)
    let depot = depot
    var pass = Pass()
    try depot.place { (descriptor, part) throws(Refusal) in
      while let chunk = try reader.next() {
        pass.add(chunk)
        try descriptor.writeAll(chunk, naming: part)
      }
      return depot.path(ofOriginal: pass.digest)
    }
    return Taken(result: .original(pass.digest), features: pass.features)
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
