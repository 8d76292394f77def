// SPDX-License-Identifier: Apache-2.0
import Foundation
import GRDB
import SystemPackage
import TestKit
import Testing
import Trust

/// A centre that goes on on another host, and states that other releases wrote.
@Suite struct RestoreDrillTests {
  private static let sites = ["fjord-3", "oslo-2"]

  /// One round trip of every site, with the centre in the folder `centre`; all on one medium.
  private func trips(
    _ loop: Rehearsal, _ name: String, centre: String
  ) throws -> [BuiltProgram.Run] {
    let medium = try loop.medium(name)
    let state = ["--json", "--state", loop.scratch[centre].string]
    var runs = [try loop.centre.run(["export"] + Self.sites + ["--to", medium] + state)]
    for site in Self.sites {
      runs.append(try loop.site(site, "import", medium))
      runs.append(try loop.site(site, "return", "--to", medium))
    }
    runs.append(try loop.centre.run(["ingest", medium] + state))
    return runs
  }

  @Test("C01: after a backup and a restore elsewhere no site sees a fork or a rollback")
  func twoSites() throws {
    let loop = try Rehearsal()
    for site in Self.sites { try loop.setUp(site: site) }
    try loop.release(
      version: "1", counter: 1, files: ["tool.exe": program(1, count: 9000)], to: Self.sites)
    for run in try trips(loop, "one", centre: "centre") { try loop.expectDone(run) }
    let backup = loop.scratch["centre.backup"].string
    try loop.expectDone(try loop.centre("backup", "--to", backup, "--with-depot"))
    // Sent after the backup: one site takes it, the other's medium is still under way.
    let medium = try loop.medium("between")
    let late = try loop.medium("late")
    try loop.expectDone(try loop.centre("export", "fjord-3", "--to", medium))
    try loop.expectDone(try loop.centre("export", "oslo-2", "--to", late))
    try loop.expectDone(try loop.site("fjord-3", "import", medium))
    try Files.remove(loop.scratch["centre"])

    let restored = try loop.centre.run(
      "restore", backup, "--json", "--state", loop.scratch["elsewhere"].string)
    try loop.expectDone(restored)
    #expect(restored.list("sites").compactMap { $0.member("n") } == [1001, 1001])
    for round in ["two", "three"] {
      for run in try trips(loop, round, centre: "elsewhere") {
        #expect(run.exit == 0, "\(round): \(run.output)")
        #expect(!run.output.contains("WB41") && !run.output.contains("WB13"), "\(run.output)")
      }
    }
    // What was under way when the host was lost comes too late, and changes nothing.
    #expect(try loop.site("oslo-2", "import", late).exit == 13)
    let status = try loop.centre.run(
      "status", "--json", "--state", loop.scratch["elsewhere"].string)
    for site in status.list("sites") {
      #expect(site.member("applied_n") == site.member("exported_n"), "\(status.output)")
      #expect(site.member("applied_n") == 1003)
    }
    for site in Self.sites {
      #expect(try loop.site(site, "audit", "verify").exit == 0)
      #expect(try loop.site(site, "library", "verify").exit == 0)
    }
  }

  @Test("S22: a state of a newer program is refused by both programs and not touched")
  func newerState() throws {
    let loop = try Rehearsal()
    try loop.setUp()
    let medium = try loop.medium()
    for name in ["site-fjord-3/journal.sqlite", "centre/ledger.sqlite"] {
      let file = loop.scratch[name]
      let database = try DatabaseQueue(path: file.string)
      try database.writeWithoutTransaction {
        try $0.execute(sql: "PRAGMA journal_mode = DELETE; PRAGMA user_version = 99")
      }
      try database.close()
    }
    func bytes() throws -> [[UInt8]] {
      try ["site-fjord-3/journal.sqlite", "centre/ledger.sqlite"].map {
        try Files.bytes(loop.scratch[$0])
      }
    }
    let before = try bytes()
    for arguments in [["status"], ["import", medium], ["return", "--to", medium], ["history"]] {
      let run = try loop.site.run(
        arguments + ["--json", "--state", loop.scratch["site-fjord-3"].string])
      #expect(run.exit == 16, "\(arguments): \(run.output)")
    }
    for arguments in [
      ["status"], ["export", "fjord-3", "--to", medium], ["ingest", medium], ["history"],
    ] {
      let run = try loop.centre.run(
        arguments + ["--json", "--state", loop.scratch["centre"].string])
      #expect(run.exit == 16, "\(arguments): \(run.output)")
    }
    #expect(try bytes() == before)
    #expect(try Files.names(in: FilePath(medium)).isEmpty)
  }

  /// Journal and ledger of a rehearsal as release 0.1.0 left them after two trips; never written anew.
  private static let frozen = Committed.root.pushing("Tests/Frozen/0.1.0")

  @Test("S23: the state that release 0.1.0 left opens, and its log is whole")
  func earlierState() throws {
    let scratch = try Scratch()
    for (name, place) in [("journal", "site"), ("ledger", "centre")] {
      try scratch.folder(place)
      try FilePermissions([.ownerReadWriteExecute]).set(on: scratch[place])
      let file = try scratch.write(
        "\(place)/\(name).sqlite.gz",
        try Files.bytes(Self.frozen.appending("\(name).sqlite.gz")))
      #expect(try Tool("gunzip").run(file.string).exit == 0)
      try FilePermissions([.ownerReadWrite]).set(on: scratch["\(place)/\(name).sqlite"])
    }
    func run(_ side: String, _ arguments: String...) throws -> BuiltProgram.Run {
      try BuiltProgram("waybill-\(side)").run(
        arguments + ["--json", "--state", scratch[side].string])
    }
    let site = try run("site", "status")
    #expect(site.exit == 0, "\(site.output)")
    #expect(site["n"] == 2)
    #expect(site.list("intents").first?.member("state") == "applied")
    #expect(try run("site", "history").exit == 0)
    let centre = try run("centre", "site", "list")
    #expect(centre.exit == 0, "\(centre.output)")
    #expect(centre.list("sites").first?.member("id") == "fjord-3")
    // The site's own reports are judged by its key, and no key is frozen.
    let log = try run("centre", "audit", "verify")
    #expect(log.exit == 0, "\(log.output)")
    #expect(try run("centre", "status").list("sites").first?.member("applied_n") == 2)
    let tables = try DatabaseQueue(path: scratch["centre/ledger.sqlite"].string).read { database in
      (
        frames: try Int.fetchOne(database, sql: "SELECT count(*) FROM bundle_frames") ?? 0,
        told: try Int.fetchOne(
          database, sql: "SELECT count(*) FROM bundle_frames WHERE length(file) = 64") ?? 0,
        pieces: try Int.fetchOne(database, sql: "SELECT count(*) FROM pieces") ?? 0,
        before: try database.tableExists("pieces_before")
      )
    }
    #expect(tables.frames > 0 && tables.told == tables.frames && tables.pieces > 0)
    #expect(!tables.before)
  }
}
