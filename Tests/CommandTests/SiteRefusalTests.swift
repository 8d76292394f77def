// SPDX-License-Identifier: Apache-2.0
import Intents
import SystemPackage
import TestKit
import Testing
import Trust

/// What the site refuses whatever lies on a medium.
@Suite struct SiteRefusalTests {
  private func rooted() throws -> (Rehearsal, fingerprint: String) {
    let loop = try Rehearsal()
    try loop.expectDone(try loop.centre("init", "--rehearsal"))
    let root = try loop.centre("root", "show", "--to", loop.scratch["root.json"].string)
    return (loop, root.text("root_fingerprint") ?? "")
  }

  private func initialise(
    _ loop: Rehearsal, _ fingerprint: String, site: String = "fjord-3"
  ) throws -> BuiltProgram.Run {
    try loop.site(
      "fjord-3", "init", "--site", site, "--root", loop.scratch["root.json"].string, "--rehearsal",
      "--fingerprint", fingerprint, "--library", loop.scratch["library-fjord-3"].string)
  }

  @Test func `a site is set up once, under a good name, and before anything else`() throws {
    let (loop, fingerprint) = try rooted()
    #expect(try loop.site("fjord-3", "status").text("code") == "WB6482")
    #expect(try initialise(loop, fingerprint, site: "Fjord 3").text("code") == "WB6483")
    #expect(try initialise(loop, "not hex").text("code") == "WB6483")
    try loop.expectDone(try initialise(loop, fingerprint))
    #expect(try initialise(loop, fingerprint).text("code") == "WB6481")
  }

  @Test func `no return before the enrolment, and no enrolment over another file`() throws {
    let (loop, fingerprint) = try rooted()
    try loop.expectDone(try initialise(loop, fingerprint))
    let medium = try loop.medium()
    #expect(try loop.site("fjord-3", "return", "--to", medium).text("code") == "WB6485")
    let file = try loop.scratch.write("letter.txt", "Dear Bergen")
    let over = try loop.site("fjord-3", "enrol", "--to", file.string)
    #expect(over.text("code") == "WB6484")
    #expect(try Files.bytes(file) == Array("Dear Bergen".utf8))
  }

  @Test func `R15: a return to a medium that is not there writes nothing`() throws {
    let loop = try Rehearsal()
    try loop.setUp()
    let missing = loop.scratch["medium-not-mounted"].string
    let run = try loop.site("fjord-3", "return", "--to", missing)
    #expect(run.text("code") == "WB2083")
    #expect(try Files.names(in: loop.scratch.path).contains { $0.contains("not-mounted") } == false)
  }

  @Test func `F02: a journal that runs out of space says so, and the next run goes on`() throws {
    let loop = try Rehearsal()
    try loop.setUp()
    try loop.release(version: "1", counter: 1, files: ["tool.exe": program(1, count: 3000)])
    let medium = try loop.medium()
    try loop.expectDone(try loop.centre("export", "fjord-3", "--to", medium))
    let state = loop.scratch["site-fjord-3"].string
    let library = try loop.library()
    let full = BuiltProgram(
      "waybill-site",
      wrapper: [
        "strace", "-f", "-o", "/dev/null", "-P", "\(state)/journal.sqlite-wal", "-e",
        "trace=pwrite64,write", "-e", "inject=pwrite64,write:error=ENOSPC",
      ])
    let run = try full.run(["import", medium, "--json", "--state", state])
    #expect(run.text("code") == "WB2181", "\(run.output) \(run.errors)")
    #expect(try loop.library() == library)
    try loop.expectDone(try loop.site("fjord-3", "import", medium))
  }

  @Test(
    "T33: a first root that is broken, unsigned or signed by strangers is not pinned",
    arguments: ["cut", "unsigned", "bent"])
  func brokenRoot(how: String) throws {
    let (loop, _) = try rooted()
    let place = loop.scratch["root.json"]
    var bytes = try Files.bytes(place)
    switch how {
    case "cut": bytes.removeLast(bytes.count / 2)
    case "unsigned":
      bytes = try JSONValue(parsing: bytes, named: how).setting("signatures", to: []).encoded
    default:
      bytes = try JSONValue(parsing: bytes, named: how).setting("signed version", to: 2).encoded
    }
    try Files.write(bytes, to: place)
    // Whoever hands out a broken root can hand out its fingerprint too.
    let run = try initialise(loop, Digest.sha256(bytes).hex)
    #expect(run.exit == 11, "\(run.output)")
    #expect(run.text("code") == "WB1114")
    #expect(try Files.names(in: loop.scratch.path).contains { $0.hasPrefix("site-") } == false)
  }
}
