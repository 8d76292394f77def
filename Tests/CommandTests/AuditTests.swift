// SPDX-License-Identifier: Apache-2.0
import Foundation
import GRDB
import SystemPackage
import TestKit
import Testing
import Trust

/// Audit logs and evidence packs through the real programs.
@Suite struct AuditTests {
  /// A loop whose second return is booked.
  private func booked() throws -> Rehearsal {
    let loop = try Rehearsal()
    try loop.setUp()
    try loop.release(version: "1", counter: 1, files: ["tool.exe": program(1, count: 9000)])
    try loop.trip(try loop.medium())
    try loop.trip(try loop.medium("medium-2"))
    return loop
  }

  private func tamper(_ loop: Rehearsal, _ database: String, _ sql: String) throws {
    let queue = try DatabaseQueue(path: loop.scratch[database].string)
    try queue.write { try $0.execute(sql: sql) }
    try queue.close()
  }

  private static let journal = "site-fjord-3/journal.sqlite"
  private static let ledger = "centre/ledger.sqlite"

  @Test func S18_soundLogsAreVerifiedAndEachSideKnowsTheOthersHead() throws {
    let loop = try booked()
    let centre = try loop.centre("audit", "verify")
    #expect(centre.exit == 0, "\(centre.output)")
    #expect(centre.list("logs").count == 2)
    let held = try loop.centre("audit", "verify", "fjord-3").list("logs").first?.member("head")
    guard case .string(let head)? = held else {
      Issue.record("no head")
      return
    }
    let site = try loop.site("fjord-3", "audit", "verify", "--head", head)
    #expect(site.exit == 0, "\(site.output)")
    #expect(try loop.site("fjord-3", "audit", "verify", "--head", "7").text("code") == "WB6496")
    let other = "7:" + String(repeating: "7", count: 64)
    let lost = try loop.site("fjord-3", "audit", "verify", "--head", other)
    #expect(lost.exit == 41)
    #expect(lost.text("code") == "WB4181")
    #expect(try loop.centre("audit", "verify", "fjord-3", "--head", other).exit == 41)
    #expect(try loop.centre("audit", "verify", "--head", other).text("code") == "WB4163")
    #expect(try loop.centre("audit", "verify", "oslo-2").exit == 64)
  }

  @Test func S18_aCutOrEditedLogEndsWithTheRightCodeOnBothSides() throws {
    let loop = try booked()
    try tamper(loop, Self.journal, "UPDATE audit SET facts = '{}' WHERE seq = 4")
    let edited = try loop.site("fjord-3", "audit", "verify")
    #expect(edited.exit == 10)
    #expect(edited.text("subject") == "line 4")
    try tamper(loop, Self.ledger, "DELETE FROM audit WHERE seq > 8")
    let cut = try loop.centre("audit", "verify")
    #expect(cut.exit == 41)
    #expect(cut.text("code") == "WB4163")
  }

  @Test func R20_aCentreWhoseLogWasCutSaysSoWhenASiteEchoesItsHead() throws {
    let loop = try booked()
    let medium = try loop.medium("medium-3")
    try loop.out(medium)
    try tamper(loop, Self.ledger, "DELETE FROM audit WHERE seq > 8")
    try loop.back(medium)
    let run = try loop.centre("ingest", medium)
    #expect(run.exit == 41, "\(run.output)")
    #expect(run.text("code") == "WB4163")
    #expect(run.list("returns").first?.member("standing") == "quarantined")
    // The next round brings the site the head that is.
    try loop.trip(try loop.medium("medium-4"))
  }

