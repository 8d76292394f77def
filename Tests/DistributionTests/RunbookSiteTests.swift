// SPDX-License-Identifier: Apache-2.0
import Bundles
import Distribution
import Foundation
import Intents
import SystemPackage
import TestKit
import Testing
import Trust

/// Script, run, result and desk together, at the simulated site.
@Suite struct RunbookSiteTests {
  /// A rig beside a site whose shares hold what the rig landed.
  private static func both(
    sharing contents: [String] = ["tool 3.1"]
  ) throws -> (rig: RunbookRig, site: RunbookServer) {
    let rig = try RunbookRig()
    let site = try RunbookServer(in: rig.scratch.path)
    for content in contents {
      try site.share(rig.landing.source(of: Runbooks.digest(content)).text)
    }
    return (rig, site)
  }

  private static func work(_ intent: DeploymentIntent) throws -> [PlannedWork] {
    [.deploy(intent, try Runbooks.manifest())]
  }

  /// What people do between two runs of the agent.
  private static func carry(
    _ rig: RunbookRig, _ site: RunbookServer, at clock: String = "2026-11-02T00:00:00Z",
    _ options: [String] = []
  ) throws {
    let run = try site.run(rig.scriptBytes(), at: clock, options)
    #expect(run.exit == 0, "\(run.errors)")
    try site.carry(to: rig.inbox)
  }

  @Test("a plan is run, its result settles it, and the point says what is there")
  func loop() throws {
    let (rig, site) = try Self.both()
    let lab = try Runbooks.intent()
    let other = try Runbooks.intent(
      "tool-site", revision: 1, collection: "Site 1", purpose: .available, availableFrom: nil,
      deadline: nil)
    let work: [PlannedWork] = [
      .deploy(lab, try Runbooks.manifest()), .deploy(other, try Runbooks.manifest()),
    ]
    try rig.announce(work)
    guard case .pending = try rig.apply(lab) else { throw TestFailure(text: "done") }
    try Self.carry(rig, site)
    try rig.restart()
    try rig.announce(work)
    #expect(try rig.apply(lab) == .done("PS120001"))
    #expect(try rig.apply(other) == .done("PS120002"))
    #expect(try rig.scripts.isEmpty)

    let description = try rig.point.describe()
    #expect(description.kind == .runbook)
    #expect(description.deployments == [EffectKey(lab), EffectKey(other)])
    #expect(description.collections.map(\.text) == ["Lab", "Site 1"])
    #expect(description.contents.map(\.receipt.contentID) == ["PS100001.1"])
    #expect(description.contents.map(\.isComplete) == [true])

    let package = try #require(try site.table("packages")["PS100001"])
    #expect(try package["Name"].string() == "Tool")
    #expect(try package["PkgSourcePath"].string() == rig.landing.source(of: lab.manifest).text)
    let program = try #require(try site.table("programs")["PS100001|install"])
    #expect(try program["Duration"].integer(in: 0...1000) == 45)
    #expect(try program["ProgramFlags"].integer(in: 0...Int64.max) & 0x0910_8000 == 0x0910_8000)
    let deployment = try #require(try site.table("deployments")["PS120001"])
    #expect(try deployment["OfferType"].integer(in: 0...2) == 0)
    #expect(try deployment["PresentTime"].string() == "2027-01-10T06:00:00Z")
    let schedule = try deployment["AssignedSchedule"].array()
    #expect(try schedule.map { try $0["StartTime"].string() } == ["2027-01-15T22:30:00Z"])
    #expect(try deployment.optional("ExpirationTime") == nil)
    #expect(try deployment["RerunBehavior"].string() == "RerunIfFailedPreviousAttempt")
    let members = try #require(try site.table("collections")["PS100015"])
    #expect(try members["rules"].array().count == 2)
  }

