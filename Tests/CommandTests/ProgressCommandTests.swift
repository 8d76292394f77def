// SPDX-License-Identifier: Apache-2.0
import Foundation
import SystemPackage
import TestKit
import Testing
import Trust

/// `--progress` of the real programs.
@Suite struct ProgressCommandTests {
  private let loop: Rehearsal
  private let centre = BuiltProgram("waybill-centre")
  private let source: FilePath
  private let manifest: FilePath

  init() throws {
    loop = try Rehearsal()
    try loop.setUp()
    try loop.release(
      version: "1", counter: 1,
      files: ["tool.exe": program(1, count: 900_000), "a.txt": Array("one\n".utf8), "empty": []])
    source = loop.scratch["source-tool-1"]
    manifest = try loop.scratch.write(
      "more.yaml",
      String(decoding: try Files.bytes(loop.scratch["content-tool-1.yaml"]), as: UTF8.self)
        .replacing("name: tool", with: "name: more"))
  }

  /// `content add` of something new.
  private var add: [String] {
    [
      "content", "add", source.string, "--manifest", manifest.string, "--state",
      loop.scratch["centre"].string,
    ]
  }

  /// What standard error tells, which must be such objects and nothing else.
  private func steps(_ run: BuiltProgram.Run) throws -> [(phase: String, isEnd: Bool)] {
    #expect(run.errors.isEmpty || run.errors.hasSuffix("\n"))
    return try run.errors.split(separator: "\n").map { line in
      let value = try JSONValue(parsing: Array(line.utf8), named: "progress")
      guard case .object(let object) = value, case .string(let phase) = object["phase"],
        case .integer(let done) = object["done"], case .integer(let total) = object["total"],
        case .integer(let rate) = object["rate"]
      else {
        Issue.record("no step: \(line)")
        return ("", false)
      }
      #expect(object.members.count == 5 && 0 <= done && done <= total && rate >= 0, "\(line)")
      switch object["eta_seconds"] {
      case .null: #expect(done < total, "\(line)")
      case .integer(let seconds): #expect(seconds >= 0 && (seconds == 0) == (done == total))
      default: Issue.record("\(line)")
      }
      return (phase, done == total)
    }
  }

  private func phases(_ run: BuiltProgram.Run) throws -> [String] {
    try loop.expectDone(run)
    #expect(run.json != nil, "\(run.output)")
    return try steps(run).filter(\.isEnd).map(\.phase)
  }

  @Test("each phase of each long command ends with an object that says that all is done")
  func objects() throws {
    let medium = try loop.medium()
    let json = ["--progress", "json"]
    #expect(try phases(centre.run(add + json + ["--json"])) == ["adding"])
    let export = try loop.centre("export", "fjord-3", "--to", medium, "--progress", "json")
    #expect(try phases(export) == ["packing", "reading back"])
    let check = BuiltProgram("waybill-courier")
    #expect(try phases(check.run(["check", medium, "--json"] + json)) == ["reading"])
    let taken = try loop.site("fjord-3", "import", medium, "--progress", "json")
    #expect(try phases(taken) == ["staging"])
    let again = try loop.site("fjord-3", "apply", "--recheck", "--progress", "json")
    #expect(try phases(again) == ["hashing"])
    let library = try loop.site("fjord-3", "library", "verify", "--progress", "json")
    #expect(try phases(library) == ["hashing"])
    for told in [["writing", "reading back"], ["reading back"]] {
      let back = try loop.site("fjord-3", "return", "--to", medium, "--progress", "json")
      #expect(try phases(back) == told)
    }
    let booked = try loop.centre("ingest", medium, "--progress", "json")
    #expect(try phases(booked) == ["reading volumes", "booking rows"])
    try loop.release(
      version: "2", counter: 2, files: ["tool.exe": program(1, count: 900_000) + [1, 2, 3]])
    let update = try loop.centre("export", "fjord-3", "--to", medium, "--progress", "json")
    #expect(try phases(update) == ["compressing", "packing", "reading back"])
  }

