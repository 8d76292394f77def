// SPDX-License-Identifier: Apache-2.0
import Bundles
import Intents

/// Cuts files into parts, and reads what they build on: a short reference once for all parts of a file, of a long one
/// for each part the range that it most likely comes from.
final class FrameParts {
  /// One part of one file.
  struct Part: Sendable {
    let file: ExportPlan.LargeFile
    let from: Int64
    /// Bytes.
    let length: Int
    let reference: SharedReference?
    let share: MemoryBudget.Share
  }

  private let tasks: [FrameMaking.Task]
  private let effort: Effort
  private let bounds: DeltaBounds
  private let reader: DepotReader
  private let newReader: DepotReader
  private let budget = MemoryBudget(CentreLimits.referencesInWork)
  private var memory = ScratchMemory()
  private var task = 0
  private var position: Int64 = 0
  private var reference: SharedReference?
  /// Of the long reference that was used last.
  private var places: (file: Digest, places: ReferencePlaces)?

  init(
    _ tasks: [FrameMaking.Task], depot: Depot, effort: Effort, _ bounds: DeltaBounds
  ) throws(Refusal) {
    self.tasks = tasks
    self.effort = effort
    self.bounds = bounds
    reader = try DepotReader(depot)
    newReader = try DepotReader(depot)
  }

  func next() throws(Refusal) -> Part? {
    guard task < tasks.count else { return nil }
    let current = tasks[task]
    let length = min(Int64(bounds.part), current.file.length - position)
    if let held = current.reference { try refer(to: held, for: current.file, length) }
    let part = Part(
      file: current.file, from: position, length: Int(length), reference: reference,
      share: budget.share(Int(length)))
    position += length
    if position == current.file.length {
      (task, position, reference) = (task + 1, 0, nil)
    }
    return part
  }

  /// Reads the range of `held` that the next part is made against, unless it is the last one's too.
  private func refer(
    to held: HeldFile, for file: ExportPlan.LargeFile, _ length: Int64
  ) throws(Refusal) {
    let isLong = held.length > bounds.window
    let window = ReferenceWindow(
      of: held, for: position..<position + length, of: file.length,
      votes: isLong ? try votes(for: file, length, in: held) : .none, bounds)
    if reference?.window == window { return }
    reference = nil  // its memory goes before the next takes more
    if !isLong { try reader.verify(held.digest) }
    reference = try SharedReference(window, effort: effort, budget: budget, reader: reader)
  }

  private func votes(
    for file: ExportPlan.LargeFile, _ length: Int64, in held: HeldFile
  ) throws(Refusal) -> PlaceVotes {
    let places = try places(of: held)
    let part = memory.lend(Int(length))
    try newReader.read(file.digest, from: position, into: part)
    return places.votes(of: UnsafeRawBufferPointer(part))
  }

  /// Reads all of a long reference once, which verifies it too.
  private func places(of held: HeldFile) throws(Refusal) -> ReferencePlaces {
    if let places, places.file == held.digest { return places.places }
    places = nil
    var found = ReferencePlaces(of: held.length)
    var position: Int64 = 0
    try reader.scan(held.digest) { (bytes) throws(Refusal) in
      try Interruption.check()
      found.add(bytes, at: position)
      position += Int64(bytes.count)
    }
    places = (held.digest, found)
    return found
  }
}
