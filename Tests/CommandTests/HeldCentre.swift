// SPDX-License-Identifier: Apache-2.0
import SystemPackage
import TestKit
import Testing
import Trust

/// A rehearsal centre whose offline keys are with several holders, each with a key file of their own.
final class HeldCentre {
  let loop: Rehearsal
  /// Days after the start that the centre's and the holders' clocks show.
  var day = 0
  /// Key files by holder.
  private(set) var keys: [String: String] = [:]
  private(set) var ids: [String: String] = [:]

  init() throws { loop = try Rehearsal() }

  static let names = ["root", "targets", "content", "policy"]

  private func program(_ name: String) -> BuiltProgram {
    BuiltProgram(name, wrapper: day == 0 ? [] : ["faketime", "-f", "+\(day)d"])
  }

  func centre(_ arguments: String...) throws -> BuiltProgram.Run { try centre(arguments) }

  func centre(_ arguments: [String]) throws -> BuiltProgram.Run {
    try program("waybill-centre").run(
      arguments + ["--json", "--state", loop.scratch["centre"].string])
  }

  func site(_ arguments: String...) throws -> BuiltProgram.Run {
    try program("waybill-site").run(
      arguments + ["--json", "--state", loop.scratch["site-fjord-3"].string])
  }

  /// Makes the key of `holder`.
  @discardableResult
  func generate(_ holder: String) throws -> String {
    let file = loop.scratch["\(holder).key"].string
    let run = try program("waybill-centre").run(
      "key", "generate", "--to", file, "--label", holder, "--rehearsal", "--json")
    try loop.expectDone(run)
    keys[holder] = file
    ids[holder] = run.text("keyid")
    return file + ".pub.json"
  }

  func id(_ holder: String) -> String { ids[holder] ?? "" }

  /// The signed copy of `request` by `holder`.
  func sign(_ request: String, by holder: String) throws -> String {
    let copy = loop.scratch["\(holder)-\(keys.count)-\(day).signed.json"].string
    let run = try program("waybill-centre").run(
      "sign", request, "--key", keys[holder] ?? "", "--to", copy, "--confirm",
      try digits(of: request), "--json")
    try loop.expectDone(run)
    return copy
  }

  /// The digits that the centre reads out to the signers of `request`.
  func digits(of request: String) throws -> String {
    let file = try JSONField(parsing: try Files.bytes(FilePath(request)), named: request)
    return String(try file["digest"].string().prefix(8))
  }

  /// Signs the request of `run`, which must wait for signatures, by `holders`, and merges all copies.
  @discardableResult
  func finish(_ run: BuiltProgram.Run, by holders: [String]) throws -> BuiltProgram.Run {
    #expect(run.exit == 15, "\(run.output) \(run.errors)")
    #expect(run.text("code") == "WB1561")
    let request = try #require(run.text("request"))
    let copies = try holders.map { try sign(request, by: $0) }
    let merged = try centre(["trust", "merge"] + copies)
    try loop.expectDone(merged)
    #expect(merged["published"] == true)
    return merged
  }

  /// Makes the holders and the centre: two of three keys for every role; the first roles wait for signatures.
  func make() throws -> BuiltProgram.Run {
    var arguments = ["trust", "init", "--rehearsal"]
    for role in Self.names {
      arguments += ["--\(role)", "2of3"]
      for number in 1...3 {
        arguments += ["--key", "\(role)=\(try generate("\(role)-\(number)"))"]
      }
    }
    return try centre(arguments)
  }

  /// The centre after its first ceremony: made once, and copied for each test.
  func setUp() throws {
    let made = try Self.made.get()
    try loop.scratch.copy(made.scratch["centre"], to: "centre")
    keys = made.keys
    ids = made.ids
  }

  private struct Made: Sendable {
    let scratch: Scratch
    let keys: [String: String]
    let ids: [String: String]
  }

  private static let made = Result { () throws -> Made in
    let held = try HeldCentre()
    try held.finish(try held.make(), by: names.flatMap { ["\($0)-1", "\($0)-2"] })
    return Made(scratch: held.loop.scratch, keys: held.keys, ids: held.ids)
  }

  /// Pins the root at the site, enrols it, signs its policy.
  func enrol() throws {
    let root = try centre("root", "show", "--to", loop.scratch["root.json"].string)
    try loop.expectDone(root)
    try loop.expectDone(
      try site(
        "init", "--site", "fjord-3", "--root", loop.scratch["root.json"].string, "--rehearsal",
        "--fingerprint", root.text("root_fingerprint") ?? "", "--library",
        loop.scratch["library-fjord-3"].string))
    let file = loop.scratch["fjord-3.enrolment.json"].string
    let enrolled = try site("enrol", "--to", file)
    try loop.expectDone(enrolled)
    try loop.expectDone(
      try centre("site", "add", file, "--fingerprint", enrolled.text("fingerprint") ?? ""))
    try loop.expectDone(try loop.applyPolicy(site: "fjord-3"))
    try finish(try centre("policy", "sign"), by: ["policy-1", "policy-3"])
  }

  /// Adds content, has it released, and makes it desired.
  func release(_ version: String = "1", counter: Int = 1) throws {
    try loop.add(
      version: version, counter: counter,
      files: ["tool.exe": CommandTests.program(9, count: 70_000)])
    try finish(try centre("content", "release"), by: ["content-2", "content-3"])
    try loop.expectDone(try loop.applyIntent("tool", version: version, to: ["fjord-3"]))
  }

  /// One draft of `trust status`.
  func draft() throws -> JSONValue? { try centre("trust", "status").list("drafts").first }
}
