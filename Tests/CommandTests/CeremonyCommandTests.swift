// SPDX-License-Identifier: Apache-2.0
import Intents
import SystemPackage
import TestKit
import Testing
import Trust

/// Ceremonies through the real programs: keys of holders, request files, signed copies.
@Suite struct CeremonyCommandTests {
  @Test func aCentreOfManyHoldersGoesFromItsFirstCeremonyToAnImportAtASite() throws {
    let held = try HeldCentre()
    let first = try held.make()
    #expect(first.exit == 15)
    #expect(first.text("code") == "WB1561")
    #expect(first.text("seen") == "root: 0 of 2; targets: 0 of 2; content: 0 of 2; policy: 0 of 2")
    // Nothing is published, so nothing can be shown or exported.
    #expect(try held.centre("root", "show").text("code") == "WB1563")
    try held.finish(first, by: HeldCentre.names.flatMap { ["\($0)-1", "\($0)-2"] })
    try held.enrol()
    try held.release()
    let medium = try held.loop.medium()
    try held.loop.expectDone(try held.centre("export", "fjord-3", "--to", medium))
    try held.loop.expectDone(try held.site("import", medium))
  }

  @Test func signaturesAreMergedInAnyOrderOnceEachAndPublishAtTheThreshold() throws {
    let held = try HeldCentre()
    try held.setUp()
    let drafted = try held.centre("trust", "renew", "root")
    let request = try #require(drafted.text("request"))
    let one = try held.sign(request, by: "root-2")
    let two = try held.sign(request, by: "root-3")
    let first = try held.centre("trust", "merge", two)
    #expect(first.exit == 15)
    #expect(first.text("seen") == "root, by the keys before: 1 of 2; root: 1 of 2")
    #expect(first.text("expected")?.contains("(root-1)") == true)
    #expect(try held.centre("trust", "merge", two, two).exit == 15)
    #expect(try held.centre("root", "show")["root_version"] == 1)
    try held.loop.expectDone(try held.centre("trust", "merge", one))
    #expect(try held.centre("root", "show")["root_version"] == 2)
    // The third copy comes late: it is known and harmless.
    let late = try held.centre("trust", "merge", try held.sign(request, by: "root-1"))
    #expect(late.exit == 0, "\(late.output)")
  }

  @Test func aCopyThatWasSignedOnePersonAfterTheOtherCountsForBoth() throws {
    let held = try HeldCentre()
    try held.setUp()
    let request = try #require(try held.centre("trust", "renew", "content").text("request"))
    let one = held.loop.scratch["copy.json"].string
    try Files.write(
      try Files.bytes(FilePath(try held.sign(request, by: "content-1"))), to: FilePath(one))
    let both = try held.sign(one, by: "content-2")
    #expect(try held.centre("trust", "merge", both)["published"] == true)
  }

  @Test func aCopyThatNobodySignedIsRefused() throws {
    let held = try HeldCentre()
    try held.setUp()
    let request = try #require(try held.centre("trust", "renew", "content").text("request"))
    let run = try held.centre("trust", "merge", request)
    #expect(run.exit == 11)
    #expect(run.text("code") == "WB1164")
  }

  @Test func P08_aKeyFileThatOthersCanReadSignsNothing() throws {
    let held = try HeldCentre()
    try held.setUp()
    let request = try #require(try held.centre("trust", "renew", "content").text("request"))
    let file = held.loop.scratch["open.key"]
    try Files.write(try Files.bytes(FilePath(held.keys["content-1"] ?? "")), to: file)
    try FilePermissions([.ownerReadWrite, .otherRead]).set(on: file)
    let run = try BuiltProgram("waybill-centre").run(
      "sign", request, "--key", file.string, "--confirm", try held.digits(of: request), "--json")
    #expect(run.exit == 64)
    #expect(run.text("code") == "WB6467")
  }

  @Test func aKeyThatIsNotAskedForIsRefused() throws {
    let held = try HeldCentre()
    try held.setUp()
    let request = try #require(try held.centre("trust", "renew", "content").text("request"))
    let run = try BuiltProgram("waybill-centre").run(
      "sign", request, "--key", held.keys["policy-1"] ?? "", "--confirm",
      try held.digits(of: request), "--json")
    #expect(run.exit == 11)
    #expect(run.text("code") == "WB1163")
  }

