// SPDX-License-Identifier: Apache-2.0
import Bundles
import Intents

/// A range of a reference in memory, with its table of anchors; for all parts that are made against it.
final class SharedReference: Sendable {
  let window: ReferenceWindow
  let reference: FrameReference
  let bytes: ReferenceBytes
  /// nil where the bytes are compressed already.
  let table: AnchorTable?
  private let share: MemoryBudget.Share

  /// Reads the range; that the file is what its name says, the caller has verified.
  init(
    _ window: ReferenceWindow, effort: Effort, budget: MemoryBudget, reader: DepotReader
  ) throws(Refusal) {
    self.window = window
    let (held, length) = (window.file, Int(window.length))
    share = budget.share(length + AnchorTable.footprint(of: length, effort: effort))
    reference = FrameReference(
      file: held.digest, from: window.from, length: window.length, of: held.length)
    bytes = try ReferenceBytes(count: length) { (buffer) throws(Refusal) in
      try reader.read(held.digest, from: window.from, into: buffer)
    }
    table = EntropyProbe.looksCompressed(bytes.bytes) ? nil : AnchorTable(bytes, effort: effort)
  }
}
