// SPDX-License-Identifier: Apache-2.0
import Bundles
import GRDB
import Intents
import Trust

/// What one version brings that the depot did not have, each file once.
struct NewFiles {
  private let depot: Depot
  private var solids: SolidFrameMaker
  private var large: [Depot.Frame] = []
  private var seen: Set<Digest> = []
  private var originals: [(file: Digest, length: Int64)] = []
  private var features: [Digest: ContentFeatures] = [:]

  init(_ depot: Depot) throws(Refusal) {
    self.depot = depot
    solids = try SolidFrameMaker(depot: depot)
  }

  /// Frames that are on disk now and that the ledger does not know yet.
  private var frames: [Depot.Frame] { large + solids.made }
  var count: Int64 { Int64(seen.count) }
  var storedBytes: Int64 {
    frames.reduce(0) { $0 + $1.length } + originals.reduce(0) { $0 + $1.length }
  }

  mutating func add(_ taken: FileIntake.Taken, length: Int64) throws(Refusal) {
    guard length > 0 else { return }
    if let found = taken.features { features[taken.result.digest] = found }
    switch taken.result {
    case .held: return
    case .small(let digest, let bytes):
      guard !seen.contains(digest) else { return }
      let depot = depot
      if try depot.ledger.read({ try depot.holds(digest, in: $0) }) { return }
      seen.insert(digest)
      try solids.add(bytes, digest: digest)
    case .original(let digest):
      if seen.insert(digest).inserted { originals.append((digest, length)) }
    case .frames(let digest, let frames):
      if seen.insert(digest).inserted { large += frames }
    }
  }

  mutating func finish() throws(Refusal) { try solids.finish() }

  /// Tells the ledger, once all of it is durable.
  func book(in database: Database) throws {
    for frame in frames { try Depot.insert(frame, in: database) }
    for (file, length) in originals {
      try Depot.insertOriginal(file, length: length, in: database)
    }
    for (file, features) in features {
      try Depot.insert(features, of: file, in: database)
    }
  }
}
