// SPDX-License-Identifier: Apache-2.0
import Foundation
import SystemPackage
import TestKit
import Testing
import Trust

/// S27: trips that are lost, doubled and shuffled, against a loop in which none is.
@Suite struct ScheduleTests {
  private static let rounds = 5
  /// `make sweep` runs all hundred.
  private static let seeds: [UInt64] = {
    let isAll = ProcessInfo.processInfo.environment["SWEEP"] == "all"
    return Array(1...(isAll ? 100 : 6))
  }()

  /// What both sides say in the end, whatever happened on the way.
  private struct Standing: Equatable {
    let site: [JSONValue]
    let centre: [JSONValue]
    let applied: Bool
  }

  private static let inOrder = Result { () throws -> Standing in
    let loop = try Rehearsal()
    try loop.setUp()
    for round in 1...rounds {
      try release(round, loop)
      try loop.trip(try loop.medium("\(round)"))
    }
    try loop.trip(try loop.medium("last"))
    return try standing(of: loop)
  }

  private static func release(_ round: Int, _ loop: Rehearsal) throws {
    try loop.release(
      version: "\(round)", counter: round,
      files: ["tool.exe": program(UInt64(round), count: 5000), "same.txt": Array("same".utf8)])
  }

  private static func standing(of loop: Rehearsal) throws -> Standing {
    let intents = try loop.site("fjord-3", "status").list("intents")
    let site = try #require(try loop.centre("status").list("sites").first)
    guard case .array(let told)? = site.member("intents") else { throw Missing() }
    let numbers = try loop.standing()
    return Standing(
      site: intents.map { intent in
        .array(["id", "state", "revision"].compactMap { intent.member($0) })
      },
      centre: told.map { intent in .array(["id", "state"].compactMap { intent.member($0) }) },
      applied: numbers["applied"] == numbers["exported"])
  }

  private struct Missing: Error {}

  @Test(
    "S27: whatever is lost, doubled or shuffled, one good round trip ends as the loop in order",
    arguments: seeds)
  func schedule(seed: UInt64) throws {
    let loop = try Rehearsal()
    try loop.setUp()
    var random = Seeded(state: seed)
    var out: [String] = []
    var back: [String] = []
    for round in 1...Self.rounds {
      try Self.release(round, loop)
      let medium = try loop.medium("out-\(round)")
      try loop.expectDone(try loop.centre("export", "fjord-3", "--to", medium))
      Self.send(medium, into: &out, &random)
      try arrive(&out, upTo: Int.random(in: 0...out.count, using: &random)) {
        let run = try loop.site("fjord-3", "import", $0)
        #expect([0, 13].contains(run.exit), "seed \(seed), \($0): \(run.output)")
      }
      let report = try loop.medium("back-\(round)")
      try loop.back(report)
      Self.send(report, into: &back, &random)
      try arrive(&back, upTo: Int.random(in: 0...back.count, using: &random)) {
        let run = try loop.centre("ingest", $0)
        #expect(run.exit == 0, "seed \(seed), \($0): \(run.output)")
      }
    }
    try loop.trip(try loop.medium("last"))
    #expect(try Self.standing(of: loop) == (try Self.inOrder.get()), "seed \(seed)")
    #expect(try loop.site("fjord-3", "library", "verify").exit == 0, "seed \(seed)")
    let newest = program(UInt64(Self.rounds), count: 5000)
    #expect(try loop.library().values.contains(newest), "seed \(seed)")
    // What turns up after that changes nothing any more.
    for medium in out {
      #expect(try [0, 13].contains(loop.site("fjord-3", "import", medium).exit))
    }
    for medium in back { #expect(try loop.centre("ingest", medium).exit == 0, "seed \(seed)") }
    #expect(try Self.standing(of: loop) == (try Self.inOrder.get()), "seed \(seed), afterwards")
  }

  /// A medium sets out: one of four is lost, one of four comes twice, and they overtake each other.
  private static func send(_ medium: String, into queue: inout [String], _ random: inout Seeded) {
    switch Int.random(in: 0..<4, using: &random) {
    case 0: break
    case 1: queue += [medium, medium]
    default: queue.append(medium)
    }
    queue.shuffle(using: &random)
  }

  private func arrive(
    _ queue: inout [String], upTo count: Int, _ take: (String) throws -> Void
  ) throws {
    for _ in 0..<count { try take(queue.removeFirst()) }
  }
}
