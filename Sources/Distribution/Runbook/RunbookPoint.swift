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
  private let landing: any ContentLanding

  /// What an announced plan asks, or why it cannot.
  private enum Announced {
    case steps(IntentSteps)
    case refused(Refusal)
  }

  private var announced: [EffectKey: Announced] = [:]
  private var removals: [Name: SiteStep] = [:]

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
        let manifest = Digest(hex: package.key.version)
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

// Effects.
extension RunbookPoint {
  package func ensureContent(
    _ request: ContentRequest, key: EffectKey
  ) throws(Refusal) -> Effect<ContentReceipt> {
    let repaired: Int64
    let asked: IntentSteps
    switch try steps(of: key) {
    case .pending(let text): return .pending(text)
    case .done(let steps): asked = steps
    }
    repaired = try landing.land(request)
    var last: StepAnswer?
    for step in asked.content {
      switch try desk.settle(step) {
      case .pending(let text): return .pending(text)
      case .done(let answer): last = answer
      }
    }
    guard let id = last?.packageID, let version = last?.sourceVersion else {
      return .pending("the id of \(asked.package.key)")
    }
    return .done(ContentReceipt(packageID: id, sourceVersion: version, repaired: repaired))
  }

  package func ensureProgram(
    _ request: ProgramRequest, key: EffectKey
  ) throws(Refusal) -> Effect<String> {
    try settle(key) { [$0.program] } naming: { _ in
      "\(request.content.packageID)/\(request.program.name)"
    }
  }

  package func ensureCollection(
    _ request: CollectionRequest, key: EffectKey
  ) throws(Refusal) -> Effect<String> {
    try settle(key) { $0.target } naming: { $0.collectionID?.text ?? request.name.text }
  }

  package func ensureDeployment(
    _ request: DeploymentRequest, key: EffectKey
  ) throws(Refusal) -> Effect<String> {
    try settle(key) { [$0.deployment] } naming: { $0.deploymentID?.text ?? key.description }
  }

  /// Of content the points lose the package; the package itself stays, empty, so that its line keeps its id. A
  /// collection that people made is theirs and stays.
  package func remove(_ removal: Removal, key: EffectKey) throws(Refusal) -> Effect<String> {
    switch removal {
    case .deployment(let intent):
      guard let held = try held("deployment.")[intent.text],
        RunbookPoint.revision(held.key) != nil
      else { return .done(intent.text) }
      guard let step = removals[intent] else { return .pending(Self.unannounced) }
      return try settle([step]) { _ in intent.text }
    case .content(let manifest):
      try checkUnused(manifest)
      guard let (line, package) = try held("package.").first(where: { $0.value.key.version == manifest.hex }),
        let id = package.answer.packageID
      else {
        try landing.remove(manifest: manifest)
        return .done(manifest.hex)
      }
      let step = SiteStep(
        StepKey("content", line, "gone.\(manifest)"), for: key.intent,
        .withdraw(package: .known(id), points: settings.points))
      let effect = try settle([step]) { _ in id.text }
      if case .done = effect { try landing.remove(manifest: manifest) }
      return effect
    case .collection(let name): return .done(name.text)
    }
  }

  /// - Throws: `DistributionReason.unknownObject` without such a deployment, `.stepWaits` before a result has told.
  package func status(
    of key: EffectKey, asOf: Instant
  ) throws(Refusal) -> [ComplianceRecord] {
    let deployment = try held("deployment.")[key.intent.text]
    guard let deployment, RunbookPoint.revision(deployment.key) == key.revision else {
      throw Refusal(
        DistributionReason.unknownObject, key.description,
        seen: deployment?.key.version ?? "no deployment", expected: "revision \(key.revision)")
    }
    guard let read = try held("devices.")[key.intent.text],
      RunbookPoint.revision(read.key) == key.revision,
      let (at, devices) = try desk.devices(of: read.key)
    else {
      throw Refusal(
        DistributionReason.stepWaits, key.description, seen: "no result that tells of devices",
        expected: "one")
    }
    return devices.map { device in
      ComplianceRecord(
        device: device.name, intent: key.intent, revision: key.revision,
        state: ComplianceRecord.State(statusType: device.status), exitCode: nil, asOf: at)
    }
  }

  private static let unannounced = "a plan that names it: none was announced"

  private func steps(of key: EffectKey) throws(Refusal) -> Effect<IntentSteps> {
    switch announced[key] {
    case nil: return .pending(Self.unannounced)
    case .refused(let refusal): throw refusal
    case .steps(let steps): return .done(steps)
    }
  }

  private func settle(
    _ key: EffectKey, _ choose: (IntentSteps) -> [SiteStep],
    naming name: (StepAnswer) -> String
  ) throws(Refusal) -> Effect<String> {
    switch try steps(of: key) {
    case .pending(let text): return .pending(text)
    case .done(let steps): return try settle(choose(steps), naming: name)
    }
  }

  /// Done when all are; the name is made of the first one's answer.
  private func settle(
    _ steps: [SiteStep], naming name: (StepAnswer) -> String
  ) throws(Refusal) -> Effect<String> {
    var first: StepAnswer?
    for step in steps {
      switch try desk.settle(step) {
      case .pending(let text): return .pending(text)
      case .done(let answer): first = first ?? answer
      }
    }
    return .done(first.map(name) ?? "")
  }
}
