// SPDX-License-Identifier: Apache-2.0
package import Intents
import Trust

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
    try settle(key) {
      [$0.program]
    } naming: { _ in
      "\(request.content.packageID)/\(request.program.name)"
    }
  }

  package func ensureCollection(
    _ request: CollectionRequest, key: EffectKey
  ) throws(Refusal) -> Effect<String> {
    try settle(key) {
      $0.target
    } naming: {
      $0.collectionID?.text ?? request.name.text
    }
  }

  package func ensureDeployment(
    _ request: DeploymentRequest, key: EffectKey
  ) throws(Refusal) -> Effect<String> {
    try settle(key) {
      [$0.deployment]
    } naming: {
      $0.deploymentID?.text ?? key.description
    }
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
      guard
        let (line, package) = try held("package.").first(where: {
          IntentSteps.manifest(of: $0.value.key) == manifest
        }),
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
        state: DeviceState.state(ofStatusType: device.status), exitCode: nil, asOf: at)
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
