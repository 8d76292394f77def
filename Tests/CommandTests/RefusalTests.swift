// SPDX-License-Identifier: Apache-2.0
import Intents
import SystemPackage
import TestKit
import Testing
import Trust

/// Each refusal through the real programs: its exit code, its message, nothing changed, a line in the history.
@Suite struct RefusalTests {
  private static let files: [String: [UInt8]] = [
    "tool.exe": program(1, count: 90_000), "readme.txt": Array("one\n".utf8),
  ]

  private func exported(_ files: [String: [UInt8]] = Self.files) throws -> (Rehearsal, String) {
    let loop = try Rehearsal()
    try loop.setUp()
    try loop.release(version: "1", counter: 1, files: files)
    let medium = try loop.medium()
    try loop.expectDone(try loop.centre("export", "fjord-3", "--to", medium))
    return (loop, medium)
  }

  /// Imports `medium` and expects `exit` with nothing changed at the distribution point and the code in the
  /// history.
  ///
  /// - Parameter program: the site's, perhaps under another clock.
  @discardableResult
  private func expectRefusal(
    _ exit: Int32, _ loop: Rehearsal, _ medium: String, site id: String = "fjord-3",
    by program: BuiltProgram? = nil
  ) throws -> BuiltProgram.Run {
    let library = try loop.library(id)
    let bytes = try Files.tree(FilePath(medium))
    let run = try (program ?? loop.site).run(
      "import", medium, "--json", "--state", loop.scratch["site-\(id)"].string)
    #expect(run.exit == exit, "\(run.output) \(run.errors)")
    #expect(run["exit"] == .integer(Int64(exit)))
    #expect(try loop.library(id) == library)
    #expect(try Files.tree(FilePath(medium)) == bytes, "the medium was written")
    let history = try loop.site(id, "history")
    let code = run.text("code") ?? "no code"
    #expect(history.output.contains(code), "\(code) is not in the history")
    return run
  }

  @Test func M01_aBundleForAnotherSiteIsHandedBack() throws {
    let (loop, medium) = try exported()
    try loop.setUp(site: "oslo-2")
    let run = try expectRefusal(12, loop, medium, site: "oslo-2")
    #expect(run.text("seen")?.contains("fjord-3") == true)
    #expect(run.text("expected")?.contains("oslo-2") == true)
  }

  @Test func S01_theSameBundleTwiceIsSaidAndHarmless() throws {
    let (loop, medium) = try exported()
    try loop.expectDone(try loop.site("fjord-3", "import", medium))
    let library = try loop.library()
    let again = try loop.site("fjord-3", "import", medium)
    #expect(again.exit == 0)
    #expect(again.output.contains("already"))
    #expect(try loop.library() == library)
    let history = try loop.site("fjord-3", "history")
    #expect(history.output.contains("import.repeated"), "\(history.output)")
  }

  @Test func S02_anOlderBundleAfterANewerIsSuperseded() throws {
    let (loop, medium) = try exported()
    let newer = try loop.medium("newer")
    try loop.expectDone(try loop.centre("export", "fjord-3", "--to", newer))
    try loop.expectDone(try loop.site("fjord-3", "import", newer))
    let run = try expectRefusal(13, loop, medium)
    #expect(run.text("seen") == "1")
  }

  @Test func S01_afterTheReturnTheSameBundleTwiceOffersToWriteItAgain() throws {
    let (loop, medium) = try exported()
    try loop.expectDone(try loop.site("fjord-3", "import", medium))
    let first = try loop.site("fjord-3", "return", "--to", medium)
    let again = try loop.site.run(
      "import", medium, "--state", loop.scratch["site-fjord-3"].string)
    #expect(again.output.contains("`waybill-site return --to MEDIUM` writes the last one again"))
    let second = try loop.site("fjord-3", "return", "--to", loop.medium("another"))
    #expect(second["repeated"] == true)
    #expect(second.text("sha256") == first.text("sha256"))
  }

  @Test func S02_anOlderBundleThatWasAppliedBeforeIsAKnownReplay() throws {
    let (loop, medium) = try exported()
    try loop.expectDone(try loop.site("fjord-3", "import", medium))
    let newer = try loop.medium("newer")
    try loop.expectDone(try loop.centre("export", "fjord-3", "--to", newer))
    try loop.expectDone(try loop.site("fjord-3", "import", newer))
    let run = try expectRefusal(13, loop, medium)
    #expect(run.text("code") == "WB1380")
    #expect(run.text("seen") == "1, seen before")
  }

  @Test func S07_anExpiredBundleIsRefused() throws {
    let (loop, medium) = try exported()
    let late = BuiltProgram("waybill-site", wrapper: ["faketime", "-f", "+100d"])
    let run = try expectRefusal(14, loop, medium, by: late)
    #expect(run.text("code") == "WB1401")
  }

  @Test func M05_aMissingVolumeIsNamed() throws {
    let (loop, medium) = try exported()
    try Files.remove(FilePath("\(medium)/fjord-3.out.000001/volume-001.tar"))
    let run = try expectRefusal(20, loop, medium)
    #expect("\(run.output)".contains("volume-001.tar"))
  }

