// SPDX-License-Identifier: Apache-2.0
import Intents
import SystemPackage
import TestKit
import Testing
import Trust

/// A file of the content library is lost or altered behind the site's back: the whole way until it is right again.
@Suite struct RecheckTests {
  private static let tool = program(1, count: 90_000)
  private static let readme = Array("one\n".utf8)

  /// A site that has applied and reported one content version, and the centre that booked it.
  private func reported() throws -> Rehearsal {
    let loop = try Rehearsal()
    try loop.setUp()
    try loop.release(
      version: "1", counter: 1, files: ["tool.exe": Self.tool, "readme.txt": Self.readme])
    try loop.trip(try loop.medium("first"))
    #expect(try loop.centre("plan", "fjord-3")["files"] == 0)
    return loop
  }

  /// The blob of a file in the content library.
  private func blob(_ bytes: [UInt8], _ loop: Rehearsal) -> FilePath {
    let name = Digest.sha256(bytes).hex.uppercased()
    return loop.scratch["library-fjord-3/FileLib/\(name.prefix(4))/\(name)"]
  }

  private func need(_ run: BuiltProgram.Run) -> [JSONValue] { run.list("need") }

  /// Reports, lets the centre send what is needed, and imports that.
  private func roundTrip(_ loop: Rehearsal, files: Int64, bytes: Int64) throws {
    let medium = try loop.medium("second")
    try loop.back(medium)
    try loop.expectDone(try loop.centre("ingest", medium))
    let plan = try loop.centre("plan", "fjord-3")
    #expect(plan["files"] == .integer(files))
    #expect(plan["bytes"] == .integer(bytes))
    try loop.expectDone(try loop.centre("export", "fjord-3", "--to", loop.medium("third")))
    let imported = try loop.site("fjord-3", "import", loop.medium("third"))
    #expect(imported.exit == 0, "\(imported.output) \(imported.errors)")
    #expect(imported.list("plan").first?.member("action") == "repair")
    #expect(try loop.site("fjord-3", "library", "verify").exit == 0)
    #expect(try need(loop.site("fjord-3", "status")) == [])
    // The next report promises it again.
    try loop.back(try loop.medium("fourth"))
    try loop.expectDone(try loop.centre("ingest", loop.medium("fourth")))
    #expect(try loop.centre("plan", "fjord-3")["files"] == 0)
  }

  @Test func C13_S28_anAlteredFileIsFoundByARecheckAskedForAndBroughtWhole() throws {
    let loop = try reported()
    var altered = Self.tool
    altered[40_000] ^= 1
    try Files.write(altered, to: blob(Self.tool, loop))
    // Its size is right: without a recheck it is believed.
    #expect(try loop.site("fjord-3", "apply").exit == 0)
    #expect(try loop.site("fjord-3", "library", "verify").exit == 10)
    let found = try loop.site("fjord-3", "apply", "--recheck")
    #expect(found.exit == 3, "\(found.output) \(found.errors)")
    #expect(found.text("code") == "WB0382")
    #expect(need(found) == [.string(Digest.sha256(Self.tool).hex)])
    #expect(found["recheck"]?.member("damaged") == .array(need(found)))
    #expect(found["recheck"]?.member("files") == 2)
    let status = try loop.site("fjord-3", "status")
    #expect(need(status) == need(found))
    #expect(status["return_due"] == true)
    #expect(status.list("intents").first?.member("state") == "waiting")
    let events = try loop.site("fjord-3", "history").list("events").map { $0.member("event") }
    for event in ["point.rechecked", "file.altered", "promise.broken"] {
      #expect(events.contains(.string(event)), "\(event)")
    }
    // The wrong bytes are served to nobody.
    #expect(throws: (any Error).self) { try Files.bytes(blob(Self.tool, loop)) }
    try roundTrip(loop, files: 1, bytes: 90_000)
  }

  @Test func C13_aDeletedFileIsFoundWithoutReadingAnythingAndBroughtWhole() throws {
    let loop = try reported()
    try Files.remove(blob(Self.readme, loop))
    let found = try loop.site("fjord-3", "apply")
    #expect(found.exit == 3, "\(found.output) \(found.errors)")
    #expect(need(found) == [.string(Digest.sha256(Self.readme).hex)])
    #expect(found["recheck"] == nil)
    try roundTrip(loop, files: 1, bytes: 4)
  }

