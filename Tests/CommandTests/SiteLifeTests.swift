// SPDX-License-Identifier: Apache-2.0
import SystemPackage
import TestKit
import Testing
import Trust

/// The drills of keys/README.md for sites: a host is lost, an old copy of one comes back, a key is renewed or revoked.
@Suite struct SiteLifeTests {
  private static let files: [String: [UInt8]] = [
    "tool.exe": program(1, count: 90_000), "read.me": Array("read me".utf8),
  ]

  /// A loop whose first round is booked and acknowledged, with Anna as officer.
  private func running() throws -> (loop: Rehearsal, medium: String) {
    let loop = try Rehearsal()
    try loop.setUp()
    try loop.makeKey("Anna")
    try loop.expectDone(
      try loop.centre("officer", "add", "Anna", loop.scratch["anna.json.pub"].string))
    try loop.release(version: "1", counter: 1, files: Self.files)
    let medium = try loop.medium()
    try loop.trip(medium)
    return (loop, medium)
  }

  @Test func S20_aLostHostIsEnrolledAnewAndGetsEverythingAgain() throws {
    let (loop, medium) = try running()
    try Files.remove(loop.scratch["site-fjord-3"])
    try Files.remove(loop.scratch["library-fjord-3"])
    let add = try loop.setUpAnew()
    #expect(add["waiting"] == true)
    // Until officers agree, nothing of the new life counts.
    try loop.back(medium)
    let early = try loop.centre("ingest", medium)
    #expect(early.exit == 11, "\(early.output)")
    #expect(early.text("code") == "WB1167")
    try loop.expectDone(try loop.accept())
    let plan = try loop.centre("plan", "fjord-3")
    #expect(plan.output.contains("\"files\":2"), "\(plan.output)")
    let out = try loop.medium("out")
    try loop.out(out)
    #expect(try loop.library().count > 3)
    try loop.back(out)
    try loop.expectDone(try loop.centre("ingest", out))
    #expect(try loop.standing()["applied"] == 2)
    #expect(try loop.centre("audit", "verify").exit == 0)
    #expect(try loop.site("fjord-3", "audit", "verify").exit == 0)
  }

  @Test func S19_R06_anOldCopyOfAHostStopsAndItsNewLifeIsHeldUntilAnOfficerAcceptsIt() throws {
    let (loop, _) = try running()
    try loop.scratch.copy(loop.scratch["site-fjord-3"], to: "old-copy")
    try loop.trip(try loop.medium("second"))
    let third = try loop.medium("third")
    try loop.expectDone(try loop.centre("export", "fjord-3", "--to", third))
    // The host is rolled back to its old copy: the centre acknowledges what it does not know.
    try Files.remove(loop.scratch["site-fjord-3"])
    try loop.scratch.copy(loop.scratch["old-copy"], to: "site-fjord-3")
    let library = try loop.library()
    let stopped = try loop.site("fjord-3", "import", third)
    #expect(stopped.exit == 41, "\(stopped.output)")
    #expect(stopped.text("code") == "WB4180")
    for command in [
      ["import", third], ["return", "--to", third], ["apply"], ["key", "renew"],
      ["enrol", "--to", loop.scratch["again.json"].string],
    ] {
      let run = try loop.site.run(
        command + ["--json", "--state", loop.scratch["site-fjord-3"].string])
      #expect(run.exit == 41)
      #expect(run.text("code") == "WB4182", "\(command)")
    }
    let status = try loop.site("fjord-3", "status")
    #expect(status["ended"] == true)
    let before = try #require(status.text("epoch"))
    try loop.scratch.copy(loop.scratch["site-fjord-3"], to: "ended")
    try Files.remove(loop.scratch["site-fjord-3"])

    let add = try loop.setUpAnew("--restored-from", before)
    #expect(add.text("restored_from") == before)
    // What lies on the medium is of the life before: it is noted, and is no base.
    let imported = try loop.site("fjord-3", "import", third)
    #expect(imported.exit == 0, "\(imported.output)")
    #expect(imported.output.contains("has not accepted this site's new life yet"))
    #expect(try loop.library() == library)
    try loop.back(third)
    let held = try loop.centre("ingest", third)
    #expect(held.exit == 15, "\(held.output)")
    #expect(held.text("code") == "WB1564")
    try loop.expectDone(try loop.accept())
    try loop.expectDone(try loop.centre("ingest", third))
    #expect(try loop.standing()["seq"] == 1)
    try loop.trip(try loop.medium("fourth"))
    #expect(try loop.library() == library)
    #expect(try loop.centre("audit", "verify").exit == 0)
    #expect(try loop.site("fjord-3", "audit", "verify").exit == 0)
  }

