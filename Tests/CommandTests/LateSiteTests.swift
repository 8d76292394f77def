// SPDX-License-Identifier: Apache-2.0
import SystemPackage
import TestKit
import Testing
import Trust

/// Sites that learn late, or by a medium that is not whole, which keys count.
@Suite struct LateSiteTests {
  @Test func S33_aRevocationCountsThoughTheRestOfItsBundleIsLost() throws {
    let held = try HeldCentre()
    try held.setUp()
    try held.enrol()
    let first = try held.loop.medium("first")
    try held.loop.expectDone(try held.centre("export", "fjord-3", "--to", first))
    try held.loop.expectDone(try held.site("import", first))
    let stale = try held.loop.medium("stale")
    try held.loop.expectDone(try held.centre("export", "fjord-3", "--to", stale))
    try held.finish(
      try held.centre("trust", "rotate", "exporter"),
      by: ["root-1", "root-3", "targets-2", "targets-3"])
    try held.release()
    let second = try held.loop.medium("second")
    try held.loop.expectDone(try held.centre("export", "fjord-3", "--to", second))
    let before = try held.loop.library()
    let folder = "\(second)/fjord-3.out.000003"
    try held.loop.scratch.copy(FilePath(folder), to: "whole")
    for name in try Files.names(in: FilePath(folder)) where name.hasPrefix("volume") {
      try Files.remove(FilePath("\(folder)/\(name)"))
    }
    let cut = try held.site("import", second)
    #expect(cut.exit == 20, "\(cut.output)")
    #expect(try held.site("status")["root"] == 2)
    let refused = try held.site("import", stale)
    #expect(refused.exit == 11, "\(refused.output)")
    #expect(refused.text("code") == "WB1113")
    #expect(try held.loop.library() == before)
    try held.loop.expectDone(try held.site("import", held.loop.scratch["whole"].string))
    #expect(try held.loop.library() != before)
  }

  @Test func T16_aSiteEightRotationsAndTwoYearsBehindImportsInOneGo() throws {
    let held = try HeldCentre()
    try held.setUp()
    try held.enrol()
    // Root 1 to 8 are made on days 0 to 70 and hold two years: on day 820 all of them have expired.
    for round in 1...8 {
      held.day = round < 8 ? round * 10 : 810
      let fresh = try held.generate("root-\(round + 3)")
      let gone = String(held.id("root-\(round)").prefix(8))
      try held.finish(
        try held.centre("trust", "rotate", "root", "--remove", gone, "--add", fresh),
        by: ["root-\(round)", "root-\(round + 1)", "root-\(round + 2)"])
    }
    held.day = 820
    for role in ["targets", "content", "policy"] {
      try held.finish(
        try held.centre("trust", "renew", role), by: ["\(role)-1", "\(role)-2"])
    }
    try held.release()
    let medium = try held.loop.medium()
    try held.loop.expectDone(try held.centre("export", "fjord-3", "--to", medium))
    let site = BuiltProgram("waybill-site", wrapper: ["faketime", "1970-01-02 00:00:00"])
    let run = try site.run([
      "import", medium, "--json", "--state", held.loop.scratch["site-fjord-3"].string,
    ])
    #expect(run.exit == 0, "\(run.output) \(run.errors)")
    #expect(run.output.contains("1970"))
    #expect(run.output.contains("took roots 2 to 9"), "\(run.output)")
    // Of its own three keys these two have signed; the third is the new one.
    for holder in ["root-9", "root-10"] {
      #expect(run.output.contains(held.id(holder).prefix(8)), "\(holder) signed root 9")
    }
    #expect(!run.output.contains(held.id("root-11").prefix(8)))
    #expect(try held.site("status")["root"] == 9)
  }
}
