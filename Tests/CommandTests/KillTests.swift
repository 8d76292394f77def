// SPDX-License-Identifier: Apache-2.0
import Foundation
import Intents
import SystemPackage
import TestKit
import Testing
import Trust

/// F01: a program is killed at a seeded system call, then run again: the end state is that of a straight run.
@Suite(.serialized) struct KillTests {
  /// Calls that change something, and at which strace(1) sends SIGKILL.
  private static let calls = ["write", "pwrite64", "fsync", "rename", "openat", "unlink", "mkdir"]

  private static let files: [String: [UInt8]] = [
    "tool.exe": program(1, count: 90_000), "a/readme.txt": Array("one\n".utf8),
    "b/readme.txt": Array("two\n".utf8),
  ]

  /// A program that dies before the `count`th `call`.
  private static func dying(_ name: String, _ call: String, _ count: Int) -> BuiltProgram {
    BuiltProgram(
      name,
      wrapper: [
        "strace", "-f", "-o", "/dev/null", "-e", "trace=\(call)", "-e",
        "inject=\(call):signal=KILL:when=\(count)",
      ])
  }

  /// Seeded moments of a run of `name`: a call, and at which of its occurrences the program dies. Counted by a
  /// straight run, so that each of them is met.
  private static func moments(
    _ wanted: Int, seed: UInt64, of name: String, _ arguments: [String], in scratch: Scratch
  ) throws -> [(call: String, count: Int)] {
    let counts = try scratch.write("calls", "")
    _ = try BuiltProgram(
      name,
      wrapper: [
        "strace", "-f", "-c", "-U", "calls,name", "-o", counts.string, "-e",
        "trace=\(calls.joined(separator: ","))",
      ]
    ).run(arguments)
    var all: [(call: String, count: Int)] = []
    let lines = String(decoding: try Files.bytes(counts), as: UTF8.self).split(separator: "\n")
    for words in lines.map({ $0.split(separator: " ") }) {
      guard words.count == 2, let count = Int(words[0]), calls.contains(String(words[1])) else {
        continue
      }
      // The first files opened are the dynamic linker's.
      let first = words[1] == "openat" ? min(30, count) : 1
      all += (first...count).map { (String(words[1]), $0) }
    }
    var random = Seeded(state: seed)
    return Array(all.shuffled(using: &random).prefix(wanted))
  }

  private func exported() throws -> Rehearsal {
    let loop = try Rehearsal()
    try loop.setUp()
    try loop.release(version: "1", counter: 1, files: Self.files)
    try loop.expectDone(try loop.centre("export", "fjord-3", "--to", loop.medium()))
    return loop
  }

  @Test func F01_anImportKilledAnywhereEndsAsAStraightOneWhenRunAgain() throws {
    let loop = try exported()
    try loop.scratch.copy(loop.scratch["site-fjord-3"], to: "clean-site")
    try loop.scratch.copy(loop.scratch["library-fjord-3"], to: "clean-library")
    let command = [
      "import", try loop.medium(), "--json", "--state", loop.scratch["site-fjord-3"].string,
    ]
    let moments = try Self.moments(
      40, seed: 1, of: "waybill-site", command, in: loop.scratch)
    let straight = try content(loop)
    var killed = 0
    for (call, count) in moments {
      for (clean, name) in [("clean-site", "site-fjord-3"), ("clean-library", "library-fjord-3")] {
        try Files.remove(loop.scratch[name])
        try loop.scratch.copy(loop.scratch[clean], to: name)
      }
      let run = try Self.dying("waybill-site", call, count).run(command)
      if run.exit != 0 { killed += 1 }
      let again = try loop.site("fjord-3", "import", loop.medium())
      #expect(again.exit == 0, "\(call) \(count): \(again.output) \(again.errors)")
      #expect(try content(loop) == straight, "\(call) \(count): another end state")
    }
    print("kill: import killed \(killed) times, each ended as a straight run")
    #expect(killed >= 38)
  }

  @Test func F01_anExportKilledAnywhereLeavesNoNumberTwiceAndEndsWhenRunAgain() throws {
    let loop = try Rehearsal()
    try loop.setUp()
    try loop.release(version: "1", counter: 1, files: Self.files)
    try loop.scratch.copy(loop.scratch["centre"], to: "counted")
    let moments = try Self.moments(
      30, seed: 2, of: "waybill-centre",
      [
        "export", "fjord-3", "--to", try loop.medium("count"), "--state",
        loop.scratch["counted"].string,
      ], in: loop.scratch)
    var killed = 0
    var numbers: [Int64] = []
    for (round, (call, count)) in moments.enumerated() {
      let medium = try loop.medium("medium-\(round)")
      let run = try Self.dying("waybill-centre", call, count).run([
        "export", "fjord-3", "--to", medium, "--json", "--state", loop.scratch["centre"].string,
      ])
      if run.exit != 0 { killed += 1 }
      let again = try loop.centre("export", "fjord-3", "--to", medium)
      #expect(again.exit == 0, "\(call) \(count): \(again.output) \(again.errors)")
      for done in [run, again] {
        if case .integer(let number) = done.list("bundles").first?.member("n") {
          numbers.append(number)
        }
      }
      // Each number is one bundle: no two folders of one number with other papers.
      #expect(Set(numbers).count == numbers.count, "\(call) \(count): a number was used twice")
    }
    #expect(numbers == numbers.sorted())
    let newest = try loop.medium("medium-\(moments.count - 1)")
    try loop.expectDone(try loop.site("fjord-3", "import", newest))
    print(
      "kill: export killed \(killed) times, numbers \(numbers.first ?? 0) to \(numbers.last ?? 0)")
    #expect(killed >= 28)
  }

