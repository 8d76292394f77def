// SPDX-License-Identifier: Apache-2.0
import Bundles
import Distribution
import Foundation
import Intents
import SystemPackage
import TestKit
import Testing
import Trust

/// A runbook point with content that really lands.
@Suite struct RunbookLandingTests {
  private static let content = Content(
    line: Runbooks.line, version: "3.1", files: ["setup.exe": "one\n"])

  private struct Rig {
    let scratch: Scratch
    let landing: SourceLanding
    let memory = CrashingMemory()
    let server: RunbookServer
    var inbox: FilePath { scratch.path.appending("in") }
    var outbox: FilePath { scratch.path.appending("out") }
    var local: FilePath { scratch.path.appending("landing") }

    init() throws {
      scratch = try Scratch()
      server = try RunbookServer(in: scratch.path)
      let share = try SourceShare(
        local: scratch.path.appending("landing"), unc: #"\\srv\src$\waybill"#)
      let id = try Runbooks.name("site-ps1")
      let code = try #require(SiteCode("PS1"))
      try SourceLanding.create(share, id: id, siteCode: code)
      landing = try SourceLanding(share, id: id, siteCode: code)
    }

    func point() throws -> RunbookPoint {
      try RunbookPoint(
        Runbooks.settings(), landing: landing, memory: memory, outbox: outbox, inbox: inbox)
    }

    /// One run of the agent: announces, and asks for the content.
    func run(_ intent: DeploymentIntent, bundle: Int64 = 42) throws -> Effect<ContentReceipt> {
      let point = try point()
      let brief = PlanBrief(
        plan: Runbooks.digest("plan"), bundle: bundle, fingerprint: Runbooks.digest("slip"),
        approvedBy: [])
      try point.announce([.deploy(intent, Runbooks.manifest())], of: brief)
      return try point.ensureContent(
        RunbookLandingTests.content.request(from: scratch), key: EffectKey(intent))
    }

    /// What people do between two runs.
    func carry(at clock: String) throws {
      let names = try FileQuery.names(in: outbox)
      try #require(names.count == 1)
      let bytes = try FileQuery.contents(of: outbox.appending(names[0]), cap: 1 << 24)
      for folder in try FileQuery.names(in: local) where folder != ".waybill" {
        try server.share(#"\\srv\src$\waybill\"# + folder)
      }
      let run = try server.run(bytes, at: clock)
      #expect(run.exit == 0, "\(run.errors)")
      try server.carry(to: inbox)
    }
  }

  private static func intent() throws -> DeploymentIntent {
    let made = try Runbooks.intent(collection: "Site 1")
    return DeploymentIntent(
      id: made.id, revision: made.revision, manifest: content.manifest, program: made.program,
      collection: made.collection, purpose: made.purpose, availableFrom: nil, deadline: nil,
      scope: [], isRollback: false)
  }

  @Test(
    "content lands in the folder that the script names; damaged, it lands anew and the package follows (A15)"
  )
  func landing() throws {
    let rig = try Rig()
    let intent = try Self.intent()
    guard case .pending = try rig.run(intent) else { throw TestFailure(text: "done") }
    let stem = ContentID(manifest: Self.content.manifest).text
    let file = rig.local.appending(stem).appending("setup.exe")
    #expect(FileQuery.status(file)?.length == 4)
    try rig.carry(at: "2026-11-02T00:00:00Z")
    #expect(try receipt(rig.run(intent)).contentID == "PS100001.1")
    #expect(try rig.point().holds(.sha256(Array("one\n".utf8)), length: 4))

    let attributes: [FileAttributeKey: Any] = [.posixPermissions: 0o644]
    try FileManager.default.setAttributes(attributes, ofItemAtPath: file.string)
    try Data("eno\n".utf8).write(to: URL(fileURLWithPath: file.string))
    #expect(try rig.point().recheck { _, _, _ in }.damaged.count == 1)
    guard case .pending = try rig.run(intent, bundle: 43) else { throw TestFailure(text: "done") }
    try rig.carry(at: "2026-11-03T00:00:00Z")
    #expect(try receipt(rig.run(intent, bundle: 43)).contentID == "PS100001.2")
    let package = try #require(try rig.server.table("packages")["PS100001"])
    #expect(try package["PkgSourcePath"].string() == #"\\srv\src$\waybill\"# + stem + "-2")
  }
}
