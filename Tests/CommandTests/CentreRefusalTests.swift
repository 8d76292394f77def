// SPDX-License-Identifier: Apache-2.0
import Intents
import SystemPackage
import TestKit
import Testing
import Trust

/// What the centre refuses before anything lies on a medium.
@Suite struct CentreRefusalTests {
  private static let files: [String: [UInt8]] = ["tool.exe": program(1, count: 3000)]

  private func ready() throws -> Rehearsal {
    let loop = try Rehearsal()
    try loop.setUp()
    try loop.release(version: "1", counter: 1, files: Self.files)
    return loop
  }

  /// Adds version 2 of the tool, which nobody releases.
  private func addSecond(_ loop: Rehearsal, counter: Int = 2) throws -> BuiltProgram.Run {
    let manifest = String(
      decoding: try Files.bytes(loop.scratch["content-tool-1.yaml"]), as: UTF8.self)
    let second = try loop.scratch.write(
      "second.yaml",
      manifest.replacing("version: 1", with: "version: 2").replacing(
        "counter: 1", with: "counter: \(counter)"))
    return try loop.centre(
      "content", "add", loop.scratch["source-tool-1"].string, "--manifest", second.string)
  }

  /// Exports and expects `code`, with an empty medium.
  @discardableResult
  private func expectNoBundle(_ code: String, _ loop: Rehearsal) throws -> BuiltProgram.Run {
    let medium = try loop.medium()
    let run = try loop.centre("export", "fjord-3", "--to", medium)
    #expect(run.text("code") == code, "\(run.output) \(run.errors)")
    #expect(try !Files.names(in: FilePath(medium)).contains { $0.hasSuffix("papers.tar") })
    return run
  }

  @Test func `C24: an enrolment is held against its own key and the second channel`() throws {
    let loop = try ready()
    try loop.scratch.copy(loop.scratch["centre"], to: "twin-centre")
    let file = loop.scratch["oslo-2.json"].string
    try loop.expectDone(
      try loop.site(
        "oslo-2", "init", "--site", "oslo-2", "--root", loop.scratch["root.json"].string,
        "--rehearsal", "--fingerprint", Digest.sha256(Files.bytes(loop.scratch["root.json"])).hex,
        "--library", loop.scratch["library-oslo-2"].string))
    let enrolled = try loop.site("oslo-2", "enrol", "--to", file)
    let right = try #require(enrolled.text("fingerprint"))
    let wrong = try loop.centre("site", "add", file, "--fingerprint", Digest.sha256([1]).hex)
    #expect(wrong.text("code") == "WB1260")
    #expect(wrong.text("seen") == right)
    let bent = try loop.scratch.write(
      "bent.json",
      String(decoding: try Files.bytes(FilePath(file)), as: UTF8.self)
        .replacing(/"sig":"./, with: "\"sig\":\"A"))
    let forged = try loop.centre("site", "add", bent.string, "--fingerprint", right)
    #expect(forged.text("code") == "WB1162")
    #expect(try loop.centre("site", "list").list("sites").count == 1)
    try loop.expectDone(try loop.centre("site", "add", file, "--fingerprint", right))
    let twice = try loop.centre("site", "add", file, "--fingerprint", right)
    #expect(twice.text("code") == "WB6464")
  }

  @Test
  func `F01: content that is added again as it was is there already, and other content is refused`()
    throws
  {
    let loop = try ready()
    let files = ["a.txt": Array("one".utf8), "b/c.dll": program(3, count: 70_000)]
    try loop.add("twice", version: "1", counter: 1, files: files)
    let folder = loop.scratch["source-twice-1"]
    let manifest = loop.scratch["content-twice-1.yaml"]
    let depot = try Files.tree(loop.scratch["centre/depot"])
    func again() throws -> BuiltProgram.Run {
      try loop.centre("content", "add", folder.string, "--manifest", manifest.string)
    }
    let same = try again()
    #expect(same.exit == 0 && same.output.contains("\"was_there\":true"), "\(same.output)")
    try loop.scratch.write("source-twice-1/b/c.dll", program(4, count: 70_000))
    #expect(try again().text("code") == "WB6464")
    try loop.scratch.write("source-twice-1/new.txt", "new")
    #expect(try again().text("code") == "WB6464")
    #expect(try Files.tree(loop.scratch["centre/depot"]) == depot)
  }

  @Test func `C24: what a person types at the terminal must be the fingerprint`() throws {
    let loop = try ready()
    let enrolment = loop.scratch["fjord-3.enrolment.json"].string
    let run = try BuiltProgram("waybill-centre").run(
      ["site", "add", enrolment, "--json", "--state", loop.scratch["centre"].string],
      answering: [("fingerprint of the enrolment", "0123")])
    #expect(run.exit == 12)
    #expect(run.output.contains("WB1295"), "\(run.output)")
  }

