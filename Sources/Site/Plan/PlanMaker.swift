// SPDX-License-Identifier: Apache-2.0
import Bundles
import Distribution
import Intents
import SystemPackage
import Trust

/// Gathers the facts of a plan from journal, store, point and, when there is one, the bundle at hand.
struct PlanMaker {
  let site: OpenedSite
  let policy: SitePolicy
  let trust: TrustState
  /// What the bundle offers; empty when there is none.
  let inventory: Inventory
  /// Manifests that came with the bundle.
  let manifests: [Digest: ManifestFile]

  /// The plan for `desired`, and the inventory with what it asks for.
  ///
  /// - Parameter unsound: manifests of content that a recheck found wrong.
  func plan(
    _ desired: [DeploymentIntent], unsound: Set<Digest> = []
  ) throws(Refusal) -> (plan: Plan, inventory: Inventory) {
    let (applied, counters) = try site.journal.read { journal in
      (try journal.applied(), try journal.counters())
    }
    let point = Result { () throws(Refusal) in try site.point.get().describe() }
    var inventory = inventory
    var headers: [Digest: ContentManifest] = [:]
    for digest in Set(desired.map(\.manifest)).sorted() {
      guard let file = try manifest(digest) else { continue }
      headers[digest] = try file.header()
      try inventory.add(file, at: site)
    }
    let facts = PlanFacts(
      desired: desired, manifests: headers, applied: applied, policy: policy,
      isRehearsal: site.profile.isRehearsal, floors: trust.floors, counters: counters,
      missing: inventory.missing, unsound: inventory.absent.union(unsound), point: point)
    return (Plan(facts), inventory)
  }

  /// The manifest from the bundle, else the one that was taken before, if its bytes are still right.
  func manifest(_ digest: Digest) throws(Refusal) -> ManifestFile? {
    if let fresh = manifests[digest] { return fresh }
    let kept = ManifestFile(digest, in: site.folder)
    return try kept.isWhole() ? kept : nil
  }
}
