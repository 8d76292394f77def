// SPDX-License-Identifier: Apache-2.0
import Intents
import TestKit
import Testing
import Trust

/// Bytes that look like a program: hardly compressible, the same for the same seed.
func program(_ seed: UInt64, count: Int) -> [UInt8] {
  var state = seed
  return (0..<count).map { _ in
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return UInt8(truncatingIfNeeded: state >> 56)
  }
}

@Suite struct LoopTests {
  private static let first: [String: [UInt8]] = [
    "tool.exe": program(1, count: 90_000), "data/shared.bin": program(2, count: 70_000),
    "readme.txt": Array("one\n".utf8), "empty.txt": [],
  ]
  private static let second: [String: [UInt8]] = [
    "tool.exe": program(3, count: 91_000), "data/shared.bin": program(2, count: 70_000),
    "readme.txt": Array("two\n".utf8), "empty.txt": [],
  ]

  @Test func theLoopRunsTwiceAndTheSecondTripCarriesOnlyWhatTheSiteLacks() throws {
    let loop = try Rehearsal()
    try loop.setUp()
    let medium = try loop.medium()
    try loop.release(version: "1", counter: 1, files: Self.first)
    try loop.trip(medium)
    try loop.release(version: "2", counter: 2, files: Self.second)
    let plan = try loop.centre("plan", "fjord-3")
    #expect(plan["files"] == 2)
    #expect(plan["bytes"] == .integer(91_004))
    try loop.trip(medium)
    #expect(try loop.standing() == ["exported": 2, "applied": 2, "seq": 2])
    #expect(try loop.site("fjord-3", "library", "verify").exit == 0)
  }

  @Test func R14_aLostTripBackConvergesWithTheNextTrip() throws {
    let loop = try Rehearsal()
    try loop.setUp()
    try loop.release(version: "1", counter: 1, files: Self.first)
    try loop.out(try loop.medium("stick-1"))
    try loop.back(try loop.medium("lost"))  // never reaches the centre
    try loop.release(version: "2", counter: 2, files: Self.second)
    // Without the receipt the centre counts on nothing and sends all of it.
    #expect(try loop.centre("plan", "fjord-3")["files"] == 3)
    try loop.trip(try loop.medium("stick-2"))
    #expect(try loop.standing() == ["exported": 2, "applied": 2, "seq": 2])
    // Found again and brought late: it fills the history.
    let late = try loop.centre("ingest", loop.medium("lost"))
    #expect(late.exit == 0)
    #expect(late.list("returns").first?.member("standing") == "filled")
    #expect(try loop.standing() == ["exported": 2, "applied": 2, "seq": 2])
  }

  @Test func S04_aLostTripOutConvergesWithTheNextTrip() throws {
    let loop = try Rehearsal()
    try loop.setUp()
    try loop.release(version: "1", counter: 1, files: Self.first)
    try loop.expectDone(try loop.centre("export", "fjord-3", "--to", loop.medium("lost")))
    try loop.release(version: "2", counter: 2, files: Self.second)
    try loop.trip(try loop.medium("stick"))
    #expect(try loop.standing() == ["exported": 2, "applied": 2, "seq": 1])
    // The lost stick turns up: it is older than what was applied.
    let late = try loop.site("fjord-3", "import", loop.medium("lost"))
    #expect(late.exit == 13)
  }

  @Test func aTripLostInBothDirectionsConvergesWithTheNextTrip() throws {
    let loop = try Rehearsal()
    try loop.setUp()
    try loop.release(version: "1", counter: 1, files: Self.first)
    try loop.out(try loop.medium("stick-1"))
    try loop.back(try loop.medium("lost-back"))
    try loop.expectDone(try loop.centre("export", "fjord-3", "--to", loop.medium("lost-out")))
    try loop.release(version: "2", counter: 2, files: Self.second)
    try loop.trip(try loop.medium("stick-3"))
    #expect(try loop.standing() == ["exported": 3, "applied": 3, "seq": 2])
    #expect(try loop.site("fjord-3", "library", "verify").exit == 0)
  }

  @Test func R03_theSameReturnAgainIsKnown() throws {
    let loop = try Rehearsal()
    try loop.setUp()
    try loop.release(version: "1", counter: 1, files: Self.first)
    let medium = try loop.medium()
    try loop.trip(medium)
    let again = try loop.centre("ingest", medium)
    #expect(again.exit == 0)
    #expect(again.list("returns").first?.member("standing") == "known")
  }

  @Test func R17_whatThePolicyForbidsIsNotInTheReturn() throws {
    let loop = try Rehearsal()
    try loop.setUp()
    try loop.expectDone(try loop.applyPolicy(site: "fjord-3", egress: "counts-only"))
    try loop.expectDone(try loop.centre("policy", "sign"))
    try loop.release(version: "1", counter: 1, files: Self.first)
    let medium = try loop.medium()
    try loop.trip(medium)
    #expect(try loop.standing()["seq"] == 1)
    let devices = try loop.centre("status").list("sites").first?.member("devices succeeded")
    #expect(devices == 0)
  }

  @Test func anIntentThatLeavesTheDesiredStateWaitsForApproval() throws {
    let loop = try Rehearsal()
    try loop.setUp()
    try loop.release(version: "1", counter: 1, files: Self.first)
    try loop.trip(try loop.medium("first"))
    try loop.expectDone(try loop.centre("intent", "withdraw", "tool", "--site", "fjord-3"))
    let medium = try loop.medium("second")
    try loop.approveExport()
    try loop.expectDone(try loop.centre("export", "fjord-3", "--to", medium))
    let before = try loop.library()
    #expect(try loop.site("fjord-3", "import", medium).exit == 15)
    #expect(try loop.library() == before)
  }
}

extension Rehearsal {
  /// Export and import.
  func out(_ medium: String) throws {
    try expectDone(try centre("export", "fjord-3", "--to", medium))
    try expectDone(try site("fjord-3", "import", medium))
  }

  /// The return, as far as the medium.
  func back(_ medium: String) throws {
    try expectDone(try site("fjord-3", "return", "--to", medium))
  }

  /// Out, back and ingest.
  func trip(_ medium: String) throws {
    try out(medium)
    try back(medium)
    try expectDone(try centre("ingest", medium))
  }

  /// What the centre's status says of the one site.
  func standing() throws -> [String: Int64] {
    let site = try centre("status").list("sites").first
    var standing: [String: Int64] = [:]
    for (name, key) in [
      ("exported", "exported_n"), ("applied", "applied_n"), ("seq", "report_seq"),
    ] {
      if case .integer(let number) = site?.member(key) { standing[name] = number }
    }
    return standing
  }

  /// The distribution point of a site, every file with its bytes.
  func library(_ id: String = "fjord-3") throws -> [String: [UInt8]] {
    try Files.tree(scratch["library-\(id)"])
  }
}
