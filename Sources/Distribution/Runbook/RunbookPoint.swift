// SPDX-License-Identifier: Apache-2.0
package import Bundles
package import Intents
package import SystemPackage
import Trust

/// A ConfigMgr site at which a person runs reviewed scripts (configmgr.md, 4).
///
/// Content is landed where the site server reads it; everything else is asked for in one script for the whole plan,
/// and is so when a result of it says so. What the point says of itself is the site's own statement, as old as the
/// last result.
package final class RunbookPoint: DistributionPoint {
  package let settings: RunbookSettings
  package let desk: RunbookDesk
  let landing: any ContentLanding

  /// What an announced plan asks, or why it cannot.
  enum Announced {
    case steps(IntentSteps)
    case refused(Refusal)
  }

  private(set) var announced: [EffectKey: Announced] = [:]
  private(set) var removals: [Name: SiteStep] = [:]

  package init(
    _ settings: RunbookSettings, landing: any ContentLanding, memory: any PointMemory,
    outbox: FilePath, inbox: FilePath
  ) throws(Refusal) {
    self.settings = settings
    self.landing = landing
    desk = try RunbookDesk(
      memory: memory, outbox: outbox, inbox: inbox, header: settings.header)
  }

  package func announce(_ work: [PlannedWork], of brief: PlanBrief) throws(Refusal) {
    announced = [:]
    removals = [:]
    try desk.collect()
    var steps: [SiteStep] = []
    var users = try linesInUse(work)
    for each in work {
      switch each {
      case .deploy(let intent, let manifest):
        do throws(Refusal) {
          let asked = try self.steps(intent, manifest, brief.bundle)
          let user = users[manifest.line] ?? intent
          guard user.manifest == intent.manifest else {
            throw Refusal(
              DistributionReason.inUse, "package of \(manifest.name)",
              seen: "\(user.content) for intent \(user.id)",
              expected: "\(intent.content): a package holds one version at a time")
          }
          users[manifest.line] = intent
          announced[EffectKey(intent)] = .steps(asked)
          steps += asked.all
        } catch {
          announced[EffectKey(intent)] = .refused(error)
        }
      case .remove(let intent):
        if let step = try removal(of: intent) {
          removals[intent] = step
          steps.append(step)
        }
      case .observe(let intent):
        if let step = try observation(of: intent, brief.bundle) { steps.append(step) }
      }
    }
    try desk.announce(RunbookPoint.unique(steps), header: settings.header(brief))
  }

  private func steps(
    _ intent: DeploymentIntent, _ manifest: ContentManifest, _ bundle: Int64
  ) throws(Refusal) -> IntentSteps {
    try IntentSteps(
      intent, manifest, source: landing.source(of: intent.manifest), bundle: bundle,
      settings: settings)
  }

  /// Intents share packages, programs and collections: each step is asked once.
  private static func unique(_ steps: [SiteStep]) -> [SiteStep] {
    var keys: Set<StepKey> = []
    return steps.filter { keys.insert($0.key).inserted }
  }

  package func describe() throws(Refusal) -> PointDescription {
    var contents: [PointDescription.Content] = []
    var collections: Set<CollectionName> = []
    var deployments: [EffectKey] = []
    var facts: [String] = []
    let ready = try held("content.")
    for (line, package) in try held("package.") {
      guard let id = package.answer.packageID, let line = RandomID(line),
        let manifest = IntentSteps.manifest(of: package.key)
      else { continue }
      let read = ready[line.text]
      let isComplete = read?.key.version == package.key.version
      let receipt = ContentReceipt(packageID: id, sourceVersion: read?.answer.sourceVersion ?? 1)
      contents.append(
        PointDescription.Content(
          line: line, manifest: manifest, receipt: receipt, isComplete: isComplete))
    }
    for (name, _) in try held("collection.") {
      if let name = CollectionName(name) { collections.insert(name) }
    }
    for (intent, deployment) in try held("deployment.") {
      guard let intent = Name(intent), let revision = RunbookPoint.revision(deployment.key) else {
        continue
      }
      deployments.append(EffectKey(intent: intent, revision: revision))
      facts.append(deployment.key.description)
    }
    contents.sort { $0.receipt.contentID < $1.receipt.contentID }
    deployments.sort { $0.intent < $1.intent }
    facts += contents.map { "\($0.receipt.contentID) \($0.manifest) \($0.isComplete)" }
    facts += collections.map(\.text)
    return PointDescription(
      id: settings.id, kind: .runbook, freeBytes: try landing.freeBytes(),
      state: IntentSteps.digest(facts.sorted()), collections: collections.sorted(),
      contents: contents, deployments: deployments)
  }

  /// What is there of one kind of object, by the object's own name.
  func held(_ kind: String) throws(Refusal) -> [String: ObjectMemory.Held] {
    var all: [String: ObjectMemory.Held] = [:]
    for object in try desk.objects(beginning: kind) {
      guard let held = object.held else { continue }
      all[String(held.key.object.dropFirst(kind.count))] = held
    }
    return all
  }

  /// The revision in the key of a deployment; nil when the deployment is gone.
  static func revision(_ key: StepKey) -> Int64? {
    key.version.split(separator: ".").first.flatMap { Int64($0) }
  }

  package func recheck(_ progress: @escaping PhaseProgress) throws(Refusal) -> PointRecheck {
    try landing.recheck(progress)
  }

  package func holds(_ digest: Digest, length: Int64?) -> Bool {
    landing.holds(digest, length: length)
  }

  package func open(held digest: Digest) throws(Refusal) -> FileDescriptor? {
    try landing.open(held: digest)
  }
}