  @Test func M13_aFolderWithoutPapersIsUnfinished() throws {
    let (loop, medium) = try exported()
    for name in ["papers.tar", "papers-copy.tar"] {
      try Files.remove(FilePath("\(medium)/fjord-3.out.000001/\(name)"))
    }
    try expectRefusal(20, loop, medium)
  }

  @Test func M09_aChangedVolumeIsRefusedWithBlockAndOffset() throws {
    let (loop, medium) = try exported()
    try loop.change("\(medium)/fjord-3.out.000001/volume-001.tar") { $0[$0.count / 2] ^= 1 }
    let run = try expectRefusal(10, loop, medium)
    #expect(run.text("subject")?.contains("volume-001.tar, block 0") == true)
  }

  @Test func M41_damagedPapersAreRepairedFromTheirCopy() throws {
    let (loop, medium) = try exported()
    try loop.change("\(medium)/fjord-3.out.000001/papers.tar") { $0[3000] ^= 1 }
    let run = try loop.site("fjord-3", "import", medium)
    #expect(run.exit == 0, "\(run.output)")
    #expect(run.output.contains("papers.tar"))
  }

  @Test func M15_renamedAndFlattenedFilesAreFound() throws {
    let (loop, medium) = try exported()
    let flat = try loop.medium("flat")
    for (index, name) in try Files.names(in: FilePath(medium)).enumerated() {
      let bytes = try Files.bytes(FilePath("\(medium)/\(name)"))
      try Files.write(bytes, to: FilePath("\(flat)/FILE\(index).DAT"))
    }
    let run = try loop.site("fjord-3", "import", flat)
    #expect(run.exit == 0, "\(run.output) \(run.errors)")
  }

  @Test func M04_papersSignedByAnotherCentreAreRefused() throws {
    let (loop, _) = try exported()
    let other = try Rehearsal()
    try other.setUp()
    try other.release(version: "1", counter: 1, files: Self.files)
    let medium = try other.medium()
    try other.expectDone(try other.centre("export", "fjord-3", "--to", medium))
    try expectRefusal(11, loop, medium)
  }

  @Test func S21_theSecondOfTwoAgentsEndsAtOnce() throws {
    let (loop, medium) = try exported()
    let state = loop.scratch["site-fjord-3"].string
    // flock(1) holds the lock that an agent would hold.
    let run = try BuiltProgram("waybill-site", wrapper: ["flock", "\(state)/lock"]).run([
      "import", medium, "--json", "--state", state,
    ])
    #expect(run.exit == 3, "\(run.output) \(run.errors)")
  }

  @Test func C18_unknownSitesContentVersionsAndProgramsAreRefusedByName() throws {
    let (loop, medium) = try exported()
    let unknown = try loop.centre("export", "bergen-9", "--to", medium)
    #expect(unknown.text("code") == "WB6461")
    #expect(unknown.text("seen") == "bergen-9")
    let version = try loop.applyIntent("tool", version: "9", to: ["fjord-3"])
    #expect(version.text("code") == "WB6462")
    #expect(version.text("seen") == "tool 9")
    #expect(version.text("subject")?.contains("line 5") == true)
    let content = try loop.applyIntent("hammer", version: "1", to: ["fjord-3"])
    #expect(content.text("seen") == "hammer")
    let site = try loop.applyIntent("tool", version: "1", to: ["bergen-9"])
    #expect(site.text("seen") == "bergen-9")
    #expect(try loop.centre("intent", "list").list("intents").count == 1)
  }

  @Test func initWithoutRehearsalCreatesNothingAndSaysSo() throws {
    let scratch = try Scratch()
    let centre = try BuiltProgram("waybill-centre").run(
      "init", "--json", "--state", scratch["centre"].string)
    #expect(centre.text("code") == "WB1560")
    let root = try scratch.write("root.json", "{}")
    let site = try BuiltProgram("waybill-site").run(
      "init", "--json", "--site", "fjord-3", "--root", root.string, "--state",
      scratch["site"].string)
    #expect(site.text("code") == "WB1580")
    #expect(try Files.names(in: scratch.path) == ["root.json"])
  }

  @Test func S30_aWrongFingerprintCreatesNothing() throws {
    let loop = try Rehearsal()
    try loop.expectDone(try loop.centre("init", "--rehearsal"))
    try loop.expectDone(
      try loop.centre("root", "show", "--to", loop.scratch["root.json"].string))
    let run = try loop.site(
      "fjord-3", "init", "--site", "fjord-3", "--root", loop.scratch["root.json"].string,
      "--rehearsal", "--fingerprint", String(repeating: "0", count: 64))
    #expect(run.text("code") == "WB1281")
    #expect(try Files.names(in: loop.scratch.path).contains { $0.hasPrefix("site-") } == false)
  }

  @Test func R08_aReturnOfASiteThatIsNotEnrolledIsRefused() throws {
    let (loop, medium) = try exported()
    try loop.out(medium)
    try loop.back(medium)
    let other = try Rehearsal()
    try other.setUp()
    let run = try other.centre("ingest", medium)
    #expect(run.exit == 11, "\(run.output)")
    #expect(try other.standing()["seq"] == nil)
  }
}

extension Rehearsal {
  func change(_ path: String, _ edit: (inout [UInt8]) -> Void) throws {
    var bytes = try Files.bytes(FilePath(path))
    edit(&bytes)
    try Files.write(bytes, to: FilePath(path))
  }
}
