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
  /// Small files of which the ledger was not asked yet.
  private var asked: [(digest: Digest, bytes: [UInt8])] = []
  private var originals: [(file: Digest, length: Int64)] = []
  private var features: [Digest: ContentFeatures] = [:]

  init(_ depot: Depot) throws(Refusal) {
    self.depot = depot
    solids = try SolidFrameMaker(depot: depot)
  }

  /// Frames that are on disk now and that the ledger does not know yet.
  private var frames: [Depot.Frame] { large + solids.made }
  private(set) var count: Int64 = 0
  var storedBytes: Int64 {
    frames.reduce(0) { $0 + $1.length } + originals.reduce(0) { $0 + $1.length }
  }

  mutating func add(_ taken: FileIntake.Taken, length: Int64) throws(Refusal) {
    guard length > 0 else { return }
    if let found = taken.features { features[taken.result.digest] = found }
    switch taken.result {
    case .held: return
    case .small(let digest, let bytes):
      guard seen.insert(digest).inserted else { return }
      asked.append((digest, bytes))
      if asked.count == CentreLimits.filesAsked { try takeSmall() }
    case .original(let digest):
      guard seen.insert(digest).inserted else { return }
      originals.append((digest, length))
      count += 1
    case .frames(let digest, let frames):
      guard seen.insert(digest).inserted else { return }
      large += frames
      count += 1
    }
  }

  /// Asks of many at once: a question takes longer than compressing such a file.
  private mutating func takeSmall() throws(Refusal) {
    let (depot, asked) = (depot, asked)
    self.asked.removeAll(keepingCapacity: true)
    let isHeld = try depot.ledger.read { database in
      try asked.map { try depot.holds($0.digest, in: database) }
    }
    for (file, isHeld) in zip(asked, isHeld) where !isHeld {
      try solids.add(file.bytes, digest: file.digest)
      count += 1
    }
  }

  mutating func finish() throws(Refusal) {
    try takeSmall()
    try solids.finish()
  }

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
