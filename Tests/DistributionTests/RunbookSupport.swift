// SPDX-License-Identifier: Apache-2.0
import Bundles
import Distribution
import Foundation
import Intents
import SystemPackage
import Testing
import Trust

/// What a point remembers, in memory; ends as a crash would after so many writes.
final class CrashingMemory: PointMemory {
  var values: [String: [UInt8]] = [:]
  var writesLeft = Int.max

  func remembered(_ key: String) throws(Refusal) -> [UInt8]? { values[key] }

  func keys(beginning prefix: String) throws(Refusal) -> [String] {
    values.keys.filter { $0.hasPrefix(prefix) }.sorted()
  }

  func remember(_ value: [UInt8]?, as key: String) throws(Refusal) {
    guard writesLeft > 0 else {
      throw Refusal(TestReason.stopped, key, seen: "a crash", expected: "none")
    }
    writesLeft -= 1
    values[key] = value
  }
}

/// Folders of landed content, in a scratch folder; what the site server calls them is made up.
final class TestLanding: ContentLanding {
  var landed: Set<Digest> = []

  func source(of manifest: Digest) throws(Refusal) -> StepText {
    try StepText(
      "\\\\srv\\src$\\waybill\\\(ContentID(manifest: manifest))", as: .path, of: "source folder")
  }

  func land(_ request: ContentRequest) throws(Refusal) -> Int64 {
    landed.insert(request.manifest)
    return 0
  }

  func remove(manifest: Digest) throws(Refusal) { landed.remove(manifest) }
  func freeBytes() throws(Refusal) -> Int64 { 1 << 40 }
  func holds(_ digest: Digest, length: Int64?) -> Bool { false }
  func open(held digest: Digest) throws(Refusal) -> FileDescriptor? { nil }
  func recheck(_ progress: @escaping PhaseProgress) throws(Refusal) -> PointRecheck {
    throw Refusal(TestReason.stopped, "recheck", seen: "a look", expected: "none")
  }
}

/// The site, intents and plans that the tests of runbooks share.
enum Runbooks {
  static let line = "11111111111111111111111111111111"

  static func digest(_ text: String) -> Digest { .sha256(Array(text.utf8)) }

