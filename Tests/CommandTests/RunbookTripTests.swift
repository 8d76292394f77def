// SPDX-License-Identifier: Apache-2.0
import SystemPackage
import TestKit
import Testing
import Trust

/// A production site whose ConfigMgr an administrator drives: the agent writes one script, a person runs it, the
/// agent reads what it did.
@Suite struct RunbookTripTests {
  private let production: Production
  private let server: RunbookServer
  private var loop: Rehearsal { production.loop }
  private var outbox: FilePath { loop.scratch["outbox"] }
  private var inbox: FilePath { loop.scratch["inbox"] }

  init() throws {
    production = try Production()
    server = try RunbookServer(in: try production.loop.scratch.folder("configmgr"))
    let made = try server.call([
      "create_collection",
      ["Name": .string(Rehearsal.collection), "LimitToCollectionID": "SMS00001"],
    ])
    let id = try #require(made.first?.member("CollectionID"))
    try server.call(["add_rule", id, ["ResourceID": .integer(16_777_217)]])
    try production.setUp()
    guard case .string(let collection) = id else { return }
    let file = try loop.scratch.write("point.json", settings(collection))
    try loop.expectDone(try loop.site("fjord-3", "point", "set", "-f", file.string))
  }

  private func settings(_ collection: String) -> [UInt8] {
    let target: JSONValue = ["id": .string(collection)]
    let value: JSONValue = [
      "waybill": "point/1", "kind": "runbook", "site_code": "PS1",
      "sources": [
        "folder": .string(loop.scratch["sources"].string), "unc": .string(RunbookTripTests.unc),
      ],
      "distribution_points": ["dp1.corp.test"],
      "runbook": [
        "outbox": .string(outbox.string), "inbox": .string(inbox.string),
        "collections": .object(JSONObject([(Rehearsal.collection, target)])),
      ],
    ]
    return value.encoded
  }

  private static let unc = #"\\srv\src$\waybill"#

  /// What the administrator does between two runs of the agent.
  private func runTheScript() throws -> String {
    let names = try Files.names(in: outbox)
    let name = try #require(names.first)
    #expect(names.count == 1)
    for folder in try Files.names(in: loop.scratch["sources"]) where !folder.hasPrefix(".") {
      let top = try #require(folder.split(separator: "/").first)
      try server.share(RunbookTripTests.unc + #"\"# + top)
    }
    let script = try Files.bytes(outbox.appending(name))
    let run = try server.run(script)
    #expect(run.exit == 0, "\(run.errors)")
    try server.carry(to: inbox)
    return String(decoding: script, as: UTF8.self)
  }

  @Test func `an approved plan becomes one script, and is applied when its result says so`() throws
  {
    try loop.add(
      version: "1", counter: 1, files: ["tool.exe": CommandTests.program(3, count: 70_000)],
      isCritical: true)
    try production.finish(
      try production.centre("content", "release"), by: ["content-1", "content-2"])
    try production.signPolicy()
    try loop.expectDone(try loop.applyIntent("tool", version: "1", to: ["fjord-3"]))
    for officer in Production.officers {
      _ = try production.centre("export", "fjord-3", "--to", loop.medium())
      try loop.expectDone(try production.approve(as: officer))
    }
    try loop.expectDone(try production.centre("export", "fjord-3", "--to", loop.medium()))

    let asked = try production.site("import", loop.medium())
    #expect(asked.exit == 15, "\(asked.output)")
    #expect(try Files.names(in: outbox).isEmpty)
    for person in Production.operators {
      try loop.expectDone(try production.approve(loop.digits(of: asked), as: person))
    }
    let waits = try loop.site("fjord-3", "apply")
    #expect(waits.exit == 3, "\(waits.output)")
    #expect(try server.table("packages").isEmpty)
    let again = try loop.site("fjord-3", "apply")
    #expect(again.exit == 3, "\(again.output)")

    let script = try runTheScript()
    for person in Production.operators { #expect(script.contains(person)) }
    let done = try loop.site("fjord-3", "apply")
    try loop.expectDone(done)
    #expect(try server.table("packages").count == 1)
    #expect(try server.table("deployments").count == 1)
    let status = try loop.site("fjord-3", "status")
    #expect(status.list("intents").first?.member("package_id") == .string("PS100001"))
    try loop.expectDone(try production.site("return", "--to", loop.medium()))
    try loop.expectDone(try production.centre("ingest", loop.medium()))
    #expect(try loop.standing()["applied"] == 1)
  }
}
