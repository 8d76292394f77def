// SPDX-License-Identifier: Apache-2.0
import Intents
import TestKit
import Testing
import Trust

/// Versions, N and lines: T09 to T14, T19, T32, T37, T38, S01, S02, S04, S05.
struct PapersNumberTests {
  @Test("T09: a version inside that is not that of the name or of the parent is refused with both")
  func otherVersion() throws {
    for role in [MetadataRole.targets, .content, .policy] {
      var centre = try PapersForge()
      centre.edits[role] = { $0.setting("version", to: 7) }
      var site = try ReadingSite(of: centre)
      let result = try site.take(centre)
      #expect(result.code == "WB1010")
      #expect(result.refusal?.seen == "version 7 inside, 1 in the name")
      let other = try PapersForge()
      let bytes = try #require(try other.files().first { $0.name == "1.\(role.rawValue).json" })
        .bytes
      let renamed = try PapersMetadata.changing(
        other, "1.\(role.rawValue).json", to: bytes, named: "2.\(role.rawValue).json")
      #expect(site.take(renamed).code == "WB1010")
    }
    var centre = try PapersForge()
    centre.edits[.root] = { $0.setting("version", to: 7) }
    var site = try ReadingSite(of: centre)
    try centre.addRoot()
    #expect(try site.take(centre).code == "WB1010")
  }

  @Test("T10 S02: an older N is superseded, whether known or never seen, and nothing changes")
  func olderNumber() throws {
    var centre = try PapersForge()
    centre.n = 41
    var site = try ReadingSite(of: centre)
    let known = try centre.papers()
    #expect(site.take(known).code == "done")
    centre.n = 118
    #expect(try site.take(centre).code == "done")
    let before = site.state.json
    #expect(site.take(known).code == "WB1301")
    centre.n = 42
    let result = try site.take(centre)
    #expect(result.code == "WB1301" && result.refusal?.exit == .replayed)
    #expect(result.refusal?.expected.contains("118") == true)
    #expect(site.state.json == before)
  }

  @Test("S04 S05: numbers that never came are no obstacle")
  func gaps() throws {
    var centre = try PapersForge()
    var site = try ReadingSite(of: centre)
    for n in [3, 42, 118] as [Int64] {
      centre.n = n
      #expect(try site.take(centre).code == "done")
    }
  }

  @Test("S01: the same papers again verify as a repeat")
  func repeated() throws {
    let centre = try PapersForge()
    var site = try ReadingSite(of: centre)
    #expect(try !site.take(centre).papers().isRepeat)
    let before = site.state.json
    #expect(try site.take(centre).papers().isRepeat)
    #expect(site.state.json == before)
  }

  @Test("T11: an N already seen with another signed part is an alarm with both hashes")
  func equivocation() throws {
    for role in [MetadataRole.timestamp, .snapshot, .site] {
      var centre = try PapersForge()
      var site = try ReadingSite(of: centre)
      #expect(try site.take(centre).code == "done")
      let first = try #require(site.state.line)
      centre.edits[role] = { $0.setting("x-other", to: 1) }
      let result = try site.take(centre)
      #expect(result.code == "WB4101" && result.refusal?.exit == .fork)
      #expect(result.refusal?.expected == first.timestamp.hex)
      #expect(site.state.line == first)
    }
  }

  @Test("T12: a timestamp that points at a lower snapshot is refused though no snapshot is cached")
  func lowerSnapshot() throws {
    var centre = try PapersForge()
    centre.n = 42
    var site = try ReadingSite(of: centre)
    #expect(try site.take(centre).code == "done")
    centre.n = 43
    centre.edits[.timestamp] = { $0.setting("meta snapshot.json version", to: 41) }
    #expect(try site.take(centre).code == "WB1302")
  }

  @Test("T13: a snapshot that lowers or drops a role is refused with the role and both versions")
  func loweredRoles() throws {
    for role in [MetadataRole.targets, .content, .policy] {
      var centre = try PapersForge()
      centre.versions[role] = 7
      var site = try ReadingSite(of: centre)
      #expect(try site.take(centre).code == "done")
      centre.n = 2
      centre.versions[role] = 6
      let lowered = try site.take(centre)
      #expect(lowered.code == "WB1302" && lowered.refusal?.subject == "role \(role.rawValue)")
      #expect(lowered.refusal?.seen == "version 6")
      #expect(lowered.refusal?.expected == "at least version 7")
      centre.edits[.snapshot] = { $0.setting("meta \(role.rawValue).json", to: nil) }
      #expect(try site.take(centre).code == "WB1303")
    }
    var centre = try PapersForge()
    centre.n = 9
    var site = try ReadingSite(of: centre)
    #expect(try site.take(centre).code == "done")
    centre.n = 10
    centre.edits[.snapshot] = { $0.setting("meta site.json version", to: 8) }
    #expect(try site.take(centre).code == "WB1302")
    centre.edits[.snapshot] = { $0.setting("meta site.json", to: nil) }
    #expect(try site.take(centre).code == "WB1303")
  }

