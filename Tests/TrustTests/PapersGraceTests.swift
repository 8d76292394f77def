// SPDX-License-Identifier: Apache-2.0
import Intents
import TestKit
import Testing
import Trust

/// Days of grace after an expiry, and the reset of the floor: S08, S15.
struct PapersGraceTests {
  private func take(
    _ centre: PapersForge, _ site: ReadingSite, graceDays: Int64
  ) throws -> PapersVerification {
    verify(
      try centre.papers(), for: site.id, against: site.state, clock: site.clock,
      graceDays: graceDays)
  }

  @Test("S08: days of grace lift the expiry, to the second, and the papers say so")
  func grace() throws {
    let centre = try PapersForge()
    var site = try ReadingSite(of: centre)
    let expiry = centre.now.adding(days: 90)
    site.clock = expiry.adding(days: 5).adding(seconds: -1)
    #expect(try take(centre, site, graceDays: 4).code == "WB1401")
    let taken = try take(centre, site, graceDays: 5).papers()
    #expect(taken.isExpired && taken.expires == expiry)
    site.clock = expiry.adding(days: 5)
    #expect(try take(centre, site, graceDays: 5).code == "WB1401")
    site.clock = expiry.adding(seconds: -1)
    #expect(try take(centre, site, graceDays: 5).papers().isExpired == false)
  }

  @Test("S08: grace relaxes no number and no signature")
  func nothingElse() throws {
    var centre = try PapersForge()
    var site = try ReadingSite(of: centre)
    let old = centre
    centre.n = 2
    #expect(try site.take(centre).code == "done")
    site.clock = centre.now.adding(days: 91)
    #expect(try take(old, site, graceDays: 365).code == "WB1301")
    centre.n = 3
    centre.forgers[.timestamp] = [try PapersForge.key("stranger")]
    #expect(try take(centre, site, graceDays: 365).code == "WB1101")
  }

  @Test("S15: a root lowers a poisoned floor, once")
  func reset() throws {
    var centre = try PapersForge()
    var site = try ReadingSite(of: centre)
    let honest = centre.now
    var poisoned = centre
    poisoned.now = honest.adding(days: 20)
    site.clock = honest
    #expect(try site.take(poisoned).code == "done")
    #expect(site.state.timeFloor == poisoned.now)

    centre.n = 2
    centre.now = honest.adding(days: 2)
    try centre.addRoot(timeFloorReset: honest.adding(days: 1))
    site.clock = centre.now
    let result = try site.take(centre)
    #expect(result.code == "done")
    #expect(
      result.notes.contains(
        .timeFloorReset(from: poisoned.now, to: honest.adding(days: 1))))
    #expect(site.state.timeFloor == centre.now)

    // The same root once more lowers nothing.
    centre.n = 3
    centre.now = honest.adding(days: 10)
    site.clock = centre.now
    #expect(try site.take(centre).code == "done")
    #expect(site.state.timeFloor == centre.now)
    centre.n = 4
    #expect(try site.take(centre).code == "done")
    #expect(site.state.timeFloor == centre.now)
  }

  @Test(
    "S15: the reset counts though the rest of the bundle is refused, and never raises the floor")
  func resetAlone() throws {
    var centre = try PapersForge()
    var site = try ReadingSite(of: centre)
    let floor = site.state.timeFloor
    centre.forgers[.timestamp] = [try PapersForge.key("stranger")]
    try centre.addRoot(timeFloorReset: floor.adding(days: -3))
    #expect(try site.take(centre).code == "WB1101")
    #expect(site.state.timeFloor == floor.adding(days: -3))
    try centre.addRoot(timeFloorReset: floor.adding(days: 300))
    #expect(try site.take(centre).code == "WB1101")
    #expect(site.state.timeFloor == floor.adding(days: -3))
  }
}
