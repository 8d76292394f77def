// SPDX-License-Identifier: Apache-2.0
import Bundles
import GRDB
import Intents

/// Finds the frames for what a plan sends: those that the depot has, and new ones for the rest.
struct FrameChoice {
  private let depot: Depot
  private let effort: Effort
  private let progress: PhaseProgress

  init(_ profile: CentreProfile, effort: Effort, progress: @escaping PhaseProgress) {
    depot = Depot(of: profile)
    self.effort = effort
    self.progress = progress
  }

  /// Where frames of a large file come from.
  private enum Source {
    case there([Depot.Frame])
    case task(Int)
  }

  /// In the order in which they go to the medium; the same for the same plan and depot.
  func frames(for plan: ExportPlan) throws(Refusal) -> [Depot.Frame] {
    let references = ReferenceChoice(plan.held)
    var tasks: [FrameMaking.Task] = []
    var sources: [[Source]] = []
    for share in plan.shares {
      sources.append(
        try depot.ledger.read { database in
          try share.large.map { file in
            let reference = references.reference(for: file, of: share.content.line)
            if let frames = try known(file, reference, in: database) { return .there(frames) }
            tasks.append(FrameMaking.Task(file: file, reference: reference))
            return .task(tasks.count - 1)
          }
        })
    }
    let made = try FrameMaking(depot: depot, effort: effort, progress: progress).run(tasks)
    var frames: [Depot.Frame] = []
    let solids = SolidFrameChoice(depot: depot)
    for (share, sources) in zip(plan.shares, sources) {
      for source in sources {
        switch source {
        case .there(let known): frames += known
        case .task(let index): frames += made[index]
        }
      }
      frames += try solids.frames(of: share.small)
    }
    return frames
  }

  private func known(
    _ file: ExportPlan.LargeFile, _ reference: ReferenceChoice.Candidate?, in database: Database
  ) throws -> [Depot.Frame]? {
    guard let reference else { return try Depot.frames(of: file.digest, in: database) }
    return try Depot.deltas(
      Depot.DeltaKey(file: file.digest, reference: reference.digest, effort: effort),
      of: file.length, in: database)
  }
}
