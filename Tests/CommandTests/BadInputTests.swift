// SPDX-License-Identifier: Apache-2.0
import Intents
import SystemPackage
import TestKit
import Testing
import Trust

/// Files written by hand with a fault in them: refused by file and line, and nothing is changed.
@Suite struct BadInputTests {
  /// A change of one of the files that made the centre, and what must be said of it.
  struct Fault: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let file: String
    let old: String
    let new: String
    let code: String
    /// What follows the file's name in the subject.
    let place: String
    let seen: String
  }

  private static let faults = [
    Fault(
      testDescription: "an intent with an unknown program", file: "intent-tool.yaml",
      old: "program: install", new: "program: erase", code: "WB3261",
      place: ", line 6, program, for fjord-3", seen: "erase"),
    Fault(
      testDescription: "an intent with an unknown collection", file: "intent-tool.yaml",
      old: "collection: \(Rehearsal.collection)", new: "collection: All Systems", code: "WB3260",
      place: ", line 7, collection, for fjord-3", seen: "All Systems"),
    Fault(
      testDescription: "an intent with a scope that is too wide", file: "intent-tool.yaml",
      old: "[site-class:air-gapped]", new: "[site-class:online]", code: "WB3260",
      place: ", line 9, scope, for fjord-3", seen: "site-class:online"),
    Fault(
      testDescription: "an intent with a field that no schema knows", file: "intent-tool.yaml",
      old: "purpose: required", new: "purpose: required\ncommand_line: x", code: "WB6460",
      place: ", line 9, command_line", seen: "field command_line"),
    Fault(
      testDescription: "a policy with a wrong choice", file: "policy-fjord-3.yaml",
      old: "egress: full", new: "egress: all", code: "WB6460", place: ", line 4, egress",
      seen: "all"),
    Fault(
      testDescription: "a policy for a site that nobody enrolled", file: "policy-fjord-3.yaml",
      old: "site: fjord-3", new: "site: bergen-9", code: "WB6461", place: "", seen: "bergen-9"),
    Fault(
      testDescription: "a content file with a wrong number", file: "content-tool-1.yaml",
      old: "counter: 1", new: "counter: one", code: "WB6460", place: ", line 4, counter",
      seen: "one"),
  ]

  private func ready() throws -> Rehearsal {
    let loop = try Rehearsal()
    try loop.setUp()
    try loop.release(version: "1", counter: 1, files: ["tool.exe": program(1, count: 900)])
    return loop
  }

  private func apply(_ file: FilePath, in loop: Rehearsal) throws -> BuiltProgram.Run {
    let name = file.lastComponent?.string ?? ""
    if name.hasPrefix("content-") {
      return try loop.centre(
        "content", "add", loop.scratch["source-tool-1"].string, "--manifest", file.string)
    }
    return try loop.centre(
      name.hasPrefix("policy-") ? "policy" : "intent", "apply", "-f", file.string)
  }

  /// All that such a file can change.
  private func desired(_ loop: Rehearsal) throws -> [String] {
    [
      try loop.centre("content", "list").output, try loop.centre("intent", "list").output,
      try loop.centre("policy", "show", "fjord-3").output,
    ]
  }

  @Test func `C18: what is wrong in a file is refused by file and line, and changes nothing`()
    throws
  {
    let loop = try ready()
    let before = try desired(loop)
    for fault in Self.faults {
      let good = String(decoding: try Files.bytes(loop.scratch[fault.file]), as: UTF8.self)
      #expect(good.contains(fault.old))
      let file = try loop.scratch.write(
        "bad/\(fault.file)", good.replacing(fault.old, with: fault.new))
      let run = try apply(file, in: loop)
      let name = fault.testDescription
      #expect(run.text("code") == fault.code, "\(name): \(run.output)")
      #expect(run.text("seen") == fault.seen, "\(name): \(run.output)")
      if !fault.place.isEmpty {
        #expect(run.text("subject") == file.string + fault.place, "\(name)")
      }
      #expect(try desired(loop) == before, "\(name)")
    }
  }

  @Test(arguments: ["content-tool-1.yaml", "policy-fjord-3.yaml", "intent-tool.yaml"])
  func `a file that is not there or no text is named`(name: String) throws {
    let loop = try ready()
    let before = try desired(loop)
    let missing = loop.scratch["bad/\(name)"]
    let absent = try apply(missing, in: loop)
    #expect(absent.exit == 64, "\(absent.output)")
    #expect(absent.text("subject") == missing.string)
    let file = try loop.scratch.write(
      "bad/\(name)", try Files.bytes(loop.scratch[name]) + [0x23, 0xFF, 0x0A])
    let text = try apply(file, in: loop)
    #expect(text.exit == 64, "\(text.output)")
    #expect(text.text("subject") == file.string)
    #expect(text.text("expected") == "UTF-8 text")
    #expect(try desired(loop) == before)
  }
}