  @Test("T14: floors come back from what is kept, apart from any cached file")
  func keptFloors() throws {
    var centre = try PapersForge()
    centre.n = 42
    centre.versions = [.targets: 3, .content: 4, .policy: 5]
    let release = PapersForge.release("vlc", counter: 9)
    centre.floors = [release.line: 8]
    var site = try ReadingSite(of: centre)
    try centre.rotate([.root, .targets], generation: "b")
    #expect(try site.take(centre).code == "done")
    let bytes = site.state.json.encoded
    site.state = try TrustState(JSONField(parsing: bytes, named: "state"))
    #expect(site.state.json.encoded == bytes)
    #expect(site.state.root.version == 2 && site.state.line?.n == 42)
    #expect(site.state.floor(of: release.line) == 8)
    centre.n = 41
    #expect(try site.take(centre).code == "WB1301")
    centre.n = 43
    centre.versions[.content] = 3
    #expect(try site.take(centre).code == "WB1302")
  }

  @Test("T21: the floor of a line never falls, whatever a later content role says")
  func risingFloors() throws {
    var centre = try PapersForge()
    let release = PapersForge.release("vlc", counter: 9)
    centre.floors = [release.line: 8]
    var site = try ReadingSite(of: centre)
    #expect(try site.take(centre).code == "done")
    centre.n = 2
    centre.versions[.content] = 2
    centre.floors = [release.line: 2]
    #expect(try site.take(centre).code == "done")
    #expect(site.state.floor(of: release.line) == 8)
  }

  @Test("S17: a kept state whose roots were edited is refused")
  func editedState() throws {
    var centre = try PapersForge()
    var site = try ReadingSite(of: centre)
    try centre.rotate([.root], generation: "b")
    #expect(try site.take(centre).code == "done")
    var stranger = try PapersForge()
    stranger.signers[.root]?.keys = [try PapersForge.key("other-root")]
    try stranger.addRoot()
    let forged = [centre.roots[1], stranger.roots[2]].map {
      JSONValue.string(Base64.encode($0 ?? []))
    }
    let refusal = refusal { () throws(Refusal) in
      _ = try TrustState(
        JSONField(site.state.json.setting("roots", to: .array(forged)), at: "state"))
    }
    #expect(refusal?.exit == .untrusted)
  }

  @Test("T19: a piece of another bundle of the same line is refused by length or hash")
  func mixedPieces() throws {
    var centre = try PapersForge()
    centre.n = 118
    var site = try ReadingSite(of: centre)
    var older = centre
    older.n = 117
    older.siteTargets = Array(older.siteTargets.dropLast())
    let bytes = try older.papers().site.bytes
    let mixed = try PapersMetadata.changing(centre, "118.site.json", to: bytes)
    #expect(site.take(mixed).code == "WB1008")
    older.siteTargets = centre.siteTargets.map {
      TargetEntry(name: $0.name, length: $0.length, digest: .sha256([7]))
    }
    let same = try PapersMetadata.changing(
      centre, "118.site.json", to: try older.papers().site.bytes)
    #expect(site.take(same).code == "WB1009")
    let snapshot = try older.papers().snapshot.bytes
    let oldSnapshot = try PapersMetadata.changing(centre, "118.snapshot.json", to: snapshot)
    #expect(site.take(oldSnapshot).refusal?.exit == .damaged)
  }

  @Test("T37: timestamp, snapshot and site role that do not carry one N are refused")
  func notOneNumber() throws {
    var centre = try PapersForge()
    centre.n = 42
    centre.edits[.timestamp] = { $0.setting("meta snapshot.json version", to: 43) }
    var site = try ReadingSite(of: centre)
    let result = try site.take(centre)
    #expect(result.code == "WB1011" && result.refusal?.seen == "timestamp 42, snapshot 43")
    centre.edits = [.snapshot: { $0.setting("meta site.json version", to: 41) }]
    #expect(try site.take(centre).code == "WB1011")
    centre.edits = [.timestamp: { $0.setting("version", to: 43) }]
    #expect(try site.take(centre).code == "WB1011")
  }

