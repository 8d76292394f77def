// SPDX-License-Identifier: Apache-2.0
import Bundles
import GRDB
import Intents

/// Finds the frames for what a plan sends: those that the depot has, and new ones for the rest.
struct FrameChoice {
  private let depot: Depot
  private let effort: Effort
  private let bounds: DeltaBounds
  private let progress: PhaseProgress

  init(
    _ profile: CentreProfile, effort: Effort, _ bounds: DeltaBounds,
    progress: @escaping PhaseProgress
  ) {
    depot = Depot(of: profile)
    self.effort = effort
    self.bounds = bounds
    self.progress = progress
  }

  /// Where frames of a large file come from.
  private enum Source {
    case there([Depot.Frame])
    case task(Int)
  }

  /// In the order in which they go to the medium; the same for the same plan and depot.
  func frames(for plan: ExportPlan) throws(Refusal) -> [Depot.Frame] {
    let references = try references(for: plan)
    var tasks: [FrameMaking.Task] = []
    var sources: [[Source]] = []
    for (share, references) in zip(plan.shares, references) {
      sources.append(
        try depot.ledger.read { database in
          try zip(share.large, references).map { file, reference in
            if let frames = try known(file, reference, in: database) { return .there(frames) }
            tasks.append(FrameMaking.Task(file: file, reference: reference))
            return .task(tasks.count - 1)
          }
        })
    }
    let made = try FrameMaking(
      depot: depot, effort: effort, bounds: bounds, progress: progress
    ).run(tasks)
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
    try DeltaEviction(depot: depot, bound: bounds.kept).makeRoom(for: frames)
    return frames
  }

  /// What each large file of each share builds on: one that is called like it, else one that has the same in it.
  private func references(for plan: ExportPlan) throws(Refusal) -> [[HeldFile?]] {
    let named = ReferenceChoice(plan.held)
    var references = plan.shares.map { share in
      share.large.map { named.reference(for: $0, of: share.content.line) }
    }
    guard !plan.held.candidates.isEmpty, references.contains(where: { $0.contains(nil) }) else {
      return references
    }
    try depot.ledger.read { database in
      let similar = SimilarFiles(
        try Set(plan.held.candidates.map(\.file)).compactMap { file in
          try Depot.features(of: file.digest, in: database).map { (file: file, features: $0) }
        })
      for (index, share) in plan.shares.enumerated() {
        for (number, file) in share.large.enumerated() where references[index][number] == nil {
          guard let features = try Depot.features(of: file.digest, in: database) else { continue }
          references[index][number] = similar.nearest(to: features, length: file.length)
        }
      }
    }
    return references
  }

  private func known(
    _ file: ExportPlan.LargeFile, _ reference: HeldFile?, in database: Database
  ) throws -> [Depot.Frame]? {
    guard let reference else { return try Depot.frames(of: file.digest, in: database) }
    let frames = try Depot.deltas(
      Depot.DeltaKey(file: file.digest, reference: reference.digest, effort: effort),
      of: file.length, in: database)
    // What can be made again is never missing for good.
    guard let frames, frames.allSatisfy(depot.hasFile) else { return nil }
    return frames
  }
}
