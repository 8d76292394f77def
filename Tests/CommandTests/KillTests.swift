// SPDX-License-Identifier: Apache-2.0
import Bundles
import Intents
import SystemPackage
import TestKit
import Testing
import Trust

/// F01: a program is killed at a seeded system call, then run again: the end state is that of a straight run.
@Suite(.serialized) struct KillTests {
  private static let files: [String: [UInt8]] = [
    "tool.exe": program(1, count: 90_000), "a/readme.txt": Array("one\n".utf8),
    "b/readme.txt": Array("two\n".utf8),
  ]

  private func released() throws -> Rehearsal {
    let loop = try Rehearsal()
    try loop.setUp()
    try loop.release(version: "1", counter: 1, files: Self.files)
    return loop
  }

  private func exported() throws -> Rehearsal {
    let loop = try released()
    try loop.expectDone(try loop.centre("export", "fjord-3", "--to", loop.medium()))
    return loop
  }

  private func killed(_ name: String, _ state: String, in scratch: Scratch) -> KilledProgram {
    KilledProgram(name: name, state: scratch[state], scratch: scratch)
  }

  @Test func F01_anImportKilledAnywhereEndsAsAStraightOneWhenRunAgain() throws {
    let loop = try exported()
    try loop.scratch.copy(loop.scratch["site-fjord-3"], to: "clean-site")
    try loop.scratch.copy(loop.scratch["library-fjord-3"], to: "clean-library")
    let command = [
      "import", try loop.medium(), "--json", "--state", loop.scratch["site-fjord-3"].string,
    ]
    let program = killed("waybill-site", "site-fjord-3", in: loop.scratch)
    var straight: [String: [UInt8]]?
    try program.kill(40, seed: 1, counting: command) { _, moment in
      // What the counted run made is what every other has to make.
      let wanted = try straight ?? content(loop)
      straight = wanted
      try loop.scratch.restore("site-fjord-3", from: "clean-site")
      try loop.scratch.restore("library-fjord-3", from: "clean-library")
      let run = try program.run(command, until: moment)
      let again = try loop.site("fjord-3", "import", loop.medium())
      #expect(again.exit == 0, "\(moment): \(again.output) \(again.errors)")
      #expect(try content(loop) == wanted, "\(moment): another end state")
      let audit = try loop.site("fjord-3", "audit", "verify")
      #expect(audit.exit == 0, "\(moment): \(audit.output)")
      return run
    }
  }

  @Test func F01_anExportKilledAnywhereLeavesNoNumberTwiceAndEndsWhenRunAgain() throws {
    let loop = try released()
    let courier = try #require(try loop.centre("key", "courier").text("courier"))
    func command(_ medium: String) -> [String] {
      ["export", "fjord-3", "--to", medium, "--json", "--state", loop.scratch["centre"].string]
    }
    let program = killed("waybill-centre", "centre", in: loop.scratch)
    var signed: [Int64: Set<Digest>] = [:]
    try program.kill(30, seed: 2, counting: command(try loop.medium("count"))) { round, moment in
      let medium = try loop.medium("medium-\(round)")
      let run = try program.run(command(medium), until: moment)
      note(try timestamps(on: medium), in: &signed)
      let again = try loop.centre("export", "fjord-3", "--to", medium)
      #expect(again.exit == 0, "\(moment): \(again.output) \(again.errors)")
      note(try timestamps(on: medium), in: &signed)
      let check = try BuiltProgram("waybill-courier").run(
        "check", medium, "--key", courier, "--json")
      #expect(check.exit == 0, "\(moment): \(check.output)")
      let taken = try loop.site("fjord-3", "import", medium)
      #expect(taken.exit == 0, "\(moment): \(taken.output)")
      return run
    }
    for (number, found) in signed {
      #expect(found.count == 1, "number \(number) stands in \(found.count) bundles")
    }
    #expect(signed.count >= 30)
  }

  @Test func F01_anExportKilledAfterSigningLeavesNoHalfBundleBesideTheNextOne() throws {
    let loop = try released()
    let medium = try loop.medium()
    let half = "\(medium)/fjord-3.out.000001"
    let run = try BuiltProgram(
      "waybill-centre",
      wrapper: [
        "strace", "-f", "-o", "/dev/null", "-P", "\(half)/papers-copy.tar.part", "-e",
        "inject=openat:signal=KILL",
      ]
    ).run(
      "export", "fjord-3", "--to", medium, "--json", "--state", loop.scratch["centre"].string)
    try #require(run.exit == 137)
    try #require(Files.names(in: FilePath(half)) == ["orders.tar", "volume-001.tar"])
    try loop.release(version: "2", counter: 2, files: ["tool.exe": program(2, count: 9000)])
    let again = try loop.centre("export", "fjord-3", "--to", medium)
    #expect(again.list("bundles").first?.member("n") == 2, "\(again.output)")
    #expect(loop.scratch.isMissing("medium/fjord-3.out.000001"))
    let check = try BuiltProgram("waybill-courier").run("check", medium, "--json")
    #expect(check.exit == 0, "\(check.output)")
    // Its papers are signed: the number can still be written, elsewhere.
    let other = try loop.medium("other")
    try loop.expectDone(try loop.centre("export", "fjord-3", "--to", other, "--repeat", "1"))
    try loop.expectDone(try loop.site("fjord-3", "import", other))
  }