  @Test func `P04: without a terminal no one answers for a person`() throws {
    let loop = try ready()
    let enrolment = loop.scratch["fjord-3.enrolment.json"].string
    let run = try BuiltProgram("waybill-centre", wrapper: ["setsid", "--wait"]).run([
      "site", "add", enrolment, "--json", "--state", loop.scratch["centre"].string,
    ])
    #expect(run.text("code") == "WB1595", "\(run.output)")
  }

  @Test func `content that no release signer vouches for is not exported`() throws {
    let loop = try ready()
    try loop.expectDone(try addSecond(loop))
    try loop.expectDone(try loop.applyIntent("tool", version: "2", to: ["fjord-3"]))
    try expectNoBundle("WB1160", loop)
  }

  @Test func `a counter that does not rise is refused on entry`() throws {
    let loop = try ready()
    let run = try addSecond(loop, counter: 1)
    #expect(run.text("code") == "WB1361")
    #expect(try loop.centre("content", "list").list("contents").count == 1)
  }

  @Test func `C04: no bundle is made that could expire on the way`() throws {
    let loop = try ready()
    let medium = try loop.medium()
    let run = try BuiltProgram("waybill-centre", wrapper: ["faketime", "-f", "+340d"]).run([
      "export", "fjord-3", "--to", medium, "--json", "--state", loop.scratch["centre"].string,
    ])
    #expect(run.text("code") == "WB1460", "\(run.output)")
    #expect(try Files.names(in: FilePath(medium)).isEmpty)
  }

  @Test func `C05: a damaged file in the depot is named, and no bundle has holes`() throws {
    let loop = try ready()
    let depot = loop.scratch["centre"].appending("depot")
    let frame = try #require(try Files.names(in: depot).first { $0.hasPrefix("frames/") })
    try loop.change("\(depot)/\(frame)") { $0[0] ^= 1 }
    let medium = try loop.medium()
    let run = try loop.centre("export", "fjord-3", "--to", medium)
    #expect(run.exit == 10)
    #expect(run.text("subject")?.hasSuffix(frame) == true, "\(run.output)")
    #expect(try !Files.names(in: FilePath(medium)).contains { $0.hasSuffix("papers.tar") })
  }

  @Test func `C05: a manifest that was damaged in the depot is not signed`() throws {
    let loop = try ready()
    let manifests = loop.scratch["centre"].appending("depot").appending("manifests")
    let before = Set(try Files.names(in: manifests))
    try loop.expectDone(try addSecond(loop))
    let new = try #require(try Files.names(in: manifests).first { !before.contains($0) })
    try loop.change("\(manifests)/\(new)") { $0[40] ^= 1 }
    let run = try loop.centre("content", "release")
    #expect(run.text("code") == "WB1061", "\(run.output)")
    #expect(run.text("subject")?.hasSuffix(new) == true)
  }

  @Test func `an intent that nobody applied is unknown by name`() throws {
    let run = try ready().centre("intent", "show", "hammer")
    #expect(run.text("code") == "WB6463")
    #expect(run.text("seen") == "hammer")
  }

  @Test func `without a centre, or without a return, there is nothing to do`() throws {
    let loop = try Rehearsal()
    #expect(try loop.centre("status").text("code") == "WB6465")
    try loop.setUp()
    #expect(try loop.centre("ingest", loop.medium("empty")).text("code") == "WB2060")
    let courier = try BuiltProgram("waybill-courier").run("check", "--json", loop.medium("empty"))
    #expect(courier.text("code") == "WB2090")
  }

  @Test func `P09: a key file that asks for more memory than there is opens nothing`() throws {
    let loop = try ready()
    try loop.expectDone(try addSecond(loop))
    let path = loop.scratch["centre"].appending("keys").appending("content.json")
    let passphrase = try loop.scratch.write("passphrase", "correct horse\n")
    let fed = ["sh", "-c", #"exec 3<"\#(passphrase)"; exec "$0" "$@""#]
    let state = ["--json", "--state", loop.scratch["centre"].string, "--passphrase-fd", "3"]
    try loop.expectDone(
      try BuiltProgram("waybill-centre", wrapper: fed).run(["key", "protect", "content"] + state))
    // 1 GiB, the most that is read; the checksum covers the open part.
    let file = try JSONValue(parsing: Files.bytes(path), named: "content.json")
      .setting("memory", to: 1_073_741_824).setting("checksum", to: nil)
    let forged = file.setting("checksum", to: .string(Digest.sha256(file.canonical).hex))
    try Files.write(forged.encoded, to: path)
    let bounded = ["prlimit", "--as=1000000000"] + fed
    let run = try BuiltProgram("waybill-centre", wrapper: bounded).run(
      ["content", "release"] + state)
    #expect(run.text("code") == "WB7001", "\(run.output) \(run.errors)")
  }
}