  @Test func C13_aDeletedFileIsFoundWhenTheReturnIsWritten() throws {
    let loop = try reported()
    try Files.remove(blob(Self.readme, loop))
    try roundTrip(loop, files: 1, bytes: 4)
  }

  @Test func theSameBundleAgainBringsWhatIsNeededSince() throws {
    let loop = try reported()
    try Files.remove(blob(Self.tool, loop))
    #expect(try loop.site("fjord-3", "apply").exit == 3)
    let again = try loop.site("fjord-3", "import", loop.medium("first"))
    #expect(again.exit == 0, "\(again.output) \(again.errors)")
    #expect(try loop.site("fjord-3", "library", "verify").exit == 0)
    #expect(try loop.site("fjord-3", "import", loop.medium("first")).output.contains("already"))
  }

  @Test func A04_whatTheStoreHoldsIsPutRightAtOnceAndARecheckOfAWholeLibraryChangesNothing() throws
  {
    let loop = try reported()
    let before = try loop.library()
    let clean = try loop.site("fjord-3", "apply", "--recheck")
    #expect(clean.exit == 0, "\(clean.output) \(clean.errors)")
    #expect(clean["recheck"]?.member("findings") == 0)
    #expect(clean["repaired"] == 0)
    #expect(clean.text("changed") == "nothing")
    #expect(try loop.library() == before)
    let hex = Digest.sha256(Self.tool).hex
    try loop.scratch.write("site-fjord-3/store/\(hex.prefix(2))/\(hex)", Self.tool)
    try Files.write([1, 2, 3], to: blob(Self.tool, loop))
    let repaired = try loop.site("fjord-3", "apply", "--recheck")
    #expect(repaired.exit == 0, "\(repaired.output) \(repaired.errors)")
    #expect(repaired["repaired"] == 1)
    #expect(need(repaired) == [])
    #expect(try content(loop.library()) == content(before))
    // A store that was altered too is found before use.
    try loop.scratch.write("site-fjord-3/store/\(hex.prefix(2))/\(hex)", [4, 5, 6])
    try Files.write([1, 2, 3], to: blob(Self.tool, loop))
    let lost = try loop.site("fjord-3", "apply", "--recheck")
    #expect(lost.exit == 3)
    #expect(need(lost) == [.string(hex)])
  }

  @Test func A04_iniFilesThatWereEditedArePutRight() throws {
    let loop = try reported()
    let before = try loop.library()
    let name = try #require(before.keys.first { $0.hasSuffix("tool.exe.INI") })
    try Files.write(Array("[File]\r\nSize=1\r\n".utf8), to: loop.scratch["library-fjord-3/\(name)"])
    let run = try loop.site("fjord-3", "apply", "--recheck")
    #expect(run.exit == 0, "\(run.output) \(run.errors)")
    #expect(run["repaired"] == 1)
    #expect(try content(loop.library()) == content(before))
  }

  @Test func A01_aPointThatIsAwayIsWaitedForAndItsFilesStayPromised() throws {
    let loop = try reported()
    let library = loop.scratch["library-fjord-3"]
    try loop.scratch.copy(library, to: "elsewhere")
    try Files.remove(library)
    let run = try loop.site("fjord-3", "apply", "--recheck")
    #expect(run.exit == 30, "\(run.output) \(run.errors)")
    #expect(try need(loop.site("fjord-3", "status")) == [])
    try loop.back(try loop.medium("second"))
    try loop.expectDone(try loop.centre("ingest", loop.medium("second")))
    #expect(try loop.centre("plan", "fjord-3")["files"] == 0)
    try loop.scratch.copy(loop.scratch["elsewhere"], to: "library-fjord-3")
    #expect(try loop.site("fjord-3", "apply", "--recheck").exit == 0)
  }

  /// The content library without our own records.
  private func content(_ library: [String: [UInt8]]) -> [String: [UInt8]] {
    library.filter { !$0.key.hasPrefix("waybill/") }
  }
}
