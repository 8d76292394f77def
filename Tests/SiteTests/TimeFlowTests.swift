// SPDX-License-Identifier: Apache-2.0
import Intents
import SystemPackage
import TestKit
import Testing

import Bundles
import Site
import Trust

/// Expired bundles and clocks that cannot be believed, and who decides about them.
struct TimeFlowTests {
  var centre: MiniCentre
  let site: MiniSite
  let expiry: Instant

  /// A site that took bundle 1, whose policy gives five days of break-glass; bundle 2 lies on the medium.
  init() throws {
    centre = try MiniCentre()
    centre.policy = MiniCentre.openPolicy(operators: 2, breakGlassDays: 5)
    site = try MiniSite(centre, operators: 2)
    _ = try centre.export(1, to: site.temporary["first"])
    try site.run(from: site.temporary["first"])
    try centre.want("tool-lab", try MiniCentre.content("tool", counter: 2))
    _ = try centre.export(2, to: site.medium)
    expiry = centre.forge.now.adding(days: 90)
  }

  @Test func `S07: an expired bundle is refused unless somebody says that glass is broken`() throws
  {
    site.clock = expiry.adding(days: 1)
    #expect(try site.run().refusal?.code == "WB1401")
    #expect(try site.desk.waiting().isEmpty)
  }

  @Test func `S08: two people take an expired bundle, and it is recorded and reported`() throws {
    site.clock = expiry.adding(days: 1)
    let first = try site.run(breakGlass: "the ship sails")
    #expect(first.exit == .approvalMissing && first.refusal?.code == "WB1583")
    #expect(try SiteStatus(of: site.open(), clock: site.clock).bundle?.number == 1)
    #expect(try site.approve(0)?.isGranted == false)
    #expect(try site.run(breakGlass: "the ship sails").exit == .approvalMissing)
    #expect(code { try site.approve(0) } == "WB1547")
    try site.approve(1)
    // It is taken, and its plan waits for people as any other.
    let taken = try site.run(breakGlass: "the ship sails")
    #expect(taken.refusal?.code == "WB1582")
    #expect(try SiteStatus(of: site.open(), clock: site.clock).bundle?.number == 2)
    try site.approve(0, 1)
    #expect(try site.resume().outcome.exit == .done)
    let event = try site.events().first { $0.event == "bundle.break-glass" }
    #expect(event?.facts["reason"] == "the ship sails")
    _ = try site.enrol()
    _ = try site.report()
    let frozen = try site.open().journal.read { try $0.newestReport() }
    let roles = try StateDocument(parsing: try #require(frozen).state).approvals.map {
      try Approval(parsing: $0.unverifiedPayload).subject.role
    }
    #expect(roles == [.breakGlass, .breakGlass, .import, .import])
  }

  @Test func `S08: people approve the reason that was given and no other`() throws {
    site.clock = expiry.adding(days: 1)
    try site.run(breakGlass: "the ship sails")
    try site.approve(0, 1)
    let other = try site.run(breakGlass: "because")
    #expect(other.refusal?.code == "WB1583")
    #expect(other.refusal?.seen.contains("not counted: approval of Anna: plan") == true)
  }

  @Test(arguments: [(5, "WB1401"), (4, "WB1583")])
  func `S08: past the bound of policy nobody can take it`(days: Int64, code: String) throws {
    site.clock = expiry.adding(days: days)
    #expect(try site.run(breakGlass: "the ship sails").refusal?.code == code)
  }

  @Test mutating func `S08: the policy in the bundle may be narrower than the one before`() throws {
    centre.policy = MiniCentre.openPolicy(operators: 2, breakGlassDays: 1)
    _ = try centre.export(3, to: site.temporary["third"])
    site.clock = expiry.adding(days: 2)
    let place = site.temporary["third"]
    try site.run(from: place, breakGlass: "the ship sails")
    try site.approve(0, 1)
    let outcome = try site.run(from: place, breakGlass: "the ship sails")
    #expect(outcome.refusal?.code == "WB1401")
    #expect(try SiteStatus(of: site.open(), clock: site.clock).bundle?.number == 1)
  }