  @Test func P04_aSignerWhoDoesNotTypeTheDigestSignsNothing() throws {
    let held = try HeldCentre()
    try held.setUp()
    let request = try #require(try held.centre("trust", "renew", "content").text("request"))
    let arguments = ["sign", request, "--key", held.keys["content-1"] ?? ""]
    let program = BuiltProgram("waybill-centre")
    #expect(try program.run(arguments + ["--confirm", "00000000"]).exit == 12)
    #expect(try program.run(arguments + ["--json"]).exit == 15)
    let names = try Files.names(in: held.loop.scratch.path)
    #expect(!names.contains { $0.hasSuffix(".signed.json") })
  }

  @Test func anAlteredCopyIsRefusedAndTheDraftStays() throws {
    let held = try HeldCentre()
    try held.setUp()
    let request = try #require(try held.centre("trust", "renew", "content").text("request"))
    let copy = try held.sign(request, by: "content-1")
    try held.loop.change(copy) { bytes in
      let text = String(decoding: bytes, as: UTF8.self)
      bytes = Array(text.replacing("\"purpose\":\"renew", with: "\"purpose\":\"RENEW").utf8)
    }
    // Words are nobody's signature; the draft is.
    #expect(try held.centre("trust", "merge", copy).exit == 15)
    try held.loop.change(copy) { bytes in
      let text = String(decoding: bytes, as: UTF8.self)
      bytes = Array(text.replacing("\"version\":2", with: "\"version\":2,\"x-more\":1").utf8)
    }
    let run = try held.centre("trust", "merge", copy)
    #expect(run.exit == 10, "\(run.output)")
    #expect(run.list("refused").first?.member("code") == "WB1064")
  }

  @Test func oneDraftARoleAndADroppedOneIsOver() throws {
    let held = try HeldCentre()
    try held.setUp()
    let request = try #require(try held.centre("trust", "renew", "targets").text("request"))
    let copy = try held.sign(request, by: "targets-1")
    #expect(try held.centre("trust", "renew", "targets").text("code") == "WB1562")
    try held.loop.expectDone(try held.centre("trust", "drop", "targets"))
    let run = try held.centre("trust", "merge", copy)
    #expect(run.exit == 13)
    #expect(run.text("code") == "WB1362")
    #expect(try held.centre("trust", "drop", "targets").text("code") == "WB6471")
  }

  @Test func aDraftWhoseKeysWereChangedMeanwhileIsOvertaken() throws {
    let held = try HeldCentre()
    try held.setUp()
    let request = try #require(try held.centre("trust", "renew", "policy").text("request"))
    let copy = try held.sign(request, by: "policy-1")
    let fresh = try held.generate("policy-4")
    try held.finish(
      try held.centre("trust", "rotate", "policy", "--add", fresh, "--threshold", "2of4"),
      by: ["targets-1", "targets-2"])
    #expect(try held.draft()?.member("overtaken") == true)
    #expect(try held.centre("trust", "merge", copy).text("code") == "WB1362")
    try held.loop.expectDone(try held.centre("trust", "drop", "policy"))
  }

  @Test func whatWaitsForSignaturesIsNotExported() throws {
    let held = try HeldCentre()
    try held.setUp()
    try held.enrol()
    try held.loop.add(version: "1", counter: 1, files: ["a.txt": Array("a".utf8)])
    #expect(try held.centre("content", "release").exit == 15)
    try held.loop.expectDone(try held.loop.applyIntent("tool", version: "1", to: ["fjord-3"]))
    let run = try held.centre("export", "fjord-3", "--to", held.loop.medium())
    #expect(run.exit == 11)
    #expect(run.text("code") == "WB1160")
  }

  @Test func C03_aGapInTheRootChainMakesNoBundle() throws {
    let held = try HeldCentre()
    try held.setUp()
    try held.enrol()
    for _ in 0..<2 {
      try held.finish(try held.centre("trust", "renew", "root"), by: ["root-1", "root-2"])
    }
    let ledger = held.loop.scratch["centre/ledger.sqlite"].string
    let cut = "DELETE FROM metadata WHERE role = 'root' AND version = 2"
    let script =
      "import sqlite3,sys; c=sqlite3.connect(sys.argv[1]); c.execute(sys.argv[2]); c.commit()"
    #expect(try Tool("python3").run("-c", script, ledger, cut).exit == 0)
    let medium = try held.loop.medium()
    let run = try held.centre("export", "fjord-3", "--to", medium)
    #expect(run.exit == 11)
    #expect(run.text("code") == "WB1103")
    #expect(try Files.names(in: FilePath(medium)).isEmpty)
  }
}