  @Test(
    "T38 M01: a piece of another line, or of none, is for another site and leaves nothing behind",
    arguments: [MetadataRole.timestamp, .snapshot, .site])
  func foreignLine(role: MetadataRole) throws {
    var centre = try PapersForge()
    var site = try ReadingSite(of: centre)
    let before = site.state.json
    try centre.rotate([.root], generation: "b")
    for other in ["oslo-2", "fjord-30", "Fjord-3", "", nil] as [String?] {
      centre.edits[role] = { $0.setting("x-waybill site_id", to: other.map { .string($0) }) }
      let result = try site.take(centre)
      #expect(result.code == "WB1201" && result.refusal?.exit == .wrongSite)
      #expect(site.state.json == before)
    }
    centre.edits[role] = { $0.setting("x-waybill", to: nil) }
    #expect(try site.take(centre).code == "WB1201")
    #expect(site.state.json == before)
  }

  @Test("M01: whole papers of another site leave nothing behind")
  func otherSite() throws {
    var oslo = try PapersForge(site: "oslo-2")
    var site = try ReadingSite(of: try PapersForge())
    try oslo.rotate([.root], generation: "b")
    let result = try site.take(oslo)
    #expect(result.refusal?.seen == "a piece of oslo-2's line")
    #expect(site.state.root.version == 1 && result.notes.isEmpty)
  }

  @Test("T38: the line is judged before roots and signatures")
  func lineFirst() throws {
    var centre = try PapersForge(site: "oslo-2")
    centre.roots = [2: Array("{".utf8)]
    centre.forgers[.timestamp] = []
    var site = try ReadingSite(of: try PapersForge())
    #expect(try site.take(centre).code == "WB1201")
  }

  @Test("T32: an oversized file is refused before it is parsed")
  func oversized() throws {
    let caps: [(String, Int)] = [
      ("timestamp.json", 16_384), ("1.root.json", 512_000), ("1.snapshot.json", 2_000_000),
      ("1.targets.json", 5_000_000), ("1.content.json", 5_000_000), ("1.policy.json", 5_000_000),
      ("1.site.json", 5_000_000),
    ]
    let centre = try PapersForge()
    for (name, cap) in caps {
      var site = try ReadingSite(of: centre)
      let junk = [UInt8](repeating: UInt8(ascii: "["), count: cap + 1)
      #expect(site.take(try PapersMetadata.changing(centre, name, to: junk)).code == "WB2202")
      #expect(
        site.take(try PapersMetadata.changing(centre, name, to: Array(junk.dropLast()))).code
          != "WB2202")
    }
  }

  @Test("papers hold exactly one file of each role and nothing besides")
  func fileSet() throws {
    let centre = try PapersForge()
    let files = try centre.files()
    for file in files {
      #expect(throws: Refusal.self, "without \(file.name)") {
        try PapersMetadata(files: files.filter { $0.name != file.name })
      }
      #expect(throws: Refusal.self, "\(file.name) twice") {
        try PapersMetadata(files: files + [file])
      }
    }
    for name in [
      "readme", "01.policy.json", "0.root.json", "-1.root.json", "+1.root.json", "2.policy.json",
      "1.timestamp.json", "root.json", "1.extra.json", "1.root.json.json",
      "9007199254740992.root.json",
      "99999999999999999999.root.json", "1.Root.json", "2.root.JSON", "/1.root.json",
    ] {
      let refusal = #expect(throws: Refusal.self, "\(name)") {
        try PapersMetadata(files: files + [(name, [UInt8]("{}".utf8))])
      }
      #expect(refusal?.code == "WB1007")
    }
  }

  @Test("no flipped bit of any metadata file of fresh papers verifies")
  func flippedBits() throws {
    let centre = try PapersForge()
    let site = try ReadingSite(of: centre)
    let files = try centre.files()
    for (place, file) in files.enumerated() {
      for index in file.bytes.indices {
        var bent = files
        bent[place].bytes[index] ^= 1 << UInt8(index % 8)
        let papers = try PapersMetadata(files: bent)
        let result = verify(papers, for: site.id, against: site.state, clock: site.clock)
        #expect(
          [.damaged, .untrusted, .wrongSite].contains(result.refusal?.exit),
          "\(file.name), byte \(index)")
        #expect(result.state.line == nil)
      }
    }
  }
}
