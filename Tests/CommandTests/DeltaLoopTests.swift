// SPDX-License-Identifier: Apache-2.0
import Intents
import SystemPackage
import TestKit
import Testing
import Trust

/// Updates that build on what the site holds, through the programs: small on the way, whole at the site, and never
/// made from bytes that are not what the centre counts on.
@Suite struct DeltaLoopTests {
  /// Like machine code, not like something compressed: 6 bits a byte.
  private static let first = program(1, count: 300_000).map { $0 & 0x3f }

  /// The next version: addresses differ all over, and some code is new.
  private static var second: [UInt8] {
    var bytes = first
    for index in stride(from: 9, to: bytes.count, by: 41) { bytes[index] &+= 5 }
    bytes.insert(contentsOf: program(2, count: 3000).map { $0 & 0x3f }, at: 100_000)
    return bytes
  }

  /// A site that reported version 1, and a medium with version 2.
  private func updated(effort: String = "normal") throws -> (Rehearsal, BuiltProgram.Run) {
    let loop = try Rehearsal()
    try loop.setUp()
    try loop.release(version: "1", counter: 1, files: ["bin/tool-1.0.exe": Self.first])
    try loop.trip(try loop.medium("first"))
    try loop.release(version: "2", counter: 2, files: ["other/tool-1.0.1.exe": Self.second])
    let run = try loop.centre(
      "export", "fjord-3", "--effort", effort, "--to", loop.medium("second"))
    try loop.expectDone(run)
    return (loop, run)
  }

  private func blob(_ bytes: [UInt8], _ loop: Rehearsal) -> FilePath {
    let name = Digest.sha256(bytes).hex.uppercased()
    return loop.scratch["library-fjord-3/FileLib/\(name.prefix(4))/\(name)"]
  }

  private func stored(_ run: BuiltProgram.Run) -> Int64 {
    guard case .integer(let bytes)? = run.list("bundles").first?.member("stored_bytes") else {
      return -1
    }
    return bytes
  }

  @Test(arguments: ["fast", "normal", "best"])
  func anUpdateTravelsAsWhatChangedAndArrivesWhole(effort: String) throws {
    let (loop, run) = try updated(effort: effort)
    #expect((1..<90_000).contains(stored(run)), "\(stored(run))")
    let imported = try loop.site("fjord-3", "import", loop.medium("second"))
    #expect(imported.exit == 0, "\(imported.output) \(imported.errors)")
    #expect(try Files.bytes(blob(Self.second, loop)) == Self.second)
    #expect(try loop.site("fjord-3", "library", "verify").exit == 0)
    // What was made once is copied the next time, to the byte, and a site that lost everything gets it whole.
    let again = try loop.centre(
      "export", "fjord-3", "--effort", effort, "--to", loop.medium("third"))
    #expect(stored(again) == stored(run))
    let full = try loop.centre("export", "fjord-3", "--full", "--to", loop.medium("fourth"))
    #expect(stored(full) > 150_000)
  }

  @Test func aRenamedFileTravelsAsWhatChanged() throws {
    let loop = try Rehearsal()
    try loop.setUp()
    try loop.release(version: "1", counter: 1, files: ["bin/tool.exe": Self.first])
    try loop.trip(try loop.medium("first"))
    try loop.release(version: "2", counter: 2, files: ["lib/engine.dll": Self.second])
    let run = try loop.centre("export", "fjord-3", "--to", loop.medium("second"))
    #expect((1..<90_000).contains(stored(run)), "\(stored(run))")
    let imported = try loop.site("fjord-3", "import", loop.medium("second"))
    #expect(imported.exit == 0, "\(imported.output) \(imported.errors)")
    #expect(try Files.bytes(blob(Self.second, loop)) == Self.second)
  }

  @Test func anImageOfManyEqualPartsArrivesWholeAndItsUpdatesToo() throws {
    let loop = try Rehearsal()
    try loop.setUp()
    // Parts of 16 MiB: the first two are equal, and the first of both files.
    let part = Array(Self.first[..<65_536])
    let old = Array([[UInt8]](repeating: part, count: 600).joined())
    let new = [1, 2, 3] + old
    try loop.release(
      version: "1", counter: 1, files: ["disk.img": old, "other.img": old + [9, 9, 9]])
    try loop.trip(try loop.medium("first"))
    #expect(try Files.bytes(blob(old, loop)) == old)
    try loop.release(
      version: "2", counter: 2, files: ["disk.img": new, "other.img": new + [9, 9, 9]])
    let made = try loop.centre("export", "fjord-3", "--to", loop.medium("second"))
    try loop.expectDone(made)
    #expect((1..<200_000).contains(stored(made)), "\(stored(made))")
    // From the ledger, then byte for byte again.
    let known = try loop.centre("export", "fjord-3", "--to", loop.medium("third"))
    #expect(stored(known) == stored(made), "\(known.output)")
    let again = try loop.centre("export", "fjord-3", "--repeat", "3", "--to", loop.medium("again"))
    try loop.expectDone(again)
    let imported = try loop.site("fjord-3", "import", loop.medium("again"))
    #expect(imported.exit == 0, "\(imported.output) \(imported.errors)")
    #expect(try Files.bytes(blob(new, loop)) == new)
  }

  @Test(arguments: ["H12 a file that is gone", "H33 a file that has other bytes"])
  func whatAChangeBuildsOnIsHashedAndNeverGuessed(_ fault: String) throws {
    let (loop, _) = try updated()
    if fault.hasPrefix("H12") {
      try Files.remove(blob(Self.first, loop))
    } else {
      var altered = Self.first
      altered[150_000] ^= 1
      try Files.write(altered, to: blob(Self.first, loop))
    }
    let imported = try loop.site("fjord-3", "import", loop.medium("second"))
    #expect(imported.exit == 3, "\(imported.output) \(imported.errors)")
    #expect(imported.text("code") == "WB0382")
    #expect(imported.output.contains("promised files"))
    #expect(throws: (any Error).self) { try Files.bytes(blob(Self.second, loop)) }
    let need = try loop.site("fjord-3", "status").list("need")
    #expect(need.contains(.string(Digest.sha256(Self.second).hex)))
    // The next trip brings the file whole, with no decision by anybody.
    try loop.back(try loop.medium("second"))
    try loop.expectDone(try loop.centre("ingest", loop.medium("second")))
    let export = try loop.centre("export", "fjord-3", "--to", loop.medium("third"))
    try loop.expectDone(export)
    #expect(stored(export) > 150_000)
    let last = try loop.site("fjord-3", "import", loop.medium("third"))
    #expect(last.exit == 0, "\(last.output) \(last.errors)")
    #expect(try Files.bytes(blob(Self.second, loop)) == Self.second)
  }
}
