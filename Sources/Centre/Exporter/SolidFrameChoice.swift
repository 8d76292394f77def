// SPDX-License-Identifier: Apache-2.0
import Bundles
import GRDB
import Intents

/// Finds the solid frames of small files, and makes new ones where those that a site lacks are not the ones that an
/// older solid frame holds.
struct SolidFrameChoice {
  let depot: Depot

  /// The frames of exactly these files, in their order.
  func frames(of files: [(digest: Digest, length: Int64)]) throws(Refusal) -> [Depot.Frame] {
    let groups = SolidFrameChoice.groups(files)
    var frames = try depot.ledger.read { database in
      try groups.map { group in
        try String.fetchOne(
          database, sql: "SELECT frame FROM solids WHERE key = ?",
          arguments: [Depot.solidKey(group)]
        ).map { digest in
          let name = Depot.FrameName(
            frame: digest, file: group.first?.hex ?? "", start: 0, reference: nil)
          guard let frame = try Depot.frame(name, in: database) else { throw Depot.unknown(digest) }
          return frame
        }
      }
    }
    let missing = frames.indices.filter { frames[$0] == nil }
    if !missing.isEmpty {
      let made = try make(missing.map { groups[$0] })
      for (index, frame) in zip(missing, made) { frames[index] = frame }
    }
    return frames.compactMap(\.self)
  }

  /// Cuts small files into the groups that share a frame, in their order.
  private static func groups(_ files: [(digest: Digest, length: Int64)]) -> [[Digest]] {
    var groups: [[Digest]] = []
    var length: Int64 = 0
    for file in files {
      if let last = groups.last, length + file.length <= CentreLimits.solidPlain,
        last.count < CentreLimits.solidPieces
      {
        groups[groups.count - 1].append(file.digest)
        length += file.length
      } else {
        groups.append([file.digest])
        length = file.length
      }
    }
    return groups
  }

  private func make(_ groups: [[Digest]]) throws(Refusal) -> [Depot.Frame] {
    try depot.prepare()
    let plain = try PlainReader(depot: depot)
    var made: [Depot.Frame] = []
    for group in groups {
      var maker = try SolidFrameMaker(depot: depot)
      for file in group { try maker.add(try plain.contents(of: file), digest: file) }
      try maker.finish()
      guard let frame = maker.made.first, maker.made.count == 1 else {
        preconditionFailure("a group fills one frame")
      }
      made.append(frame)
    }
    try depot.synchronize()
    try depot.ledger.write { database in
      for frame in made { try Depot.insert(frame, in: database) }
    }
    return made
  }
}

/// Reads small files back out of the depot; keeps the plain bytes of the last frame, for its neighbours.
private final class PlainReader {
  private let depot: Depot
  private let decoder: FrameDecoder
  private var last: (frame: Depot.Frame, plain: [UInt8])?

  init(depot: Depot) throws(Refusal) {
    self.depot = depot
    decoder = try FrameDecoder()
  }

  func contents(of file: Digest) throws(Refusal) -> [UInt8] {
    if let last, let bytes = PlainReader.cut(file, from: last) { return bytes }
    let frames = try depot.ledger.read { try Depot.frames(of: file, in: $0) }
    guard let frame = frames?.first, frames?.count == 1 else { throw missing(file) }
    let plain = try depot.withPlain(frame, by: decoder) { (plain) throws(Refusal) in Array(plain) }
    last = (frame, plain)
    guard let bytes = PlainReader.cut(file, from: (frame, plain)) else { throw missing(file) }
    return bytes
  }

  private static func cut(
    _ file: Digest, from frame: (frame: Depot.Frame, plain: [UInt8])
  ) -> [UInt8]? {
    guard let piece = frame.frame.pieces.first(where: { $0.file == file }),
      piece.at >= 0, piece.at + piece.length <= Int64(frame.plain.count)
    else { return nil }
    return Array(frame.plain[Int(piece.at)..<Int(piece.at + piece.length)])
  }

  private func missing(_ file: Digest) -> Refusal {
    Refusal(
      CentreReason.depotDamaged, "depot", seen: "no whole copy of file \(file)",
      expected: "one frame that holds it")
  }
}