  @Test("the same script again finds all of it done, and changes nothing")
  func twice() throws {
    let (rig, site) = try Self.both()
    let intent = try Runbooks.intent()
    try rig.announce(Self.work(intent))
    try Self.carry(rig, site)
    let before = try site.call(["get"])[0]
    try Self.carry(rig, site)
    #expect(try site.call(["get"])[0] == before)
    let result = try String(
      contentsOfFile: rig.inbox.appending(try rig.script().resultName).string, encoding: .utf8)
    #expect(!result.contains(#""outcome":"failed""#))
    for kind in ["package", "distribute", "program", "collection", "member", "deployment"] {
      #expect(result.contains(#"{"step":"\#(kind)""#), "\(kind)")
    }
    let changed = result.split(separator: "\n").filter { $0.contains(#""outcome":"done""#) }
    #expect(changed.allSatisfy { $0.contains(#""step":"read-"#) }, "\(changed)")
  }

  @Test("-WhatIf shows what would be done, changes nothing and writes no result")
  func whatIf() throws {
    let (rig, site) = try Self.both()
    try rig.announce(Self.work(Runbooks.intent()))
    let tables = ["packages", "programs", "collections", "deployments", "distributions"]
    let before = try tables.map { try site.table($0).keys.sorted() }
    let run = try site.run(rig.scriptBytes(), ["--whatif"])
    #expect(run.exit == 0, "\(run.errors)")
    #expect(run.output.contains("What if: Performing the operation \"New-CMPackage\""))
    #expect(run.output.contains(#""outcome":"planned""#))
    let after = try tables.map { try site.table($0).keys.sorted() }
    #expect(after == before)
    #expect(try site.results.isEmpty)
  }

  @Test("A17: killed behind any change, the script is run again and ends where it would have")
  func killed() throws {
    let tables = ["packages", "programs", "collections", "deployments", "distributions"]
    func state(_ site: RunbookServer) throws -> [JSONValue] {
      try tables.map { try site.call(["get", .string($0)])[0] }
    }
    let (calm, undisturbed) = try Self.both()
    try calm.announce(Self.work(Runbooks.intent()))
    try Self.carry(calm, undisturbed)
    let expected = try state(undisturbed)
    var changes = 1
    while true {
      let (rig, site) = try Self.both()
      let intent = try Runbooks.intent()
      try rig.announce(Self.work(intent))
      let run = try site.run(rig.scriptBytes(), ["--kill-after-changes", "\(changes)"])
      try site.carry(to: rig.inbox)
      try rig.announce(Self.work(intent))
      if run.exit == 0 { break }
      #expect(run.exit == 137, "\(run.errors)")
      guard case .pending(let text) = try rig.apply(intent) else { throw TestFailure(text: "done") }
      #expect(text.contains("was interrupted"))
      try Self.carry(rig, site)
      try rig.announce(Self.work(intent))
      #expect(try rig.apply(intent) == .done("PS120001"), "\(changes) changes")
      #expect(try state(site) == expected, "\(changes) changes")
      changes += 1
    }
    #expect(changes > 8)
  }

  @Test(
    "A15: another version of the content is a new folder, an update, a new deployment for the old")
  func update() throws {
    let (rig, site) = try Self.both(sharing: ["tool 3.1", "tool 4.0"])
    let old = try Runbooks.intent(collection: "Site 1")
    try rig.announce(Self.work(old))
    try Self.carry(rig, site)
    try rig.announce(Self.work(old))
    #expect(try rig.apply(old) == .done("PS120001"))
    let stale = try rig.script().bytes

    let new = try Runbooks.intent(revision: 5, collection: "Site 1", content: "tool 4.0")
    let work: [PlannedWork] = [.deploy(new, try Runbooks.manifest(version: "4.0"))]
    try rig.announce(work, bundle: 43)
    guard case .pending = try rig.apply(new) else { throw TestFailure(text: "done") }
    try Self.carry(rig, site, at: "2026-11-03T00:00:00Z")
    try rig.announce(work, bundle: 43)
    #expect(try rig.apply(new) == .done("PS120002"))
    #expect(try site.table("deployments").keys.sorted() == ["PS120002"])
    #expect(try rig.point.describe().contents.map(\.receipt.contentID) == ["PS100001.2"])
    #expect(try rig.point.describe().deployments == [EffectKey(new)])

    // The old script, found somewhere and run once more, undoes nothing.
    let before = try site.call(["get", "packages"], ["get", "deployments"])
    _ = try site.run(stale, named: "old.ps1", at: "2026-11-04T00:00:00Z")
    #expect(try site.call(["get", "packages"], ["get", "deployments"]) == before)
    try site.carry(to: rig.inbox)
    try rig.announce(work, bundle: 43)
    #expect(try rig.apply(new) == .done("PS120002"))
  }

  @Test("A12: content that is still on its way waits, and the same script looks again")
  func waiting() throws {
    let (rig, site) = try Self.both()
    try site.call(["set", "delay", "distribution", 3])
    let intent = try Runbooks.intent(collection: "Site 1")
    try rig.announce(Self.work(intent))
    try Self.carry(rig, site)
    try rig.announce(Self.work(intent))
    guard case .pending(let text) = try rig.apply(intent) else { throw TestFailure(text: "done") }
    #expect(text.contains("distribution points that have the content: 0"))
    #expect(try site.table("deployments").isEmpty)
    for hour in 1...3 { try Self.carry(rig, site, at: "2026-11-02T0\(hour):00:00Z") }
    try rig.announce(Self.work(intent))
    #expect(try rig.apply(intent) == .done("PS120001"))
  }

  @Test(
    "a server that does not answer is waited for, any other failure is not; both pass when run again"
  )
  func failures() throws {
    for (code, reason) in [
      ("0x800706BA", DistributionReason.stepWaits), ("0x80041001", .refused),
    ] {
      let (rig, site) = try Self.both()
      let intent = try Runbooks.intent(collection: "Site 1")
      try rig.announce(Self.work(intent))
      try Self.carry(rig, site, ["--fail", "Start-CMContentDistribution=\(code)"])
      try rig.announce(Self.work(intent))
      refuses(reason) { _ = try rig.apply(intent) }
      // A program does not need what failed, a deployment does.
      #expect(try site.table("programs").count == 1)
      #expect(try site.table("deployments").isEmpty)
      try Self.carry(rig, site, at: "2026-11-02T01:00:00Z")
      try rig.announce(Self.work(intent))
      #expect(try rig.apply(intent) == .done("PS120001"))
    }
  }

  @Test("a source folder that is not there yet is waited for")
  func unlanded() throws {
    let (rig, site) = try Self.both(sharing: [])
    let intent = try Runbooks.intent(collection: "Site 1")
    try rig.announce(Self.work(intent))
    try Self.carry(rig, site)
    try rig.announce(Self.work(intent))
    guard case .pending(let text) = try rig.apply(intent) else { throw TestFailure(text: "done") }
    #expect(text.contains("source folder"))
    #expect(try site.table("packages").isEmpty)
  }

  @Test(
    "removal takes the deployment of the intent and nothing else; what is not there is done already"
  )
  func removal() throws {
    let (rig, site) = try Self.both()
    let intent = try Runbooks.intent(collection: "Site 1")
    let key = EffectKey(intent)
    #expect(try rig.point.remove(.deployment(intent: intent.id), key: key) == .done("tool-lab"))
    try rig.announce(Self.work(intent))
    try Self.carry(rig, site)
    try rig.announce(Self.work(intent))
    refuses(.inUse) { _ = try rig.point.remove(.content(manifest: intent.manifest), key: key) }
    try rig.announce([.remove(intent: intent.id)], bundle: 43)
    guard case .pending = try rig.point.remove(.deployment(intent: intent.id), key: key) else {
      throw TestFailure(text: "done")
    }
    try Self.carry(rig, site, at: "2026-11-03T00:00:00Z")
    try rig.announce([.remove(intent: intent.id)], bundle: 43)
    #expect(try rig.point.remove(.deployment(intent: intent.id), key: key) == .done("tool-lab"))
    #expect(try site.table("deployments").isEmpty)
    #expect(try rig.point.describe().deployments.isEmpty)
    #expect(try site.table("packages").count == 1)

    guard case .pending = try rig.point.remove(.content(manifest: intent.manifest), key: key) else {
      throw TestFailure(text: "done")
    }
    try Self.carry(rig, site, at: "2026-11-04T00:00:00Z")
    try rig.point.desk.collect()
    #expect(
      try rig.point.remove(.content(manifest: intent.manifest), key: key) == .done("PS100001"))
    #expect(try site.table("distributions").isEmpty)
    #expect(try rig.point.describe().contents.map(\.isComplete) == [false])
  }

  @Test("what devices reported comes back with the result; who was not heard of is unknown")
  func devices() throws {
    let (rig, site) = try Self.both()
    let intent = try Runbooks.intent()
    let key = EffectKey(intent)
    let moment = try #require(Instant("2026-11-09T00:00:00Z"))
    refuses(.unknownObject) { _ = try rig.point.status(of: key, asOf: moment) }
    try rig.announce(Self.work(intent))
    try Self.carry(rig, site)
    try rig.announce(Self.work(intent))
    #expect(try rig.point.status(of: key, asOf: moment).map(\.state) == [.unknown, .unknown])

    try site.call(
      ["outcome", "PS100001", "install", "PC-001", 1],
      ["outcome", "PS100001", "install", "PC-002", 5])
    try rig.announce([.observe(intent)], bundle: 43)
    try Self.carry(rig, site, at: "2026-11-05T00:00:00Z")
    try rig.announce([.observe(intent)], bundle: 43)
    let records = try rig.point.status(of: key, asOf: moment)
    #expect(records.map(\.device) == ["PC-001", "PC-002"])
    #expect(records.map(\.state) == [.succeeded, .failed])
    #expect(records.allSatisfy { $0.asOf.description == "2026-11-05T00:00:00Z" })
    #expect(try rig.scripts.isEmpty)
  }

  @Test("A18: a signed script is the script that was issued; one that was changed is not")
  func signature() throws {
    let (rig, site) = try Self.both()
    let intent = try Runbooks.intent(collection: "Site 1")
    try rig.announce(Self.work(intent))
    let bytes = try rig.scriptBytes()
    let block =
      "\r\n# SIG # Begin signature block\r\n# SIG # MIIx\r\n# SIG # End signature block\r\n"
    let changed = bytes + Array("# a remark\r\n".utf8)
    #expect(try site.run(changed).exit == 0)
    try site.carry(to: rig.inbox)
    try rig.announce(Self.work(intent))
    refuses(.resultAltered) { _ = try rig.apply(intent) }
    #expect(try site.run(bytes + Array(block.utf8), at: "2026-11-02T01:00:00Z").exit == 0)
    try site.carry(to: rig.inbox)
    try rig.announce(Self.work(intent))
    #expect(try rig.apply(intent) == .done("PS120001"))
  }

  @Test("a program that is disabled runs nowhere, and comes back with the next step that wants it")
  func disabled() throws {
    let (rig, site) = try Self.both()
    let intent = try Runbooks.intent(collection: "Site 1")
    try rig.announce(Self.work(intent))
    let bytes = try rig.scriptBytes()
    #expect(try site.run(bytes).exit == 0)
    let mark = StepMark(
      owner: try Runbooks.name(Runbooks.line), part: .program, content: Runbooks.digest("off"),
      age: 42)
    let step = SiteStep(
      try #require(StepKey("program.x@off")), for: intent.id,
      .disableProgram(
        package: .known(try Runbooks.id("PS100001")), name: intent.program, owner: mark))
    func flags() throws -> Int64 {
      let program = try #require(try site.table("programs")["PS100001|install"])
      return try program["ProgramFlags"].integer(in: 0...Int64.max)
    }
    for _ in 1...2 {
      #expect(try site.run(Runbooks.script([step]).bytes, named: "off.ps1").exit == 0)
      #expect(try flags() & 0x1000 == 0x1000)
    }
    #expect(try site.run(bytes).exit == 0)
    #expect(try flags() & 0x1000 == 0)
  }
}