  @Test func F01_anIngestKilledAnywhereBooksOnceWhenRunAgain() throws {
    let loop = try exported()
    try loop.expectDone(try loop.site("fjord-3", "import", loop.medium()))
    try loop.back(try loop.medium())
    try loop.scratch.copy(loop.scratch["centre"], to: "clean-centre")
    let command = [
      "ingest", try loop.medium(), "--json", "--state", loop.scratch["centre"].string,
    ]
    let moments = try Self.moments(
      30, seed: 3, of: "waybill-centre", command, in: loop.scratch)
    let straight = try loop.centre("status").list("sites")
    var killed = 0
    for (call, count) in moments {
      try Files.remove(loop.scratch["centre"])
      try loop.scratch.copy(loop.scratch["clean-centre"], to: "centre")
      let run = try Self.dying("waybill-centre", call, count).run(command)
      if run.exit != 0 { killed += 1 }
      let again = try loop.centre("ingest", loop.medium())
      #expect(again.exit == 0, "\(call) \(count): \(again.output) \(again.errors)")
      #expect(try loop.centre("status").list("sites") == straight, "\(call) \(count)")
    }
    print("kill: ingest killed \(killed) times, each ended as a straight run")
    #expect(killed >= 28)
  }

  @Test func F01_aMergeKilledAnywherePublishesOnceWhenRunAgain() throws {
    let held = try HeldCentre()
    try held.setUp()
    let request = try #require(try held.centre("trust", "renew", "root").text("request"))
    let copies = try ["root-1", "root-2"].map { try held.sign(request, by: $0) }
    let scratch = held.loop.scratch
    try scratch.copy(scratch["centre"], to: "clean-centre")
    let command = ["trust", "merge"] + copies + ["--json", "--state", scratch["centre"].string]
    let moments = try Self.moments(12, seed: 4, of: "waybill-centre", command, in: scratch)
    var killed = 0
    for (call, count) in moments {
      try Files.remove(scratch["centre"])
      try scratch.copy(scratch["clean-centre"], to: "centre")
      let run = try Self.dying("waybill-centre", call, count).run(command)
      if run.exit != 0 { killed += 1 }
      let again = try held.centre(["trust", "merge"] + copies)
      #expect(again.exit == 0, "\(call) \(count): \(again.output) \(again.errors)")
      #expect(try held.centre("root", "show")["root_version"] == 2, "\(call) \(count)")
    }
    print("kill: merge killed \(killed) times, each published once")
    #expect(killed >= 11)
  }

  @Test func F01_aRestoreKilledAnywhereLiftsItsNumbersWhenRunAgain() throws {
    let loop = try exported()
    let file = loop.scratch["centre.backup"].string
    try loop.expectDone(try loop.centre("backup", "--to", file, "--with-depot"))
    let state = loop.scratch["restored"].string
    let command = ["restore", file, "--json", "--state", state]
    let moments = try Self.moments(15, seed: 5, of: "waybill-centre", command, in: loop.scratch)
    var killed = 0
    for (round, (call, count)) in moments.enumerated() {
      try Files.remove(FilePath(state))
      let run = try Self.dying("waybill-centre", call, count).run(command)
      if run.exit != 0 { killed += 1 }
      let again = try loop.centre.run(command)
      // A restore that was over before it was killed is there already.
      #expect(again.exit == 0 || again.exit == 64, "\(call) \(count): \(again.output)")
      let export = try loop.centre.run([
        "export", "fjord-3", "--to", try loop.medium("restored-\(round)"), "--json", "--state",
        state,
      ])
      guard case .integer(let number) = export.list("bundles").first?.member("n") else {
        Issue.record("\(call) \(count): \(export.output)")
        continue
      }
      #expect(number > 1000, "\(call) \(count)")
    }
    print("kill: restore killed \(killed) times, no number was used twice")
    #expect(killed >= 14)
  }

  /// The content library without the records that carry a time.
  private func content(_ loop: Rehearsal) throws -> [String: [UInt8]] {
    try loop.library().filter { !$0.key.hasPrefix("waybill/") }
  }
}
