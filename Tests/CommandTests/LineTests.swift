// SPDX-License-Identifier: Apache-2.0
import GRDB
import SystemPackage
import TestKit
import Testing
import Trust

/// The numbered line of one site, as bundles are lost, overtaken, late or undone: through the real programs.
@Suite struct LineTests {
  private let loop: Rehearsal

  init() throws {
    loop = try Rehearsal()
    try loop.setUpPeople(operators: 1)
    try release("1", 1)
  }

  private func release(_ version: String, _ counter: Int) throws {
    try loop.release(
      version: version, counter: counter,
      files: ["tool.exe": program(UInt64(counter), count: 9000)])
  }

  /// A command of either side under another clock.
  private func run(
    _ name: String, at clock: String, _ arguments: String...
  ) throws -> BuiltProgram.Run {
    let state = name == "waybill-site" ? "site-fjord-3" : "centre"
    return try BuiltProgram(name, wrapper: ["faketime", "-f", clock]).run(
      arguments + ["--json", "--state", loop.scratch[state].string])
  }

  private func export(to name: String, at clock: String = "+0d") throws -> String {
    let medium = try loop.medium(name)
    try loop.expectDone(try run("waybill-centre", at: clock, "export", "fjord-3", "--to", medium))
    return medium
  }

  @Test func S05_S04_aLostBundleHoldsNothingUpBeforeOrBehindIt() throws {
    let first = try export(to: "first")
    _ = try export(to: "lost")
    let taken = try loop.site("fjord-3", "import", first)
    #expect(taken.exit == 0, "issuing bundle 2 invalidates nothing: \(taken.output)")
    let third = try export(to: "third")
    #expect(try loop.site("fjord-3", "import", third).exit == 0)
    #expect(try loop.site("fjord-3", "status")["n"] == 3)
  }

  @Test func S03_theNewestOfTwoOnOneMediumIsTakenAndTheOtherNoted() throws {
    let medium = try export(to: "both")
    try release("2", 2)
    _ = try export(to: "both")
    let run = try loop.site("fjord-3", "import", medium)
    #expect(run.exit == 0, "\(run.output)")
    #expect(run.list("bundles").compactMap { $0.member("state") } == ["taken", "superseded"])
    #expect(run.output.contains("bundle 1 is superseded"))
    #expect(try loop.site("fjord-3", "history").output.contains("bundle.superseded"))
  }

  @Test func S06_aSignedRollbackIsAppliedOnceItIsApproved() throws {
    try loop.trip(try loop.medium("first"))
    try release("2", 2)
    try loop.trip(try loop.medium("second"))
    let newer = try loop.library()
    let plain = try loop.applyIntent("tool", version: "1", to: ["fjord-3"])
    try loop.expectDone(plain)
    let unsigned = try loop.site("fjord-3", "import", try export(to: "third"))
    #expect(unsigned.exit == 13, "\(unsigned.output)")
    #expect(unsigned.text("code") == "WB1381")
    #expect(try loop.library() == newer)

    try loop.expectDone(
      try loop.applyIntent("tool", version: "1", to: ["fjord-3"], isRollback: true))
    try loop.approveExport()
    let waits = try loop.site("fjord-3", "import", try export(to: "fourth"))
    #expect(waits.exit == 15, "\(waits.output)")
    #expect(try loop.library() == newer)
    try loop.expectDone(try loop.approve("bo", loop.digits(of: waits)))
    try loop.expectDone(try loop.site("fjord-3", "apply"))
    #expect(try loop.library() != newer)
    let intent = try #require(try loop.site("fjord-3", "status").list("intents").first)
    #expect(intent.member("state") == "applied")
    #expect(try loop.site("fjord-3", "library", "verify").exit == 0)
  }

  @Test func S09_whatExpiredAtTheSiteDoesNotHoldAFreshBundleUp() throws {
    try loop.expectDone(try loop.site("fjord-3", "import", try export(to: "first")))
    try release("2", 2)
    let medium = try export(to: "second", at: "+100d")
    let run = try run("waybill-site", at: "+100d", "import", medium)
    #expect(run.exit == 0, "\(run.output)")
    #expect(try loop.site("fjord-3", "status")["n"] == 2)
  }

  @Test func S12_aClockTurnedBackRevivesNothing() throws {
    let old = try export(to: "old")
    let other = try loop.medium("other")
    try loop.expectDone(
      try run("waybill-site", at: "+100d", "import", try export(to: "new", at: "+100d")))
    // Bundle 3 is signed by a centre whose clock stands where it stood, and shown to a site whose clock does too.
    try loop.expectDone(
      try run("waybill-centre", at: "+0d", "export", "fjord-3", "--to", other))
    let revived = try run("waybill-site", at: "+1d", "import", other)
    #expect(revived.exit == 14, "\(revived.output)")
    #expect(revived.output.contains("source: floor"))
    let before = try run("waybill-site", at: "+1d", "import", old)
    #expect(before.exit == 13, "\(before.output)")
  }

  @Test func T14_floorsOutliveTheMetadataThatSetThem() throws {
    let old = try export(to: "old")
    try loop.expectDone(try loop.site("fjord-3", "import", try export(to: "new")))
    let library = try loop.library()
    // All that was kept of bundle 2 has expired: its numbers still hold.
    let late = try run("waybill-site", at: "+100d", "import", old)
    #expect(late.exit == 13, "\(late.output)")
    // A cache that somebody emptied is an edited state, and no way back.
    let journal = try DatabaseQueue(path: loop.scratch["site-fjord-3/journal.sqlite"].string)
    try journal.write { try $0.execute(sql: "DELETE FROM metadata") }
    try journal.close()
    let emptied = try loop.site("fjord-3", "import", old)
    #expect(emptied.exit == 11, "\(emptied.output)")
    #expect(emptied.text("code") == "WB1183")
    #expect(try loop.library() == library)
  }

  @Test func S16_aBundleOrAReportThatDoesNotComeIsOverdueByDaysOnBothSides() throws {
    try loop.trip(try loop.medium("first"))
    #expect(try loop.site("fjord-3", "status")["overdue_days"] == 0)
    #expect(try loop.centre("status").list("sites").first?.member("overdue_days") == .null)
    let site = try run("waybill-site", at: "+40d", "status")
    #expect(site.exit == 0)
    #expect(site["overdue_days"] == 10, "\(site.output)")
    let centre = try run("waybill-centre", at: "+40d", "status")
    #expect(centre.exit == 0)
    #expect(centre.list("sites").first?.member("overdue_days") == 40, "\(centre.output)")
  }
}