  @Test("a phase that is refused never says that all is done")
  func refused() throws {
    let medium = try loop.medium()
    try loop.expectDone(try loop.centre("export", "fjord-3", "--to", medium))
    let volume = FilePath("\(medium)/fjord-3.out.000001/volume-001.tar")
    var bytes = try Files.bytes(volume)
    bytes[bytes.count / 2] ^= 1
    try Files.write(bytes, to: volume)
    let run = try loop.site("fjord-3", "import", medium, "--progress", "json")
    #expect(run.exit == 10, "\(run.output)")
    let told = try steps(run)
    #expect(!told.isEmpty && told.allSatisfy { $0.phase == "staging" && !$0.isEnd })
  }

  @Test("people's results stay on standard output, and notes do not stand among the objects")
  func withoutJSON() throws {
    let run = try centre.run(add + ["--progress", "json"])
    try loop.expectDone(run)
    #expect(run.output.hasPrefix("Added more 1 as content "))
    #expect(!run.output.contains("{"))
    #expect(try steps(run).filter(\.isEnd).map(\.phase) == ["adding"])
  }

  @Test("nothing is shown with none, of short work in a log, or beside a result for a program")
  func quiet() throws {
    let notes = try centre.run(add + ["--progress", "none"])
    try loop.expectDone(notes)
    #expect(notes.errors.split(separator: "\n").count == 2, "\(notes.errors)")
    let medium = try loop.medium()
    let export = ["export", "fjord-3", "--to", medium, "--state", loop.scratch["centre"].string]
    for more in [["--json"], ["--json", "--progress", "none"], ["--json", "--progress", "plain"]] {
      let run = try centre.run(export + more)
      try loop.expectDone(run)
      #expect(run.errors.isEmpty, "\(run.errors)")
      #expect(run.json != nil)
    }
    for more in [[], ["--progress", "plain"]] {
      let run = try centre.run(export + more)
      try loop.expectDone(run)
      #expect(!run.errors.contains("packing"), "\(run.errors)")
    }
  }

  @Test(
    "a terminal shows a bar and takes it away again, a dumb one does not", arguments: [true, false])
  func terminal(isAble: Bool) throws {
    let medium = try loop.medium()
    try loop.expectDone(try loop.centre("export", "fjord-3", "--to", medium))
    // script(1) runs it at a terminal of its own, whose width nobody has set.
    let script = BuiltProgram(tool: "script", environment: ["TERM": isAble ? "xterm" : "dumb"])
    let check = "\(BuiltProgram.folder)/waybill-courier check \(medium)"
    let run = try script.run(["--quiet", "--return", "--command", check, "/dev/null"])
    #expect(run.exit == 0, "\(run.output) \(run.errors)")
    #expect(run.output.contains("\rreading [-------") == isAble, "\(run.output.debugDescription)")
    #expect(run.output.contains("\u{1B}[K") == isAble)
    #expect(run.output.hasSuffix("origin not checked\r\n"))
    let last = run.output.components(separatedBy: "\r\u{1B}[K").last ?? ""
    #expect(!last.contains("["), "\(run.output.debugDescription)")
  }

  @Test(
    "every long command says what forms there are, and refuses any other",
    arguments: [
      ("waybill-centre", "content add folder --manifest file"),
      ("waybill-centre", "export fjord-3 --to medium"), ("waybill-centre", "ingest medium"),
      ("waybill-site", "import medium"), ("waybill-site", "apply"),
      ("waybill-site", "return --to medium"), ("waybill-site", "library verify"),
      ("waybill-courier", "check medium"),
    ])
  func usage(name: String, command: String) throws {
    let words = command.split(separator: " ").map(String.init)
    let help = try BuiltProgram(name).run(words + ["--help"]).output.split(separator: /\s+/)
      .joined(separator: " ")
    #expect(help.contains("--progress <form>"))
    #expect(help.contains("auto, bar, plain, json, none; default: auto"), "\(help)")
    let run = try BuiltProgram(name).run(words + ["--progress", "fast"])
    #expect(run.exit == 64)
    #expect(run.errors.contains("fast"))
  }
}
