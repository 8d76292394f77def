// SPDX-License-Identifier: Apache-2.0
import Bundles
import GRDB
import Intents

/// Finds the frames for what a plan sends: those that the depot has, and new solid frames where the small
/// files that a site lacks are not the ones that an older solid frame holds.
struct FrameChoice {
  private let depot: Depot
  private let plain: PlainReader

  init(depot: Depot) throws(Refusal) {
    self.depot = depot
    plain = try PlainReader(depot: depot)
  }

  /// In the order in which they go to the medium; the same for the same plan and depot.
  func frames(for plan: ExportPlan) throws(Refusal) -> [Depot.Frame] {
    var frames: [Depot.Frame] = []
    for share in plan.shares {
      for file in share.large {
        frames += try depot.ledger.read { try Depot.frames(of: file, in: $0) }
      }
      for group in FrameChoice.groups(share.small) { frames.append(try solid(group)) }
    }
    return frames
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

  /// The solid frame of exactly these files; made and kept when there is none.
  private func solid(_ files: [Digest]) throws(Refusal) -> Depot.Frame {
    let found = try depot.ledger.read { database in
      try String.fetchOne(
        database, sql: "SELECT frame FROM solids WHERE key = ?",
        arguments: [Depot.solidKey(files)]
      ).map { try Depot.frame($0, in: database) }
    }
    if let found { return found }
    var maker = try FrameMaker(depot: depot)
    for file in files { try maker.addSmall(try plain.contents(of: file), digest: file) }
    try maker.finish()
    let made = maker.made
    guard let frame = made.first, made.count == 1 else {
      preconditionFailure("a group fills one frame")
    }
    try depot.ledger.write { try Depot.insert(frame, in: $0) }
    return frame
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
    guard let frame = frames.first, frames.count == 1 else {
      throw missing(file)
    }
    let stored = try depot.stored(frame)
    let plain = try stored.withUnsafeBufferPointer { (stored) throws(Refusal) in
      try decoder.decode(
        UnsafeRawBufferPointer(stored), frame.encoding, plain: frame.plain,
        named: "frame \(frame.digest)"
      ) { (plain) throws(Refusal) in Array(plain) }
    }
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
