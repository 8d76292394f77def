// SPDX-License-Identifier: Apache-2.0
import SystemPackage
import TestKit
import Testing
import Trust

/// What release signers and root holders take back: versions, floors, a date.
@Suite struct ContentLimitTests {
  private static func files(_ seed: UInt64) -> [String: [UInt8]] {
    ["tool.exe": CommandTests.program(seed, count: 9000)]
  }

  private func id(_ version: String, in loop: Rehearsal) throws -> String {
    let found = try loop.centre("content", "list").list("contents").first {
      $0.member("version") == .string(version)
    }
    guard case .string(let id)? = found?.member("id") else { throw Errno.noSuchFileOrDirectory }
    return id
  }

  @Test func T21_nothingBelowTheFloorIsExportedByNoRollbackEither() throws {
    let loop = try Rehearsal()
    try loop.setUp()
    try loop.release(version: "1", counter: 1, files: Self.files(1))
    try loop.release(version: "2", counter: 2, files: Self.files(2))
    try loop.trip(try loop.medium("first"))
    for (name, counter) in [("tool", "3"), ("tool", "0"), ("other", "1")] {
      #expect(try loop.centre("content", "floor", name, "--counter", counter).exit == 64)
    }
    try loop.expectDone(try loop.centre("content", "floor", "tool", "--counter", "2"))
    #expect(try loop.centre("content", "floor", "tool", "--counter", "1").exit == 64)
    #expect(try loop.centre("content", "list").output.contains("\"floor\":2"))
    try loop.expectDone(try loop.applyIntent("tool", version: "1", to: ["fjord-3"]))
    let medium = try loop.medium("second")
    let refused = try loop.centre("export", "fjord-3", "--to", medium)
    #expect(refused.exit == 13)
    #expect(refused.text("code") == "WB1363")
    #expect(refused.text("expected") == "at least counter 2")
    #expect(try Files.names(in: FilePath(medium)).isEmpty)
    // A later release keeps the floor, and what is above it travels.
    try loop.release(version: "3", counter: 3, files: Self.files(3))
    #expect(try loop.centre("content", "list").output.contains("\"floor\":2"))
    try loop.trip(medium)
  }

  @Test func T40_delistedContentStaysWhereItIsAndIsNotDeployedAnew() throws {
    let loop = try Rehearsal()
    try loop.setUp()
    try loop.setUp(site: "oslo-2")
    try loop.release(version: "1", counter: 1, files: Self.files(1), to: ["fjord-3", "oslo-2"])
    try loop.trip(try loop.medium("first"))
    let library = try loop.library()
    let content = try id("1", in: loop)
    try loop.expectDone(try loop.centre("content", "delist", content))
    #expect(try loop.centre("content", "delist", content).text("code") == "WB6464")
    // Where it never came it does not come.
    let other = try loop.medium("other")
    let refused = try loop.centre("export", "oslo-2", "--to", other)
    #expect(refused.exit == 11)
    #expect(refused.text("code") == "WB1160")
    #expect(refused.text("seen")?.contains("delisted in content 3") == true)
    let medium = try loop.medium("second")
    try loop.trip(medium)
    #expect(try loop.library() == library)
    let status = try loop.centre("status").output
    #expect(status.contains("\"reason\":\"delisted\""), "\(status)")
    #expect(try loop.site("fjord-3", "status").list("intents").count == 1)
    // `content release` without an id does not bring it back.
    #expect(try loop.centre("content", "release")["changed"] == false)
    #expect(try loop.centre("audit", "verify").exit == 0)
  }

  @Test func S15_aPoisonedFloorFallsByARootThatSaysSo() throws {
    let loop = try Rehearsal()
    try loop.setUp()
    let far = try loop.medium("far")
    func later(_ program: String, _ state: String, _ arguments: String...) throws
      -> BuiltProgram.Run
    {
      try BuiltProgram(program, wrapper: ["faketime", "-f", "+300d"]).run(
        arguments + ["--json", "--state", loop.scratch[state].string])
    }
    try loop.expectDone(try later("waybill-centre", "centre", "export", "fjord-3", "--to", far))
    try loop.expectDone(try later("waybill-site", "site-fjord-3", "import", far))
    let medium = try loop.medium("second")
    try loop.expectDone(try loop.centre("export", "fjord-3", "--to", medium))
    #expect(try loop.site("fjord-3", "import", medium).text("code") == "WB1401")
    let now = try Tool("date").run("-u", "+%Y-%m-%dT%H:%M:%SZ").output.split(separator: "\n")[0]
    for (role, moment) in [
      ("content", String(now)), ("root", "2999-01-01T00:00:00Z"), ("root", "now"),
    ] {
      let run = try loop.centre("trust", "renew", role, "--time-floor-reset", moment)
      #expect(run.exit == 64, "\(role) \(moment)")
    }
    try loop.expectDone(
      try loop.centre("trust", "renew", "root", "--time-floor-reset", String(now)))
    let third = try loop.medium("third")
    try loop.expectDone(try loop.centre("export", "fjord-3", "--to", third))
    let taken = try loop.site("fjord-3", "import", third)
    #expect(taken.exit == 0, "\(taken.output)")
    #expect(taken.output.contains("lowered the floor of time"))
    // A later root does not lower it again.
    try loop.expectDone(try loop.centre("trust", "renew", "root"))
    let fourth = try loop.medium("fourth")
    try loop.expectDone(try loop.centre("export", "fjord-3", "--to", fourth))
    #expect(try !loop.site("fjord-3", "import", fourth).output.contains("lowered the floor"))
  }
}