  @Test func F01_anIngestKilledAnywhereBooksOnceWhenRunAgain() throws {
    let loop = try exported()
    try loop.expectDone(try loop.site("fjord-3", "import", loop.medium()))
    try loop.back(try loop.medium())
    try loop.scratch.copy(loop.scratch["centre"], to: "clean-centre")
    let command = [
      "ingest", try loop.medium(), "--json", "--state", loop.scratch["centre"].string,
    ]
    let program = killed("waybill-centre", "centre", in: loop.scratch)
    var straight: [JSONValue]?
    try program.kill(30, seed: 3, counting: command) { _, moment in
      let wanted = try straight ?? loop.centre("status").list("sites")
      straight = wanted
      try loop.scratch.restore("centre", from: "clean-centre")
      let run = try program.run(command, until: moment)
      let again = try loop.centre("ingest", loop.medium())
      #expect(again.exit == 0, "\(moment): \(again.output) \(again.errors)")
      #expect(try loop.centre("status").list("sites") == wanted, "\(moment)")
      let audit = try loop.centre("audit", "verify")
      #expect(audit.exit == 0, "\(moment): \(audit.output)")
      return run
    }
  }

  @Test func F01_aMergeKilledAnywherePublishesOnceWhenRunAgain() throws {
    let held = try HeldCentre()
    try held.setUp()
    let request = try #require(try held.centre("trust", "renew", "root").text("request"))
    let copies = try ["root-1", "root-2"].map { try held.sign(request, by: $0) }
    let scratch = held.loop.scratch
    try scratch.copy(scratch["centre"], to: "clean-centre")
    let command = ["trust", "merge"] + copies + ["--json", "--state", scratch["centre"].string]
    let program = killed("waybill-centre", "centre", in: scratch)
    try program.kill(12, seed: 4, counting: command) { _, moment in
      try scratch.restore("centre", from: "clean-centre")
      let run = try program.run(command, until: moment)
      let again = try held.centre(["trust", "merge"] + copies)
      #expect(again.exit == 0, "\(moment): \(again.output) \(again.errors)")
      #expect(try held.centre("root", "show")["root_version"] == 2, "\(moment)")
      return run
    }
  }

  @Test func F01_aRestoreKilledAnywhereLiftsItsNumbersWhenRunAgain() throws {
    let loop = try exported()
    let file = loop.scratch["centre.backup"].string
    try loop.expectDone(try loop.centre("backup", "--to", file, "--with-depot"))
    let state = loop.scratch["restored"]
    let command = ["restore", file, "--json", "--state", state.string]
    let program = killed("waybill-centre", "restored", in: loop.scratch)
    try program.kill(15, seed: 5, counting: command) { round, moment in
      try Files.remove(state)
      let run = try program.run(command, until: moment)
      let again = try loop.centre.run(command)
      // A restore that was over before it was killed is there already.
      #expect(again.exit == 0 || again.exit == 64, "\(moment): \(again.output)")
      let export = try loop.centre.run([
        "export", "fjord-3", "--to", try loop.medium("restored-\(round)"), "--json", "--state",
        state.string,
      ])
      guard case .integer(let number) = export.list("bundles").first?.member("n") else {
        Issue.record("\(moment): \(export.output)")
        return run
      }
      #expect(number > 1000, "\(moment)")
      return run
    }
  }

  /// The content library without the records that carry a time.
  private func content(_ loop: Rehearsal) throws -> [String: [UInt8]] {
    try loop.library().filter { !$0.key.hasPrefix("waybill/") }
  }

  /// SHA-256 of the signed timestamps of every bundle of fjord-3 on a medium, by the number in its folder's name.
  private func timestamps(on medium: String) throws -> [(number: Int64, digest: Digest)] {
    try Files.names(in: FilePath(medium)).compactMap { name in
      let words = name.split(separator: "/")
      guard words.count == 2, ["papers.tar", "papers-copy.tar"].contains(words[1]),
        words[0].hasPrefix("fjord-3.out."), let number = Int64(words[0].suffix(6))
      else { return nil }
      let papers = try PapersReader.read(
        try Files.bytes(FilePath("\(medium)/\(name)")), named: name)
      return (number, .sha256(Array(try #require(papers.metadata("timestamp.json")))))
    }
  }

  private func note(
    _ found: [(number: Int64, digest: Digest)], in signed: inout [Int64: Set<Digest>]
  ) {
    for (number, digest) in found { signed[number, default: []].insert(digest) }
  }
}

extension Scratch {
  /// Puts `name` back to what `copy` holds.
  func restore(_ name: String, from copy: String) throws {
    try Files.remove(self[name])
    try self.copy(self[copy], to: name)
  }
}
