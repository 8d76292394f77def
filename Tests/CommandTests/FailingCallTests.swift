// SPDX-License-Identifier: Apache-2.0
import SystemPackage
import TestKit
import Testing
import Trust

/// F03, F08: one system call of a run fails, drawn with a seed. It never ends with 0 and a wrong state, it never
/// says that trying again is of no use, and the next run ends as a straight one.
@Suite(.serialized) struct FailingCallTests {
  /// What a call may fail with.
  private static let errors = [
    "write": ["EIO", "ENOSPC"], "pwrite64": ["EIO", "ENOSPC"], "fsync": ["EIO"],
    "fdatasync": ["EIO"], "ftruncate": ["EIO"], "rename": ["EIO", "EROFS", "EINTR"],
    "openat": ["EMFILE", "EIO", "EINTR"], "unlink": ["EROFS", "EINTR"],
    "mkdir": ["EROFS", "ENOSPC", "EINTR"],
  ]

  private static let files: [String: [UInt8]] = [
    "tool.exe": program(1, count: 90_000), "a/readme.txt": Array("one\n".utf8),
  ]

  private func released() throws -> Rehearsal {
    let loop = try Rehearsal()
    try loop.setUp()
    try loop.release(version: "1", counter: 1, files: Self.files)
    return loop
  }

  /// Runs `round` with a program whose call fails, for `wanted` moments.
  private func fail(
    _ program: KilledProgram, _ wanted: Int, seed: UInt64, counting arguments: [String],
    round: (_ number: Int, _ failing: BuiltProgram, _ text: String) throws -> BuiltProgram.Run
  ) throws {
    var random = Seeded(state: seed)
    var exits: [Int32: Int] = [:]
    let moments = program.drawn(try program.moments(arguments), seed: seed).prefix(wanted)
    for (number, moment) in moments.enumerated() {
      let error = try #require(Self.errors[moment.call]?.randomElement(using: &random))
      let text = "\(moment) \(error)"
      let failing = BuiltProgram(
        program.name,
        wrapper: [
          "strace", "-f", "-o", "/dev/null", "-e", "trace=\(moment.call)", "-e",
          "inject=\(moment.call):error=\(error):when=\(moment.count)",
        ])
      let run = try round(number, failing, text)
      exits[run.exit, default: 0] += 1
      #expect([0, 3, 20, 21, 30, 70].contains(run.exit), "\(text): \(run.output) \(run.errors)")
    }
    print(
      "failing calls: \(program.name) \(arguments[0]), by exit code: "
        + "\(exits.sorted { $0.key < $1.key })")
    #expect(exits.values.reduce(0, +) == wanted)
  }

  @Test func F03_anImportWithAFailingCallIsRightOrSaysSo() throws {
    let loop = try released()
    try loop.expectDone(try loop.centre("export", "fjord-3", "--to", loop.medium()))
    let scratch = loop.scratch
    try scratch.copy(scratch["site-fjord-3"], to: "clean-site")
    try scratch.copy(scratch["library-fjord-3"], to: "clean-library")
    let command = [
      "import", try loop.medium(), "--json", "--state", scratch["site-fjord-3"].string,
    ]
    let program = KilledProgram(
      name: "waybill-site", state: scratch["site-fjord-3"], scratch: scratch)
    var straight: [String: [UInt8]]?
    try fail(program, 40, seed: 11, counting: command) { _, failing, text in
      let wanted = try straight ?? content(loop)
      straight = wanted
      try scratch.restore("site-fjord-3", from: "clean-site")
      try scratch.restore("library-fjord-3", from: "clean-library")
      let run = try failing.run(command)
      if run.exit == 0 { #expect(try content(loop) == wanted, "\(text): 0 and another state") }
      let again = try loop.site("fjord-3", "import", loop.medium())
      #expect(again.exit == 0, "\(text): \(again.output)")
      #expect(try content(loop) == wanted, "\(text): another end state")
      try loop.expectDone(try loop.site("fjord-3", "audit", "verify"))
      return run
    }
  }

  @Test func F03_anExportWithAFailingCallIsRightOrSaysSo() throws {
    let loop = try released()
    let state = loop.scratch["centre"]
    func command(_ medium: String) -> [String] {
      ["export", "fjord-3", "--to", medium, "--json", "--state", state.string]
    }
    let program = KilledProgram(name: "waybill-centre", state: state, scratch: loop.scratch)
    try fail(program, 30, seed: 12, counting: command(try loop.medium("count"))) {
      number, failing, text in
      let medium = try loop.medium("medium-\(number)")
      let run = try failing.run(command(medium))
      for _ in 0..<2 {
        let isWritten = try Files.names(in: FilePath(medium)).contains {
          $0.hasSuffix("papers.tar")
        }
        #expect(run.exit != 0 || isWritten, "\(text): 0 and no bundle")
        if isWritten {
          let check = try BuiltProgram("waybill-courier").run("check", medium, "--json")
          #expect(check.exit == 0, "\(text): \(check.output)")
        }
        let again = try loop.centre("export", "fjord-3", "--to", medium)
        #expect(again.exit == 0, "\(text): \(again.output)")
      }
      let taken = try loop.site("fjord-3", "import", medium)
      #expect(taken.exit == 0, "\(text): \(taken.output)")
      return run
    }
  }

  @Test func F03_anIngestWithAFailingCallIsRightOrSaysSo() throws {
    let loop = try released()
    try loop.trip(try loop.medium("first"))
    try loop.release(version: "2", counter: 2, files: ["tool.exe": program(2, count: 9000)])
    try loop.out(try loop.medium())
    try loop.back(try loop.medium())
    let scratch = loop.scratch
    try scratch.copy(scratch["centre"], to: "clean-centre")
    let command = ["ingest", try loop.medium(), "--json", "--state", scratch["centre"].string]
    let program = KilledProgram(name: "waybill-centre", state: scratch["centre"], scratch: scratch)
    var straight: [JSONValue]?
    try fail(program, 30, seed: 13, counting: command) { _, failing, text in
      let wanted = try straight ?? loop.centre("status").list("sites")
      straight = wanted
      try scratch.restore("centre", from: "clean-centre")
      let run = try failing.run(command)
      if run.exit == 0 {
        #expect(try loop.centre("status").list("sites") == wanted, "\(text): 0 and another state")
      }
      let again = try loop.centre("ingest", loop.medium())
      #expect(again.exit == 0, "\(text): \(again.output)")
      #expect(try loop.centre("status").list("sites") == wanted, "\(text): another end state")
      try loop.expectDone(try loop.centre("audit", "verify"))
      return run
    }
  }

  /// The content library without the records that carry a time.
  private func content(_ loop: Rehearsal) throws -> [String: [UInt8]] {
    try loop.library().filter { !$0.key.hasPrefix("waybill/") }
  }
}
