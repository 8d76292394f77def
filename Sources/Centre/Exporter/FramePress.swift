// SPDX-License-Identifier: Apache-2.0
import Bundles
import Intents
import Trust

/// Makes one frame after the other; one press a thread.
final class FramePress {
  private let depot: Depot
  private let plain: FrameEncoder
  private let delta: DeltaEncoder
  private let reader: DepotReader
  private var memory = ScratchMemory()

  init(depot: Depot, effort: Effort) throws(Refusal) {
    self.depot = depot
    plain = try FrameEncoder(level: CentreLimits.level)
    delta = try DeltaEncoder(effort: effort)
    reader = try DepotReader(depot)
  }

  /// The frame of a part of a file; against a reference where that makes it smaller.
  func frame(
    of file: ExportPlan.LargeFile, from: Int64, length: Int, against reference: SharedReference?
  ) throws(Refusal) -> Depot.Frame {
    let isWhole = Int64(length) == file.length
    if from == 0, !isWhole { try reader.verify(file.digest) }
    let piece = IndexEntry.Piece(
      at: 0, file: file.digest, from: from, length: Int64(length), of: file.length)
    let memory = memory.lend(length)
    try reader.read(file.digest, from: from, into: memory)
    let part = UnsafeRawBufferPointer(memory)
    if isWhole { try reader.verify(file.digest, read: part) }
    var made: Depot.Frame?
    if let reference {
      _ = try delta.encode(
        part, against: reference.bytes, reference.reference, table: reference.table
      ) { (encoding, stored) throws(Refusal) in
        made = try depot.store(stored, as: encoding, plain: Int64(length), pieces: [piece])
      }
    }
    if let made { return made }
    return try depot.store(part, pieces: [piece], with: plain)
  }
}