  @Test func S17_anEditedStateIsRefusedByEveryCommandThatWouldUseIt() throws {
    let loop = try booked()
    try tamper(
      loop, Self.journal,
      """
      UPDATE documents SET bytes =
        CAST(replace(CAST(bytes AS TEXT), '"n":2', '"n":1') AS BLOB) WHERE name = 'trust'
      """)
    let medium = try loop.medium("medium-3")
    for arguments in [["import", medium], ["return", "--to", medium], ["apply"], ["status"]] {
      let run = try loop.site.run(
        arguments + ["--json", "--state", loop.scratch["site-fjord-3"].string])
      #expect(run.exit == 11, "\(arguments) \(run.output)")
      #expect(run.text("code") == "WB1182")
    }
    let history = try loop.site("fjord-3", "history").output
    #expect(history.components(separatedBy: "state.edited").count == 2)
    #expect(try loop.site("fjord-3", "audit", "verify").exit == 10)
    #expect(try Files.names(in: FilePath(medium)).isEmpty)
  }

  private func shell(_ command: String, in folder: FilePath) throws -> Int32 {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/sh")
    process.arguments = ["-c", command]
    process.currentDirectoryURL = URL(fileURLWithPath: folder.string)
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    return process.terminationStatus
  }

  @Test func P11_anEvidencePackVerifiesWithStockToolsAloneAndOneAlteredByteIsFound() throws {
    let loop = try booked()
    let packs = [loop.scratch["site-pack"], loop.scratch["centre-pack"]]
    try loop.expectDone(try loop.site("fjord-3", "audit", "export", "--to", packs[0].string))
    try loop.expectDone(try loop.centre("audit", "export", "--to", packs[1].string))
    #expect(
      try loop.centre("audit", "export", "--to", packs[1].string).text("code") == "WB6431")
    for pack in packs {
      #expect(try shell("sha256sum --quiet --strict -c SHA256SUMS", in: pack) == 0)
      #expect(try shell("python3 verify.py", in: pack) == 0)
      for name in try Files.names(in: pack) where name != "verify.py" {
        let path = FilePath(pack.string + "/" + name)
        let bytes = try Files.bytes(path)
        var changed = bytes
        changed[changed.count / 2] ^= 1
        try Files.write(changed, to: path)
        #expect(try shell("sha256sum --quiet --strict -c SHA256SUMS", in: pack) != 0, "\(name)")
        // With the list made anew, what is signed or chained still shows.
        let sums = FilePath(pack.string + "/SHA256SUMS")
        let listed = try Files.bytes(sums)
        if name.hasSuffix("json"), !name.hasSuffix("key.json") {
          _ = try shell("sed -i 's/^.*  //' SHA256SUMS; xargs sha256sum <SHA256SUMS >new", in: pack)
          _ = try shell("mv new SHA256SUMS", in: pack)
        }
        #expect(try shell("python3 verify.py", in: pack) == 1, "\(name)")
        try Files.write(listed, to: sums)
        try Files.write(bytes, to: path)
      }
      #expect(try shell("python3 verify.py", in: pack) == 0)
    }
  }

  @Test func P11_aPackOfALogThatWasCutIsWrittenAndSaysSo() throws {
    let loop = try booked()
    try tamper(loop, Self.ledger, "DELETE FROM audit WHERE seq > 8")
    let pack = loop.scratch["pack"]
    let run = try loop.centre("audit", "export", "--to", pack.string)
    #expect(run.exit == 41)
    #expect(run.text("changed") == "the pack was written")
    #expect(try shell("python3 verify.py", in: pack) == 1)
  }

  @Test func textFromOutsideIsEscapedInWhatAnAuditPrints() throws {
    let loop = try booked()
    try tamper(
      loop, Self.journal,
      "UPDATE bundles SET state = 'applied', fingerprint = fingerprint, n = n + 5 WHERE n = 2")
    try tamper(
      loop, Self.journal,
      "UPDATE configuration SET value = 'evil' || char(27) || '[2J' || char(8238) WHERE key = 'n'")
    let state = loop.scratch["site-fjord-3"].string
    for arguments in [["audit", "verify"], ["history"]] {
      let run = try loop.site.run(arguments + ["--state", state])
      for text in [run.output, run.errors] {
        #expect(!text.contains("\u{1B}") && !text.contains("\u{202E}"), "\(arguments)")
      }
    }
    let run = try loop.site.run("audit", "verify", "--state", state)
    #expect(run.output.contains("\\u{1b}[2J"))
  }
}
