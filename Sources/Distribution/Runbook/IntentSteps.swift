// SPDX-License-Identifier: Apache-2.0
import Intents
import Trust

/// The steps that one intent asks for at a ConfigMgr site, each with the key that it always has.
struct IntentSteps: Hashable {
  let package: SiteStep
  let update: SiteStep
  let distribute: SiteStep
  let ready: SiteStep
  let program: SiteStep
  let collection: SiteStep
  let members: [SiteStep]
  let deployment: SiteStep
  let devices: SiteStep

  var content: [SiteStep] { [package, update, distribute, ready] }
  var target: [SiteStep] { [collection] + members }
  var all: [SiteStep] { content + [program] + target + [deployment, devices] }

  /// - Parameter bundle: how new the intent is, in stamps.
  /// - Throws: `DistributionReason.valueRefused`, `.collectionRefused`.
  init(
    _ intent: DeploymentIntent, _ manifest: ContentManifest, source: StepText, bundle: Int64,
    settings: RunbookSettings
  ) throws(Refusal) {
    guard let chosen = manifest.program(named: intent.program) else {
      throw Refusal(
        DistributionReason.unknownObject, "intent \(intent.id)", seen: intent.program.text,
        expected: manifest.programs.map(\.name.text).joined(separator: ", "))
    }
    guard let owner = Name(manifest.line.text) else {
      preconditionFailure("32 hex digits are a name")
    }
    let line = manifest.line.text
    // Content that landed anew, in another folder, is another version of the package.
    let version = "\(intent.manifest).\(IntentSteps.mark([source.text]))"
    let stamp = StepMark(
      owner: owner, part: .package, content: IntentSteps.digest([version]), age: bundle)

    package = SiteStep(
      StepKey("package", line, version), for: intent.id,
      .package(
        try PackageStep(
          stamp: stamp,
          name: StepText(manifest.name, as: .name, of: "name of content \(intent.content)"),
          version: StepText(
            manifest.version, as: .name, of: "version of content \(intent.content)"),
          source: source)))
    let id = StepID.answer(of: package.key)
    update = SiteStep(
      StepKey("update", line, version), for: intent.id, .update(package: id, stamp: stamp))
    let points = IntentSteps.mark(settings.points.map(\.text))
    distribute = SiteStep(
      StepKey("distribution", line, "\(version).\(points)"), for: intent.id,
      .distribute(package: id, points: settings.points), after: [update.key])
    ready = SiteStep(
      StepKey("content", line, version), for: intent.id,
      .readContent(package: id, points: settings.points), after: [distribute.key])

    let call = try ProgramStep(
      package: id,
      stamp: StepMark(
        owner: owner, part: .program,
        content: IntentSteps.digest([
          version, chosen.commandLine, chosen.account.rawValue, "\(chosen.maximumRuntime)",
        ]), age: bundle),
      name: chosen.name,
      commandLine: StepText(chosen.commandLine, as: .command, of: "command line of \(chosen.name)"),
      account: chosen.account, duration: chosen.maximumRuntime)
    program = SiteStep(
      StepKey("program", "\(line).\(chosen.name)", call.stamp.content), for: intent.id,
      .program(call), after: [update.key])

    (collection, members) = try IntentSteps.target(intent, settings)
    let isReady = [ready.key, program.key] + members.map(\.key)
    let facts = [
      version, intent.program.text, intent.collection.text, intent.purpose.rawValue,
      intent.availableFrom?.description ?? "", intent.deadline?.description ?? "",
    ]
    let deploys = StepMark(
      owner: intent.id, part: .deployment, content: IntentSteps.digest(facts), age: intent.revision)
    deployment = SiteStep(
      StepKey(
        "deployment", intent.id.text,
        "\(intent.revision).\(intent.content).\(deploys.content)"),
      for: intent.id,
      .deployment(
        DeploymentStep(
          package: id, program: intent.program, collection: .answer(of: collection.key),
          stamp: deploys, purpose: intent.purpose, availableFrom: intent.availableFrom,
          deadline: intent.deadline)), after: isReady)
    devices = SiteStep(
      IntentSteps.devicesKey(intent, bundle: bundle), for: intent.id,
      .readDeployment(
        .answer(of: deployment.key), collection: .answer(of: collection.key)))
  }

  static func devicesKey(_ intent: DeploymentIntent, bundle: Int64) -> StepKey {
    StepKey("devices", intent.id.text, "\(intent.revision).\(bundle)")
  }

  private static func target(
    _ intent: DeploymentIntent, _ settings: RunbookSettings
  ) throws(Refusal) -> (SiteStep, [SiteStep]) {
    let name = intent.collection
    guard let target = settings.collections[name] else {
      throw Refusal(
        DistributionReason.collectionRefused, "intent \(intent.id)", seen: name.text,
        expected: settings.collections.keys.sorted().map(\.text).joined(separator: ", "))
    }
    switch target.origin {
    case .existing(let id):
      let step = CollectionStep(name: name, origin: .existing(id), members: target.members)
      let bounds = target.members.map { ".\($0.lowerBound)-\($0.upperBound)" } ?? ""
      return (
        SiteStep(
          StepKey("collection", name.text, id.text + bounds), for: intent.id, .collection(step)),
        []
      )
    case .made(let limiting, let devices):
      let mark = digest([name.text, limiting.text])
      guard let owner = Name(digest([name.text]).hex.prefix(22)) else {
        preconditionFailure("hex digits are a name")
      }
      let step = CollectionStep(
        name: name,
        origin: .made(
          below: limiting, stamp: StepMark(owner: owner, part: .collection, content: mark, age: 1)))
      let collection = SiteStep(
        StepKey("collection", name.text, "below.\(limiting)"), for: intent.id, .collection(step))
      let members = Set(devices).sorted().map { device in
        SiteStep(
          StepKey("member", "\(name).\(device)", "direct"), for: intent.id,
          .member(collection: .answer(of: collection.key), resource: device))
      }
      return (collection, members)
    }
  }

  /// The manifest in the key of a package, of its content or of its update; nil in any other.
  static func manifest(of key: StepKey) -> Digest? { Digest(hex: key.version.prefix(64)) }

  /// SHA-256 over texts, none of which holds a line break.
  static func digest(_ texts: [String]) -> Digest {
    .sha256(Array(texts.joined(separator: "\n").utf8))
  }

  private static func mark(_ texts: [String]) -> String { String(digest(texts).hex.prefix(16)) }
}