  @Test func R19_aRenewedKeySignsAloneOnceTheCentreHasAcknowledgedIt() throws {
    let (loop, _) = try running()
    let renewed = try loop.site("fjord-3", "key", "renew")
    try loop.expectDone(renewed)
    let new = try #require(renewed.text("next_key_id"))
    #expect(try loop.site("fjord-3", "key", "renew")["repeated"] == true)
    try loop.trip(try loop.medium("second"))
    #expect(try loop.site("fjord-3", "status").text("next_key_id") == new)
    try loop.trip(try loop.medium("third"))
    let status = try loop.site("fjord-3", "status")
    #expect(status.text("key_id") == new)
    #expect(status.text("next_key_id") == nil)
    #expect(try Files.names(in: loop.scratch["site-fjord-3"].appending("keys")).count == 2)
    #expect(try loop.centre("site", "show", "fjord-3").output.contains(new))
    try loop.trip(try loop.medium("fourth"))
    #expect(try loop.centre("audit", "verify").exit == 0)
    #expect(try loop.site("fjord-3", "audit", "verify").exit == 0)
    for (run, pack) in [
      (try loop.centre("audit", "export", "--to", loop.scratch["pack"].string), "pack"),
      (try loop.site("fjord-3", "audit", "export", "--to", loop.scratch["own"].string), "own"),
    ] {
      try loop.expectDone(run)
      let verified = try Tool("python3").run(loop.scratch[pack].appending("verify.py").string)
      #expect(verified.exit == 0, "\(verified.output)")
    }
  }

  @Test func C22_R08_aRevokedSiteGetsNothingAndItsReturnsAreKeptAside() throws {
    let (loop, _) = try running()
    try loop.expectDone(try loop.centre("site", "revoke", "fjord-3", "--reason", "laptop stolen"))
    let medium = try loop.medium("second")
    let refused = try loop.centre("export", "fjord-3", "--to", medium)
    #expect(refused.exit == 11)
    #expect(refused.text("code") == "WB1166")
    #expect(refused.text("seen")?.contains("laptop stolen") == true)
    #expect(try Files.names(in: FilePath(medium)).isEmpty)
    try loop.expectDone(try loop.site("fjord-3", "apply"))
    try loop.expectDone(try loop.site("fjord-3", "key", "renew"))
    try loop.back(medium)
    let aside = try loop.centre("ingest", medium)
    #expect(aside.exit == 11)
    #expect(aside.list("returns").first?.member("standing") == "quarantined")
    // With another key it is served again.
    try Files.remove(loop.scratch["site-fjord-3"])
    _ = try loop.setUpAnew()
    try loop.expectDone(try loop.accept())
    try loop.trip(try loop.medium("third"))
  }
}

extension Rehearsal {
  /// Sets the site up anew beside what it had, and hands its enrolment to the centre.
  ///
  /// - Returns: what `site add` says.
  func setUpAnew(_ more: String...) throws -> BuiltProgram.Run {
    let root = try centre("root", "show", "--to", scratch["root-2.json"].string)
    try expectDone(root)
    try expectDone(
      try site.run(
        [
          "init", "--site", "fjord-3", "--root", scratch["root-2.json"].string, "--rehearsal",
          "--fingerprint", root.text("root_fingerprint") ?? "", "--library",
          scratch["library-fjord-3"].string, "--json", "--state", scratch["site-fjord-3"].string,
        ] + more))
    let file = scratch["fjord-3.anew.json"].string
    let enrolled = try site("fjord-3", "enrol", "--to", file)
    try expectDone(enrolled)
    let add = try centre(
      "site", "add", file, "--fingerprint", enrolled.text("fingerprint") ?? "")
    try expectDone(add)
    return add
  }

  /// Anna approves what waits at the centre.
  func accept() throws -> BuiltProgram.Run {
    let show = try centre(
      "approve", "fjord-3", "--key", scratch["anna.json"].string, "--confirm", "")
    return try centre(
      "approve", "fjord-3", "--key", scratch["anna.json"].string, "--confirm",
      show.text("expected") ?? "")
  }
}
