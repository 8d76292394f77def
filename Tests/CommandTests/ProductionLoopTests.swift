// SPDX-License-Identifier: Apache-2.0
import Centre
import SystemPackage
import TestKit
import Testing
import Trust

/// The loop of a production centre and a production site, each step as the people there take it.
@Suite struct ProductionLoopTests {
  private let production: Production
  private var loop: Rehearsal { production.loop }

  init() throws { production = try Production() }

  @Test("C22, C24, S24, P01, C07: the loop runs in production with people at every gate")
  func wholeLoop() throws {
    try setUpWithRefusals()
    // Before any policy: sealed, and nothing may be wanted.
    try sealedTripBeforeAnyPolicy()
    try loop.add(
      version: "1", counter: 1, files: ["tool.exe": CommandTests.program(3, count: 70_000)],
      isCritical: true)
    try production.finish(
      try production.centre("content", "release"), by: ["content-1", "content-2"])
    let early = try loop.applyIntent("tool", version: "1", to: ["fjord-3"])
    #expect(early.exit == 32)
    #expect(early.text("expected")?.contains("of which there are none") == true)
    let loose = try loop.applyPolicy(site: "fjord-3", sealing: "required", operators: 1)
    #expect(loose.exit == 32)
    #expect(loose.text("code") == "WB3260")

    try production.signPolicy()
    try loop.expectDone(try loop.applyIntent("tool", version: "1", to: ["fjord-3"]))
    try criticalTrip()
  }

  /// Centre, site and enrolment, with what is refused on the way.
  private func setUpWithRefusals() throws {
    #expect(try production.setUpCentre()["published"] == true)
    let made = try production.initialiseSite()
    #expect(made["rehearsal"] == false, "\(made.output) \(made.errors)")
    let other = try production.enrol(read: String(repeating: "0", count: 64))
    #expect(other.exit == 12, "\(other.output)")
    #expect(try loop.centre("site", "list").list("sites").isEmpty)
    try loop.expectDone(try production.enrol())
    let file = loop.scratch["fjord-3.enrolment.json"].string
    let option = try loop.centre("site", "add", file, "--fingerprint", "00")
    #expect(option.text("code") == "WB3264", "\(option.output)")
    let medium = try loop.medium("early")
    for officer in Production.officers {
      let refused = try production.centre("export", "fjord-3", "--to", medium)
      #expect(refused.exit == 15)
      #expect(refused.text("code") == "WB1545")
      try loop.expectDone(try production.approve(as: officer))
    }
    #expect(try Files.names(in: FilePath(medium)).isEmpty)
  }

  private func sealedTripBeforeAnyPolicy() throws {
    let medium = try loop.medium("first")
    let export = try production.centre("export", "fjord-3", "--to", medium)
    #expect(export.exit == 0, "\(export.output) \(export.errors)")
    #expect(!(export.output + export.errors).contains("REHEARSAL"))
    #expect(
      try Files.names(in: FilePath(medium)).contains("fjord-3.out.000001/orders.tar.age"))
    let taken = try production.site("import", medium)
    #expect(taken.exit == 0, "\(taken.output) \(taken.errors)")
    let status = try loop.site("fjord-3", "status")
    #expect(status["rehearsal"] == false)
    #expect(status["policy"]?.member("signed") == false, "\(status.output)")
  }

  /// Something critical: officers approve the export, operators the plan.
  private func criticalTrip() throws {
    let medium = try loop.medium("second")
    let refused = try production.centre("export", "fjord-3", "--to", medium)
    #expect(refused.exit == 15, "\(refused.output)")
    for officer in Production.officers {
      try loop.expectDone(try production.approve(as: officer))
    }
    try loop.expectDone(try production.centre("export", "fjord-3", "--to", medium))
    let before = try loop.library()
    let waits = try production.site("import", medium)
    #expect(waits.exit == 15, "\(waits.output)")
    #expect(waits.text("code") == "WB1582")
    #expect(try loop.library() == before)
    for person in Production.operators {
      #expect(try loop.site("fjord-3", "apply").exit == 15)
      try loop.expectDone(try production.approve(loop.digits(of: waits), as: person))
    }
    try loop.expectDone(try loop.site("fjord-3", "apply"))
    let written = try production.site("return", "--to", medium)
    try loop.expectDone(written)
    #expect(
      try Files.names(in: FilePath(written.text("folder") ?? "")).contains("orders.tar.age"))
    let booked = try production.centre("ingest", medium)
    #expect(booked.exit == 0, "\(booked.output) \(booked.errors)")
    #expect(!booked.output.contains("without approvals"))
    #expect(try loop.standing()["applied"] == 2)
    #expect(try loop.site("fjord-3", "library", "verify").exit == 0)
  }

  @Test("P12: a rehearsal bundle at a production site is refused, and is no root of it")
  func rehearsalBundle() throws {
    try production.setUp()
    let other = try Rehearsal()
    try other.setUp()
    try other.release(
      version: "1", counter: 1, files: ["tool.exe": CommandTests.program(1, count: 900)])
    let medium = try other.medium()
    try other.expectDone(try other.centre("export", "fjord-3", "--to", medium))
    let before = try loop.library()
    let refused = try production.site("import", medium)
    #expect(refused.exit == 32, "\(refused.output)")
    #expect(refused.text("code") == "WB3286")
    #expect(try loop.library() == before)
    #expect(try loop.site("fjord-3", "history").output.contains("WB3286"))
    // Nor does the centre book what a rehearsal brings back.
    try other.out(medium)
    try other.back(medium)
    #expect(try production.centre("ingest", medium).exit == 11)
  }

  @Test("P07: a key whose secret is published makes no production centre")
  func publishedKey() throws {
    var arguments = ["trust", "init", "--spare-to", loop.scratch["spare.json"].string]
    for role in HeldCentre.names {
      arguments += ["--\(role)", "2of2"]
      for number in 1...2 {
        let name = "\(role)-\(number)"
        let key = name == "root-1" ? try GoldenKey.root.secret() : try SecretKey.generate()
        let file = PublicKeyFile(key: key.publicKey, label: name).encoded
        arguments += ["--key", "\(role)=\(try loop.scratch.write(name, file))"]
      }
    }
    let run = try production.centre(arguments)
    #expect(run.exit == 11, "\(run.output)")
    #expect(run.text("code") == "WB1119")
    #expect(loop.scratch.isMissing("centre"))
  }
}