  static func name(_ text: String) throws -> Name { try #require(Name(text)) }

  static func id(_ text: String) throws -> PackageID { try #require(PackageID(text)) }

  static func text(_ text: String, _ kind: StepText.Kind) throws -> StepText {
    try StepText(text, as: kind, of: "a test's \(kind.rawValue)")
  }

  static var header: RunbookHeader {
    get throws {
      RunbookHeader(
        site: try #require(SiteID("fjord-3")), siteCode: try #require(SiteCode("PS1")),
        bundle: (42, digest("slip")), plan: digest("reviewed"),
        approvedBy: [
          try #require(PersonName("Kari Nordmann")), try #require(PersonName("Ola O'Hara")),
        ], generator: "waybill-site 0.2.0")
    }
  }

  static var brief: PlanBrief {
    get throws {
      PlanBrief(
        plan: digest("reviewed"), bundle: 42, fingerprint: digest("slip"),
        approvedBy: try header.approvedBy)
    }
  }

  static func settings(
    points: [String] = ["dp1.corp.test", "dp2.corp.test"], collections: [String] = []
  ) throws -> RunbookSettings {
    let all = try #require(PackageID("SMS00001"))
    var targets = [
      try #require(CollectionName("Site 1")): RunbookSettings.Target(
        .existing(try id("PS100014")), members: 1...500),
      try #require(CollectionName("Lab")): RunbookSettings.Target(
        .made(below: all, devices: [16_777_217, 16_777_218])),
    ]
    for name in collections {
      targets[try #require(CollectionName(name))] = RunbookSettings.Target(.existing(all))
    }
    return try RunbookSettings(
      id: name("site-ps1"), site: #require(SiteID("fjord-3")), siteCode: #require(SiteCode("PS1")),
      points: points.map { try text($0, .host) },
      collections: targets, generator: "waybill-site 0.2.0")
  }

  static func manifest(
    name: String = "Tool", version: String = "3.1", line: String = line,
    command: String = #"setup.exe /quiet /log "C:\Logs\tool.log""#
  ) throws -> ContentManifest {
    ContentManifest(
      salt: try #require(RandomID(line)), line: try #require(RandomID(line)), name: name,
      version: version, counter: 1, publisherScope: [],
      programs: [
        Program(
          name: try self.name("install"), commandLine: command, account: .system,
          exitCodes: .applicationDefaults, detection: [], isCritical: false, isPrivileged: false,
          maximumRuntime: 45)
      ], fileCount: 1, totalLength: 4)
  }

  static func intent(
    _ id: String = "tool-lab", revision: Int64 = 4, collection: String = "Lab",
    content: String = "tool 3.1", purpose: DeploymentIntent.Purpose = .required,
    availableFrom: String? = "2027-01-10T06:00:00Z", deadline: String? = "2027-01-15T22:30:00Z"
  ) throws -> DeploymentIntent {
    DeploymentIntent(
      id: try name(id), revision: revision, manifest: digest(content), program: try name("install"),
      collection: try #require(CollectionName(collection)), purpose: purpose,
      availableFrom: try availableFrom.map { try #require(Instant($0)) },
      deadline: try deadline.map { try #require(Instant($0)) }, scope: [], isRollback: false)
  }

  static func request(_ intent: DeploymentIntent) throws -> ContentRequest {
    ContentRequest(
      line: try #require(RandomID(line)), manifest: intent.manifest, name: "Tool", version: "3.1"
    ) { (_) throws(Refusal) in
    } provide: { (file) throws(Refusal) in
      throw Refusal(TestReason.absent, file.path, seen: "nothing", expected: "bytes")
    }
  }

  /// One of each kind of step.
  static func steps() throws -> [SiteStep] {
    func key(_ text: String) throws -> StepKey { try #require(StepKey(text)) }
    let intent = try name("tool-lab")
    let owner = try name(line)
    let content = digest("tool 3.1")
    let points = [try text("dp1.corp.test", .host), try text("dp2.corp.test", .host)]
    let stamp = StepMark(owner: owner, part: .package, content: content, age: 42)
    let package = StepID.answer(of: try key("package.1@a"))
    let lab = StepID.answer(of: try key("collection.Lab@below.SMS00001"))
    let made = CollectionStep.Origin.made(
      below: try id("SMS00001"),
      stamp: StepMark(owner: try name("lab"), part: .collection, content: content, age: 1))
    let call = try ProgramStep(
      package: package, stamp: StepMark(owner: owner, part: .program, content: content, age: 42),
      name: name("install"), commandLine: text(#"setup.exe /log "C:\Logs\a b.log""#, .command),
      account: .user, duration: 45)
    let deploys = StepMark(owner: intent, part: .deployment, content: content, age: 4)
    return [
      SiteStep(
        try key("package.1@a"), for: intent,
        .package(
          try PackageStep(
            known: try id("PS100123"), stamp: stamp, name: text("Größe & Maß", .name),
            version: text("3.1", .name), source: text(#"\\srv\src$\waybill\2c8b"#, .path)))),
      SiteStep(try key("update.1@a"), for: intent, .update(package: package, stamp: stamp)),
      SiteStep(
        try key("distribution.1@a"), for: intent, .distribute(package: package, points: points),
        after: [try key("update.1@a")]),
      SiteStep(
        try key("content.1@a"), for: intent, .readContent(package: package, points: points)),
      SiteStep(try key("program.1.install@a"), for: intent, .program(call)),
      SiteStep(
        try key("collection.Site 1@PS100014"), for: intent,
        .collection(
          CollectionStep(
            name: try #require(CollectionName("Site 1")), origin: .existing(try id("PS100014")),
            members: 1...500))),
      SiteStep(
        try key("collection.Lab@below.SMS00001"), for: intent,
        .collection(CollectionStep(name: try #require(CollectionName("Lab")), origin: made))),
      SiteStep(
        try key("member.Lab.16777217@direct"), for: intent,
        .member(collection: lab, resource: 16_777_217)),
      SiteStep(
        try key("deployment.tool-lab@4"), for: intent,
        .deployment(
          DeploymentStep(
            package: package, program: try name("install"), collection: lab, stamp: deploys,
            purpose: .required, availableFrom: Instant("2027-01-10T06:00:00Z"),
            deadline: Instant("2027-01-15T22:30:00Z")))),
      SiteStep(
        try key("deployment.tool-soon@1"), for: intent,
        .deployment(
          DeploymentStep(
            package: package, program: try name("install"), collection: lab, stamp: deploys,
            purpose: .required, availableFrom: nil, deadline: nil))),
      SiteStep(
        try key("deployment.tool-offer@1"), for: intent,
        .deployment(
          DeploymentStep(
            package: package, program: try name("install"), collection: .known(try id("PS100014")),
            stamp: deploys, purpose: .available, availableFrom: nil, deadline: nil))),
      SiteStep(
        try key("devices.tool-lab@4.42"), for: intent,
        .readDeployment(.answer(of: try key("deployment.tool-lab@4")), collection: lab)),
      SiteStep(
        try key("deployment.old@gone.3"), for: intent,
        .removeDeployment(try id("PS120001"), stamp: deploys)),
      SiteStep(
        try key("program.2.install@off"), for: intent,
        .disableProgram(
          package: .known(try id("PS100007")), name: try name("install"), owner: stamp)),
      SiteStep(
        try key("content.2@gone"), for: intent,
        .withdraw(package: .known(try id("PS100007")), points: points)),
    ]
  }

  static func script(
    _ steps: [SiteStep]? = nil, number: Int64 = 7
  ) throws -> RunbookScript {
    let steps = if let steps { steps } else { try self.steps() }
    return try RunbookScript(RunbookPlan(header, number: number, steps: steps))
  }

  /// The folder of committed scripts.
  static let golden = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "../Runbooks").standardizedFileURL
}
