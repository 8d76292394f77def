// SPDX-License-Identifier: Apache-2.0
import Foundation
import GRDB
import SystemPackage
import TestKit
import Testing
import Trust

/// Returns through the real programs, as the centre's operator sees them.
@Suite struct ReturnTests {
  private static let files: [String: [UInt8]] = ["tool.exe": program(1, count: 90_000)]

  /// A loop whose first return is booked, and the medium with that return.
  private func booked() throws -> (Rehearsal, String) {
    let loop = try Rehearsal()
    try loop.setUp()
    try loop.release(version: "1", counter: 1, files: Self.files)
    let medium = try loop.medium()
    try loop.trip(medium)
    return (loop, medium)
  }

  /// Changes the site's journal as whoever owns the host can.
  private func tamper(_ loop: Rehearsal, _ sql: String) throws {
    let path = loop.scratch["site-fjord-3"].appending("journal.sqlite").string
    try DatabaseQueue(path: path).write { try $0.execute(sql: sql) }
  }

  @Test func R20_aSiteThatCutItsLogIsSeenAtTheCentreBesideAReturnThatIsKnown() throws {
    let (loop, medium) = try booked()
    // Behind the line that tells what is trusted: cut there, the site would see it by itself (S17).
    try tamper(
      loop,
      "DELETE FROM audit WHERE seq > (SELECT max(seq) FROM audit WHERE event = 'trust.kept')")
    try loop.back(medium)
    let run = try loop.centre("ingest", medium)
    #expect(run.exit == 41, "\(run.output) \(run.errors)")
    #expect(run.text("code") == "WB4161")
    let standings = run.list("returns").compactMap { $0.member("standing") }
    #expect(standings == ["known", "quarantined"])
    #expect(try loop.standing()["seq"] == 1)
    #expect(try loop.centre("history").output.contains("WB4161"))
    let text = try BuiltProgram("waybill-centre").run(
      "ingest", medium, "--state", loop.scratch["centre"].string)
    #expect(text.exit == 41)
    #expect(text.output.contains("Return 1 of fjord-3: already ingested"))
    #expect(text.output.contains("Return 2 of fjord-3: quarantined"))
    #expect(text.output.contains("WB4161"))
  }

  @Test func R10_aDamagedReturnIsRefusedAndSaidSo() throws {
    let loop = try Rehearsal()
    try loop.setUp()
    try loop.release(version: "1", counter: 1, files: Self.files)
    let medium = try loop.medium()
    try loop.out(medium)
    try loop.back(medium)
    let folder = try #require(
      try FileManager.default.contentsOfDirectory(atPath: medium).first { $0.contains(".back.") })
    try loop.change("\(medium)/\(folder)/volume-001.tar") { $0[$0.count / 2] ^= 1 }
    let run = try loop.centre("ingest", medium)
    #expect(run.exit == 10, "\(run.output) \(run.errors)")
    #expect(run.list("returns").first?.member("standing") == "refused")
    #expect(try loop.standing()["seq"] == nil)
    let code = try #require(run.text("code"))
    #expect(try loop.centre("history").output.contains(code))
  }

  @Test func aSoundReturnNeedsNoNote() throws {
    let loop = try Rehearsal()
    try loop.setUp()
    try loop.release(version: "1", counter: 1, files: Self.files)
    let medium = try loop.medium()
    try loop.out(medium)
    try loop.back(medium)
    let run = try loop.centre("ingest", medium)
    #expect(run.exit == 0, "\(run.output) \(run.errors)")
    #expect(run.list("returns").first?.member("notes") == [])
    #expect(run.list("returns").first?.member("times_doubtful") == false)
  }

  @Test func R09_aReturnFromAHostWithItsClockAheadIsBookedWithItsTimesFlagged() throws {
    let loop = try Rehearsal()
    try loop.setUp()
    try loop.release(version: "1", counter: 1, files: Self.files)
    let medium = try loop.medium()
    try loop.out(medium)
    let ahead = BuiltProgram("waybill-site", wrapper: ["faketime", "-f", "+60d"])
    try loop.expectDone(
      try ahead.run("return", "--to", medium, "--state", loop.scratch["site-fjord-3"].string))
    let run = try loop.centre("ingest", medium)
    #expect(run.exit == 0, "\(run.output) \(run.errors)")
    #expect(run.list("returns").first?.member("standing") == "booked")
    #expect(run.list("returns").first?.member("times_doubtful") == true)
    let status = try loop.centre("status").list("sites").first
    #expect(status?.member("as_of_doubtful") == true)
  }

  @Test func exportAndIngestTellHowFarTheyAreOnATerminalAlone() throws {
    let loop = try Rehearsal()
    try loop.setUp()
    try loop.release(version: "1", counter: 1, files: Self.files)
    // script(1) gives the program a terminal.
    let terminal = BuiltProgram(
      "waybill-centre", wrapper: ["sh", "-c", "exec script -qec \"$*\" /dev/null", "sh"])
    let state = loop.scratch["centre"].string
    let medium = try loop.medium()
    let export = try terminal.run("export", "fjord-3", "--to", medium, "--state", state)
    #expect(export.exit == 0, "\(export.output)")
    #expect(export.output.contains("packing "))
    #expect(export.output.contains("reading back "))
    try loop.expectDone(try loop.site("fjord-3", "import", medium))
    try loop.back(medium)
    let quiet = try terminal.run("ingest", medium, "--json", "--state", state)
    #expect(!quiet.output.contains("reading volumes"))
    let ingest = try terminal.run("ingest", medium, "--state", state)
    #expect(!ingest.output.contains("booking rows"), "known: there is nothing to book")
    let plain = try loop.centre.run("export", "fjord-3", "--to", medium, "--state", state)
    #expect(!plain.errors.contains("packing "))
  }

  @Test func aBundleIsForEveryoneToReadUnderAnyUmask() throws {
    let (loop, _) = try booked()
    let medium = loop.scratch["medium"].string
    let folders = try FileManager.default.contentsOfDirectory(atPath: medium)
    #expect(folders.count == 2)
    for folder in folders {
      let attributes = try FileManager.default.attributesOfItem(atPath: "\(medium)/\(folder)")
      #expect(attributes[.posixPermissions] as? Int == 0o755, "\(folder)")
    }
  }
}
