// SPDX-License-Identifier: Apache-2.0
import Intents

extension RunbookPoint {
  /// The intents that are deployed and stay as they are, by the line whose package they use.
  func linesInUse(_ work: [PlannedWork]) throws(Refusal) -> [RandomID: DeploymentIntent] {
    var observed: [Digest: DeploymentIntent] = [:]
    for case .observe(let intent) in work { observed[intent.manifest] = intent }
    guard !observed.isEmpty else { return [:] }
    var lines: [RandomID: DeploymentIntent] = [:]
    for (name, package) in try held("package.") {
      guard let line = RandomID(name), let manifest = IntentSteps.manifest(of: package.key),
        let intent = observed[manifest]
      else { continue }
      lines[line] = intent
    }
    return lines
  }

  /// What takes the deployment of an intent away; nil when there is none.
  func removal(of intent: Name) throws(Refusal) -> SiteStep? {
    guard let held = try held("deployment.")[intent.text],
      let revision = RunbookPoint.revision(held.key), let id = held.answer.deploymentID
    else { return nil }
    let stamp = StepMark(
      owner: intent, part: .deployment, content: IntentSteps.digest([]), age: revision)
    return SiteStep(
      StepKey("deployment", intent.text, "gone.\(revision)"), for: intent,
      .removeDeployment(id, stamp: stamp))
  }

  /// What reads the devices of an intent that is deployed already; nil while that is not known.
  func observation(of intent: DeploymentIntent, _ bundle: Int64) throws(Refusal) -> SiteStep? {
    guard let deployment = try held("deployment.")[intent.id.text],
      RunbookPoint.revision(deployment.key) == intent.revision,
      let id = deployment.answer.deploymentID,
      let collection = try held("collection.")[intent.collection.text]?.answer.collectionID
    else { return nil }
    return SiteStep(
      IntentSteps.devicesKey(intent, bundle: bundle), for: intent.id,
      .readDeployment(.known(id), collection: .known(collection)))
  }

  /// - Throws: `DistributionReason.inUse` while a deployment uses the content.
  func checkUnused(_ manifest: Digest) throws(Refusal) {
    let content = ContentID(manifest: manifest).text
    for (_, deployment) in try held("deployment.") {
      let parts = deployment.key.version.split(separator: ".")
      guard parts.count > 1, parts[1] == content else { continue }
      throw Refusal(
        DistributionReason.inUse, content, seen: "\(deployment.key)", expected: "no deployment")
    }
  }
}
