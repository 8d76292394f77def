// SPDX-License-Identifier: Apache-2.0
import Bundles
import Intents
import TestKit
import Trust

/// Sound bundles, and sound bundles in odd circumstances.
enum GoodVectors {
  static func all() throws -> [GoldenVector] { try bundles() + circumstances() + timely() }

  /// Version 1 of the tool, in two volumes.
  static func first() throws -> BundleForge {
    try Golden.full { forge in
      forge.framesOfVolume = 2
      forge.enrolment = try Golden.enrolmentRecord()
    }
  }

  /// Version 2, without the files that version 1 brought.
  static func second() throws -> BundleForge {
    try Golden.bare(n: 2) { forge in
      let first = try Golden.tool(1)
      forge.contents = [first]
      forge.want(
        "tool-lab", try Golden.tool(2), revision: 2, collection: Golden.collection,
        scope: ["ring:lab"])
      forge.held = Set(first.files.map { .sha256($0.bytes) })
    }
  }

  /// A line whose exporter has new keys: root 2 and targets 2 say so.
  static func rotated(n: Int64 = 2, targets: Int64 = 2) throws -> BundleForge {
    try Golden.bare(n: n) { forge in
      let next = try GoldenKey.exporterNext.secret()
      for role in [MetadataRole.timestamp, .snapshot, .site] {
        forge.papers.signers[role]?.keys = [next]
      }
      forge.papers.versions[.targets] = targets
      try forge.papers.addRoot()
    }
  }

  private static func bundles() throws -> [GoldenVector] {
    var first = try GoldenVector.out(
      "out-first", "A first trip: version 1 of the tool arrives.", nil, .whole,
      finds: [#""state":"taken""#], try self.first())
    first.expect.holds = Golden.digests(try Golden.tool(1))
    var second = try GoldenVector.out(
      "out-second", "A second trip carries only what the site lacks.", nil, .pieces,
      after: ["out-first"], try self.second())
    second.expect.holds = Golden.digests(try Golden.tool(2))
    second.expect.lacks = second.expect.holds.filter(first.expect.holds.contains)
    let rotated = try GoldenVector.out(
      "out-rotated", "T16 The exporter has new keys, and root 2 comes along.", nil, .orders,
      finds: [#""state":"taken""#], try self.rotated())
    var back = GoldenVector(
      name: "back-first", expect: Expectation(about: "A first return is booked."),
      files: try Golden.report().files())
    back.expect.run = Expectation.ingests
    back.expect.folder = try Golden.report().name.text
    back.expect.finds = [#""standing":"booked""#, #""devices":2"#]
    return [first, second, rotated, back]
  }

  private static func circumstances() throws -> [GoldenVector] {
    var papers = try first().files()["papers.tar"] ?? []
    papers[3000] ^= 1
    return [
      .other("out-first-again", "S01 The same bundle twice is once.", of: "out-first", nil) {
        $0.after = ["out-first"]
        $0.finds = ["already applied"]
      },
      .other("replayed", "S02 An older bundle after a newer one.", of: "out-first", "WB1380") {
        $0.after = ["out-first", "out-second"]
        $0.finds = ["superseded by 2"]
      },
      .other("wrong-site", "M01 A bundle for another site.", of: "out-first", "WB1280") {
        $0.site = "oslo-2"
        $0.finds = ["this is for fjord-3"]
      },
      .other(
        "one-copy-damaged", "M41 One copy of the papers is damaged, the other is used.",
        of: "out-first", nil, changing: ["papers.tar": papers]
      ) { $0.finds = ["papers.tar is damaged"] },
      .other("one-copy-missing", "M39 One copy of the papers is enough.", of: "out-first", nil) {
        $0.without = ["papers.tar"]
        $0.finds = ["papers.tar is missing"]
      },
      .other(
        "back-first-again", "R03 The same return twice is once.", of: "back-first", nil
      ) {
        $0.run = Expectation.ingests
        $0.folder = "fjord-3.back.\(Golden.epoch.text.prefix(8)).1"
        $0.after = ["back-first"]
        $0.finds = [#""standing":"known""#]
      },
    ]
  }

  private static func timely() throws -> [GoldenVector] {
    [
      .other("expired", "S07 The bundle has expired.", of: "out-first", "WB1401") {
        $0.at = "2027-03-01T00:00:00Z"
      },
      .other("clock-behind", "S10 The clock says 1970: the floor stands in.", of: "out-first", nil)
      {
        $0.at = "1970-01-01T00:10:00Z"
        $0.finds = ["the clock is behind"]
      },
      .other("clock-far-ahead", "S11 The clock says 2099.", of: "out-first", "WB1405") {
        $0.at = "2099-01-01T00:00:00Z"
      },
    ]
  }
}