  @Test func `S24: without a policy there is no break-glass`() throws {
    var fresh = try MiniCentre()
    fresh.policy = nil
    let site = try MiniSite(fresh, operators: 2)
    _ = try fresh.export(1, to: site.medium)
    site.clock = fresh.forge.now.adding(days: 91)
    #expect(try site.run(breakGlass: "the ship sails").refusal?.code == "WB1401")
  }

  @Test func `S11: a clock at 2099 waits until two people have confirmed the date`() throws {
    site.clock = try #require(Instant("2099-01-01T00:00:00Z"))
    let outcome = try site.run()
    #expect(outcome.exit == .expired && outcome.refusal?.code == "WB1405")
    let today = centre.forge.now.adding(days: 3)
    try confirm(today, 0)
    #expect(try site.run().refusal?.code == "WB1405")
    #expect(code { try confirm(today, 0) } == "WB1547")
    try confirm(today, 1)
    let time = try SiteTime(of: site.open(), clock: site.clock)
    #expect(time.reading == TimeReading(now: today, source: .confirmed, clock: site.clock))
    #expect(try site.run().refusal?.code == "WB1582")
    // The clock never becomes the floor, and the confirmation is spent with the bundle.
    let floor = try site.open().trust().timeFloor
    #expect(floor == centre.forge.now)
    #expect(try SiteTime(of: site.open(), clock: site.clock).confirmed == nil)
  }

  @Test func `S11: two people who confirm two dates have confirmed none`() throws {
    site.clock = try #require(Instant("2099-01-01T00:00:00Z"))
    try confirm(centre.forge.now.adding(days: 3), 0)
    try confirm(centre.forge.now.adding(days: 4), 1)
    #expect(try site.run().refusal?.code == "WB1405")
  }

  @Test func `S11: a confirmation counts for a day of the clock that is in doubt`() throws {
    site.clock = try #require(Instant("2099-01-01T00:00:00Z"))
    let today = centre.forge.now.adding(days: 3)
    try confirm(today, 0)
    try confirm(today, 1)
    site.clock = site.clock.adding(days: 1)
    #expect(try site.run().refusal?.code == "WB1405")
  }

  @Test func `S12: a date before what was signed cannot be confirmed`() throws {
    #expect(code { try confirm(centre.forge.now.adding(seconds: -1), 0) } == "WB6483")
  }

  @Test mutating func `S14: issued long after the floor is taken once people confirm the date`()
    throws
  {
    centre.forge.now = centre.forge.now.adding(days: 801)
    try centre.forge.addRoot()
    _ = try centre.export(3, to: site.temporary["third"])
    site.clock = centre.forge.now
    // The clock is not the reason: it lies within 400 days of what was issued.
    #expect(try site.run(from: site.temporary["third"]).refusal?.code == "WB1404")
    try confirm(centre.forge.now, 0)
    try confirm(centre.forge.now, 1)
    #expect(try site.run(from: site.temporary["third"]).refusal?.code == "WB1582")
    #expect(try site.open().trust().timeFloor == centre.forge.now)
  }

  @Test mutating func `S15: a root that lowers the floor is kept with the floor it sets`() throws {
    let floor = try site.open().trust().timeFloor
    let lower = floor.adding(days: -3)
    try centre.forge.addRoot(timeFloorReset: lower)
    centre.forge.forgers[.timestamp] = [try PapersForge.key("stranger")]
    _ = try centre.export(3, to: site.temporary["third"])
    #expect(try site.run(from: site.temporary["third"]).exit == .untrusted)
    #expect(try site.open().trust().timeFloor == lower)
    #expect(try site.run(from: site.temporary["third"]).exit == .untrusted)
    #expect(try site.open().trust().root.version == 2)
  }

  private func confirm(_ date: Instant, _ person: Int) throws {
    let question = try site.desk.date(date)
    _ = try site.desk.sign(question, by: MiniSite.person(person).key, days: 1)
    try site.open().claim(date)
  }
}
