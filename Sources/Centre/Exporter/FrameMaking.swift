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
    let reference: HeldFile?
  }

  let depot: Depot
  let effort: Effort
  let bounds: DeltaBounds
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
    let parts = try FrameParts(tasks, depot: depot, effort: effort, bounds)
    let (depot, effort) = (depot, effort)
    try OrderedPipeline<FrameParts.Part, Depot.Frame>(ahead: CentreLimits.framesAhead).run(
      makeWorker: { () throws(Refusal) in
        let press = try FramePress(depot: depot, effort: effort)
        return { (part: FrameParts.Part) throws(Refusal) in
          try press.frame(
            of: part.file, from: part.from, length: part.length, against: part.reference)
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
}
