// SPDX-License-Identifier: Apache-2.0
import Bundles
import Intents
import Trust

/// Makes the frames that a plan needs and the depot lacks, on both cores: plain ones of files that were kept as they
/// came, and frames against references. What is made stays in the depot, for the next site.
struct FrameMaking {
  /// A file that lacks frames.
  struct Task: Sendable {
    let file: ExportPlan.LargeFile
    /// What the site holds and the file is like; nil for plain frames.
    let reference: ReferenceChoice.Candidate?
  }

  /// One part of one file.
  private struct Job: Sendable {
    let file: ExportPlan.LargeFile
    let from: Int64
    let length: Int
    let reference: SharedReference?
    let share: MemoryBudget.Share
  }

  let depot: Depot
  let effort: Effort
  let progress: PhaseProgress

  /// Makes all that `tasks` need, books it, and returns the frames of each task in order.
  ///
  /// Short files come first: while the threads are busy with one, the reference of a longer one is read.
  func run(_ tasks: [Task]) throws(Refusal) -> [[Depot.Frame]] {
    let order = tasks.indices.sorted {
      (tasks[$0].file.length, $0) < (tasks[$1].file.length, $1)
    }
    let made = try make(order.map { tasks[$0] })
    var frames = [[Depot.Frame]](repeating: [], count: tasks.count)
    for (index, parts) in zip(order, made) { frames[index] = parts }
    return frames
  }

  private func make(_ tasks: [Task]) throws(Refusal) -> [[Depot.Frame]] {
    guard !tasks.isEmpty else { return [] }
    try depot.prepare()
    let total = tasks.reduce(0) { $0 + $1.file.length }
    let meter = PhaseMeter("compressing", of: total, progress)
    var made = [[Depot.Frame]](repeating: [], count: tasks.count)
    var taken = 0
    let parts = try Parts(tasks, depot: depot, effort: effort)
    let (depot, effort) = (depot, effort)
    try OrderedPipeline<Job, Depot.Frame>(ahead: CentreLimits.framesAhead).run(
      makeWorker: { () throws(Refusal) in
        let press = try FramePress(depot: depot, effort: effort)
        return { (job: Job) throws(Refusal) in
          try press.frame(
            of: job.file, from: job.from, length: job.length, against: job.reference)
        }
      },
      next: { () throws(Refusal) in try parts.next() },
      take: { (frame) throws(Refusal) in
        while made[taken].reduce(0, { $0 + $1.plain }) == tasks[taken].file.length { taken += 1 }
        made[taken].append(frame)
        meter.add(frame.plain)
      })
    try depot.synchronize()
    try book(tasks, made)
    meter.finish()
    return made
  }

  private func book(_ tasks: [Task], _ made: [[Depot.Frame]]) throws(Refusal) {
    try depot.ledger.write { database in
      for (task, frames) in zip(tasks, made) {
        for frame in frames {
          guard let reference = task.reference else {
            try Depot.insert(frame, in: database)
            continue
          }
          let key = Depot.DeltaKey(
            file: task.file.digest, reference: reference.digest, effort: effort)
          try Depot.insert(frame, as: key, in: database)
        }
      }
    }
    try depot.dropOriginals(tasks.filter { $0.reference == nil }.map(\.file.digest))
  }

  /// Cuts files into parts, and reads references, each once for all parts.
  private final class Parts {
    private let tasks: [Task]
    private let effort: Effort
    private let reader: DepotReader
    private let budget = MemoryBudget(CentreLimits.referencesInWork)
    private var task = 0
    private var position: Int64 = 0
    private var reference: SharedReference?

    init(_ tasks: [Task], depot: Depot, effort: Effort) throws(Refusal) {
      self.tasks = tasks
      self.effort = effort
      reader = try DepotReader(depot)
    }

    func next() throws(Refusal) -> Job? {
      guard task < tasks.count else { return nil }
      let current = tasks[task]
      let length = min(Int64(CentreLimits.framePlain), current.file.length - position)
      if let candidate = current.reference {
        let window = SharedReference.Window(
          of: candidate, for: current.file, from: position, length: length)
        if reference?.window != window {
          reference = nil  // its memory goes before the next takes more
          reference = try SharedReference(
            candidate, window, effort: effort, budget: budget, reader: reader)
        }
      }
      let job = Job(
        file: current.file, from: position, length: Int(length), reference: reference,
        share: budget.share(Int(length)))
      position += length
      if position == current.file.length {
        (task, position, reference) = (task + 1, 0, nil)
      }
      return job
    }
  }
}

/// A range of a reference in memory, with its table of anchors; for all parts that are made against it.
final class SharedReference: Sendable {
  /// Which bytes of which file.
  struct Window: Hashable {
    let file: Digest
    let from: Int64
    let length: Int64

    /// The whole reference where it is short enough, else what lies around the same place, reckoned from the start
    /// or, where that would end behind it, from the end.
    init(
      of candidate: ReferenceChoice.Candidate, for file: ExportPlan.LargeFile, from: Int64,
      length: Int64
    ) {
      self.file = candidate.digest
      guard candidate.length > BundleLimits.referenceLength else {
        (self.from, self.length) = (0, candidate.length)
        return
      }
      // A file that grew mostly grew somewhere before its end: both ways of reckoning lie inside.
      let shift = candidate.length - file.length
      let low = min(from, from + shift) - CentreLimits.referenceMargin
      let high = max(from, from + shift) + length + CentreLimits.referenceMargin
      let width = min(high - low, BundleLimits.referenceLength)
      self.from = max(0, min(low, candidate.length - width))
      self.length = min(width, candidate.length - self.from)
    }
  }

  let window: Window
  let reference: FrameReference
  let bytes: ReferenceBytes
  /// nil where the bytes are compressed already.
  let table: AnchorTable?
  private let share: MemoryBudget.Share

  init(
    _ candidate: ReferenceChoice.Candidate, _ window: Window, effort: Effort,
    budget: MemoryBudget, reader: DepotReader
  ) throws(Refusal) {
    self.window = window
    let length = Int(window.length)
    share = budget.share(length + AnchorTable.footprint(of: length, effort: effort))
    reference = FrameReference(
      file: candidate.digest, from: window.from, length: window.length, of: candidate.length)
    if window.from == 0 { try reader.verify(candidate.digest) }
    bytes = try ReferenceBytes(count: length) { (buffer) throws(Refusal) in
      try reader.read(candidate.digest, from: window.from, into: buffer)
    }
    table = EntropyProbe.looksCompressed(bytes.bytes) ? nil : AnchorTable(bytes, effort: effort)
  }
}
