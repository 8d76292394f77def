// SPDX-License-Identifier: Apache-2.0
import Intents
import TestKit
import Testing
import Trust

/// Expiry, clocks and the floor: T34, S07, S09 to S14, S29.
struct PapersTimeTests {
  static func centre() throws -> PapersForge { try PapersForge(now: "2026-11-01T00:00:00Z") }

  @Test(
    "S07: papers past their expiry are refused with the time and its source; newer roots are kept")
  func expired() throws {
    var centre = try Self.centre()
    var site = try ReadingSite(of: centre)
    try centre.rotate([.root], generation: "b")
    site.clock = at("2027-01-30T00:00:00Z")
    let result = try site.take(centre)
    #expect(result.code == "WB1401")
    #expect(
      result.refusal?.expected
        == "later than 2027-01-30T00:00:00Z (source: clock; clock said 2027-01-30T00:00:00Z)")
    #expect(site.state.root.version == 2 && site.state.line == nil)
    site.clock = at("2027-01-29T23:59:59Z")
    #expect(try site.take(centre).code == "done")
  }

  @Test(
    "T34: an expired role of any kind is refused and not kept", arguments: MetadataRole.allCases)
  func expiredRole(role: MetadataRole) throws {
    var centre = try Self.centre()
    var site = try ReadingSite(of: centre)
    centre.expires[role] = at("2026-11-10T00:00:00Z")
    if role == .root { try centre.addRoot() }
    site.clock = at("2026-11-10T00:00:00Z")
    let result = try site.take(centre)
    #expect(result.code == "WB1401" && result.refusal?.subject == "role \(role.rawValue)")
    #expect(site.state.line == nil && site.state.timeFloor == centre.now)
    #expect(site.state.root.version == (role == .root ? 2 : 1))
  }

  @Test("S09: that what the site took before has expired does not matter to fresh papers")
  func staleState() throws {
    var centre = try Self.centre()
    var site = try ReadingSite(of: centre)
    #expect(try site.take(centre).code == "done")
    centre.now = at("2028-01-01T00:00:00Z")
    centre.n = 2
    centre.versions = [.targets: 2, .content: 2, .policy: 2]
    try centre.addRoot()
    site.clock = at("2028-01-02T00:00:00Z")
    #expect(try site.take(centre).code == "done")
  }

  @Test(
    "S10: a clock behind the floor is named and the floor used",
    arguments: ["1970-01-01T00:00:00Z", "2026-10-31T23:59:59Z"])
  func clockBehind(clock: String) throws {
    let centre = try Self.centre()
    var site = try ReadingSite(of: centre, clock: at(clock))
    let result = try site.take(centre)
    let reading = try result.papers().time
    #expect(reading.source == .floor && reading.now == centre.now)
    #expect(result.notes.contains(.clockBehindFloor(reading)))
  }

  @Test(
    "S11: a clock more than 400 days ahead of everything signed decides nothing until two people confirm"
  )
  func clockFarAhead() throws {
    let centre = try Self.centre()
    var site = try ReadingSite(of: centre, clock: centre.now.adding(days: 401))
    let result = try site.take(centre)
    #expect(result.code == "WB1405" && result.refusal?.exit == .expired)
    #expect(site.state.line == nil)
    #expect(try site.take(centre, confirmed: at("2099-01-01T00:00:00Z")).code == "WB1401")
    let taken = try site.take(centre, confirmed: at("2026-11-05T00:00:00Z"))
    #expect(try taken.papers().time.source == .confirmed)
    #expect(site.state.timeFloor == centre.now)
  }

  @Test("S12: a clock turned back does not revive expired papers")
  func turnedBack() throws {
    var centre = try Self.centre()
    var site = try ReadingSite(of: centre)
    let old = try centre.papers()
    centre.now = at("2027-06-01T00:00:00Z")
    centre.n = 1
    var fresh = centre
    fresh.n = 2
    site.clock = fresh.now
    #expect(try site.take(fresh).code == "done")
    var revived = centre
    revived.n = 3
    revived.now = at("2026-11-01T00:00:00Z")
    site.clock = at("2026-11-02T00:00:00Z")
    let result = try site.take(revived)
    #expect(result.code == "WB1401")
    #expect(result.refusal?.expected.contains("source: floor") == true)
    #expect(site.take(old).code == "WB1301")
  }

  @Test(
    "S13: issued later than its own expiry is refused, the floor stays",
    arguments: PapersSignatureTests.unsigned)
  func issuedAfterOwnExpiry(role: MetadataRole) throws {
    var centre = try Self.centre()
    centre.expires[role] = at("2026-11-10T00:00:00Z")
    centre.issued[role] = at("2026-11-10T00:00:01Z")
    var site = try ReadingSite(of: centre)
    #expect(try site.take(centre).code == "WB1402")
    #expect(site.state.timeFloor == centre.now)
  }

  @Test(
    "S13: issued ahead of the clock is taken to 48 hours, taken with a warning to 30 days, then refused",
    arguments: [
      ("2026-11-03T00:00:00Z", "done", false), ("2026-11-03T00:00:01Z", "done", true),
      ("2026-12-01T00:00:00Z", "done", true), ("2026-12-01T00:00:01Z", "WB1403", false),
    ])
  func issuedAhead(issued: String, code: String, isNoted: Bool) throws {
    var centre = try Self.centre()
    var site = try ReadingSite(of: centre)
    centre.issued[.timestamp] = at(issued)
    let result = try site.take(centre)
    #expect(result.code == code)
    #expect(result.notes.isEmpty == !isNoted)
    #expect(site.state.timeFloor == (code == "done" ? at(issued) : centre.now))
  }

  @Test(
    "S14: issued more than 800 days after the floor is refused from the first bundle on, whatever the clock"
  )
  func issuedFarAhead() throws {
    var centre = try Self.centre()
    var site = try ReadingSite(of: centre)
    var late = centre
    late.now = centre.now.adding(days: 801)
    late.n = 2
    late.versions = [.targets: 2, .content: 2, .policy: 2]
    try late.addRoot()
    var first = site
    first.clock = late.now
    #expect(try first.take(late).code == "done")
    #expect(try site.take(centre).code == "done")
    for clock in [late.now, centre.now.adding(days: -1)] {
      site.clock = clock
      #expect(try site.take(late).code == "WB1404")
      #expect(site.state.timeFloor == centre.now)
    }
    #expect(try site.take(late, confirmed: late.now).code == "done")
    centre.n = 3
    #expect(site.state.timeFloor == late.now)
  }

  @Test(
    "S29: issued later than an offline role expires is refused with role and both dates",
    arguments: [MetadataRole.root, .targets, .content, .policy])
  func offlineRoleExpiresFirst(role: MetadataRole) throws {
    var centre = try Self.centre()
    var site = try ReadingSite(of: centre)
    centre.expires[role] = at("2026-11-10T00:00:00Z")
    if role == .root { try centre.addRoot() }
    for line in [MetadataRole.timestamp, .snapshot, .site] {
      centre.issued[line] = at("2026-11-11T00:00:00Z")
    }
    let result = try site.take(centre)
    #expect(result.code == "WB1402" && result.refusal?.subject == "role \(role.rawValue)")
    #expect(result.refusal?.seen == "issued 2026-11-11T00:00:00Z")
    #expect(result.refusal?.expected == "not after its expiry 2026-11-10T00:00:00Z")
    #expect(site.state.timeFloor == at("2026-11-01T00:00:00Z"))
  }

  @Test("the floor moves only when everything verified")
  func floorMoves() throws {
    var centre = try Self.centre()
    var site = try ReadingSite(of: centre)
    centre.now = at("2026-11-20T00:00:00Z")
    site.clock = centre.now
    var bent = centre
    bent.forgers[.site] = [try PapersForge.key("stranger")]
    #expect(try site.take(bent).code == "WB1101")
    #expect(site.state.timeFloor == at("2026-11-01T00:00:00Z"))
    #expect(try site.take(centre).code == "done")
    #expect(site.state.timeFloor == centre.now && site.state.newestIssued == centre.now)
  }
}
