// SPDX-License-Identifier: Apache-2.0
import Intents
import TestKit
import Testing
import Trust

/// The walk of roots: T01 to T03, T15 to T18, T27, T33, C03.
struct PapersRootTests {
  @Test("T01: a root that only the new keys or only the old keys sign is refused with both counts")
  func halfSigned() throws {
    for (old, new, seen) in [(0, 3, "0 old keys and 3 new"), (3, 0, "3 old keys and 0 new")] {
      var centre = try PapersForge(threshold: 2, keysOfRole: 3)
      var site = try ReadingSite(of: centre)
      let before = try #require(centre.signers[.root]).keys
      let after = try (0..<3).map { try PapersForge.key("root-new-\($0)") }
      centre.signers[.root]?.keys = after
      centre.forgers[.root] = Array(before.prefix(old)) + Array(after.prefix(new))
      try centre.addRoot()
      let result = try site.take(centre)
      #expect(result.code == "WB1102" && result.refusal?.seen == seen)
      #expect(result.refusal?.expected == "2 of 3 old keys and 2 new")
      #expect(site.state.root.version == 1)
    }
  }

  @Test("T02: a gap in the chain names the missing version and keeps the roots before it")
  func gap() throws {
    var centre = try PapersForge()
    var site = try ReadingSite(of: centre)
    for generation in 2...5 { try centre.rotate([.root], generation: "\(generation)") }
    centre.roots[4] = nil
    let result = try site.take(centre)
    #expect(result.code == "WB1103" && result.refusal?.expected == "root 4")
    #expect(result.state.root.version == 3)
    #expect(result.notes == [.rootsTaken(from: 2, through: 3)])
  }

  @Test(
    "T03: papers that require a newer root than they bring are refused",
    arguments: [MetadataRole.timestamp, .site])
  func withheld(role: MetadataRole) throws {
    var centre = try PapersForge()
    centre.edits[role] = { $0.setting("x-waybill min_root", to: 9) }
    var site = try ReadingSite(of: centre)
    let result = try site.take(centre)
    #expect(result.code == "WB1104" && result.refusal?.seen == "papers require root 9")
    #expect(site.state.line == nil)
  }

  @Test(
    "T16: a site 64 rotations and years behind walks from its own root; expired ones between do no harm"
  )
  func farBehind() throws {
    var centre = try PapersForge(now: "2018-01-01T00:00:00Z")
    var site = try ReadingSite(of: centre)
    for generation in 2...65 {
      centre.now = centre.now.adding(days: 45)
      try centre.rotate([.root, .targets], generation: "\(generation)")
    }
    site.clock = centre.now
    let result = try site.take(centre)
    #expect(result.code == "done" && site.state.root.version == 65)
    #expect(result.notes == [.rootsTaken(from: 2, through: 65)])
    #expect(try result.papers().versions.root == 65)
  }

  @Test("T17: the 257th root of one walk is refused, the 256 before it are kept")
  func tooMany() throws {
    var centre = try PapersForge()
    var site = try ReadingSite(of: centre)
    for _ in 2...257 { try centre.addRoot() }
    var other = site
    #expect(try site.take(centre).code == "done")
    #expect(site.state.root.version == 257)
    try centre.addRoot()
    let result = try other.take(centre)
    #expect(result.code == "WB2203" && other.state.root.version == 257)
    #expect(try other.take(centre).code == "done")
  }

  @Test("T18: a root with other bytes than the trusted one is refused with both fingerprints")
  func otherCentre() throws {
    let centre = try PapersForge()
    var site = try ReadingSite(of: centre)
    var stranger = try PapersForge()
    stranger.signers[.root]?.keys = [try PapersForge.key("other-root")]
    stranger.roots = [:]
    try stranger.addRoot()
    let result = try site.take(stranger)
    #expect(result.code == "WB1109")
    #expect(result.refusal?.seen == Digest.sha256(try #require(stranger.roots[1])).hex)
    #expect(result.refusal?.expected == site.state.rootFingerprint.hex)
    #expect(site.state.root.version == 1)
  }

  @Test("T33: a pinned root that does not verify itself is refused")
  func brokenPin() throws {
    let centre = try PapersForge(threshold: 2, keysOfRole: 3)
    let bytes = try #require(centre.roots[1])
    let file = try MetadataFile(parsing: bytes, named: "root")
    let unsigned = try MetadataFile.signed(file.signed.value, by: [], named: "root")
    let short = try MetadataFile.signed(
      file.signed.value, by: [try PapersForge.key("root-0")], named: "root")
    for bytes in [unsigned.bytes, short.bytes] {
      let refusal = refusal { () throws(Refusal) in _ = try TrustState(pinnedRoot: bytes) }
      #expect(refusal?.code == "WB1114")
    }
    let other = try MetadataFile(parsing: centre.papers().timestamp, named: "t")
    #expect(throws: Refusal.self) { try TrustState(pinnedRoot: other.bytes) }
    #expect(throws: Refusal.self) { try TrustState(pinnedRoot: Array(bytes.dropLast())) }
  }

  @Test("T27: a bundle made before the exporter's keys changed is told apart from a forgery")
  func madeBefore() throws {
    var centre = try PapersForge()
    var site = try ReadingSite(of: centre)
    centre.n = 118
    let old = try centre.papers()
    try centre.rotate([.timestamp, .snapshot, .site], generation: "b")
    centre.n = 1
    #expect(try site.take(centre).code == "done")
    let result = site.take(old)
    #expect(result.code == "WB1113" && result.refusal?.exit == .untrusted)
    #expect(site.state.line?.n == 1)
  }

  @Test("S33: a revocation in papers that are refused otherwise counts from then on")
  func revocation() throws {
    var centre = try PapersForge()
    var site = try ReadingSite(of: centre)
    let old = try centre.papers()
    try centre.rotate([.timestamp, .snapshot], generation: "b")
    let damaged = try PapersMetadata.changing(centre, "1.policy.json", to: Array("{}".utf8))
    #expect(site.take(damaged).code == "WB1008")
    #expect(site.state.root.version == 2 && site.state.line == nil)
    #expect(site.take(old).code == "WB1113")
  }

  @Test(
    "T15: when the keys of timestamp and snapshot both change, N falls and the other floors stay")
  func fastForward() throws {
    var centre = try PapersForge()
    centre.versions[.content] = 7
    let release = PapersForge.release("vlc", counter: 5)
    centre.floors = [release.line: 5]
    var site = try ReadingSite(of: centre)
    centre.n = TrustLimits.jsonInteger
    #expect(try site.take(centre).code == "done")
    centre.n = 44
    #expect(try site.take(centre).code == "WB1301")
    try centre.rotate([.timestamp, .snapshot, .site], generation: "b")
    centre.versions[.content] = 6
    #expect(try site.take(centre).code == "WB1302")
    centre.versions[.content] = 7
    let result = try site.take(centre)
    #expect(result.code == "done" && site.state.line?.n == 44)
    #expect(result.notes.contains(.lineRestarted(after: TrustLimits.jsonInteger)))
    #expect(site.state.floor(of: release.line) == 5)
    centre.n = 43
    #expect(try site.take(centre).code == "WB1301")
  }

  @Test(
    "T15: when only one of the two changes, or a spare joins, N stays",
    arguments: [MetadataRole.timestamp, .snapshot])
  func onlyOne(role: MetadataRole) throws {
    var centre = try PapersForge()
    centre.n = 1000
    var site = try ReadingSite(of: centre)
    #expect(try site.take(centre).code == "done")
    try centre.rotate([role, .site], generation: "b")
    centre.n = 44
    #expect(try site.take(centre).code == "WB1301")
    for role in [MetadataRole.timestamp, .snapshot] {
      centre.signers[role]?.keys.append(try PapersForge.key("spare-\(role)"))
    }
    try centre.addRoot()
    #expect(try site.take(centre).code == "WB1301")
    centre.n = 1001
    #expect(try site.take(centre).code == "done")
  }

  @Test("C03: a chain of roots with a gap or a missing signature has no newest root")
  func chain() throws {
    var centre = try PapersForge()
    for generation in 2...4 { try centre.rotate([.root], generation: "\(generation)") }
    #expect(try RootRole.newest(ofChain: centre.roots).version == 4)
    var gap = centre.roots
    gap[3] = nil
    #expect(
      refusal { () throws(Refusal) in _ = try RootRole.newest(ofChain: gap) }?.code == "WB1103")
    gap[1] = nil
    #expect(
      refusal { () throws(Refusal) in _ = try RootRole.newest(ofChain: gap) }?.code == "WB1103")
    var unsigned = centre.roots
    let file = try MetadataFile(parsing: try #require(centre.roots[3]), named: "3.root.json")
    unsigned[3] = try MetadataFile.signed(file.signed.value, by: [], named: "3.root.json").bytes
    let refusal = refusal { () throws(Refusal) in _ = try RootRole.newest(ofChain: unsigned) }
    #expect(refusal?.code == "WB1102" && refusal?.exit == .untrusted)
  }

  @Test("P12: rehearsal is said by the root")
  func rehearsal() throws {
    var centre = try PapersForge()
    centre.isRehearsal = true
    centre.roots = [:]
    try centre.addRoot()
    var site = try ReadingSite(of: centre)
    #expect(try site.take(centre).papers().isRehearsal)
  }

  @Test("several people sign one file one after the other")
  func offlineSigning() throws {
    var centre = try PapersForge(threshold: 2, keysOfRole: 3)
    centre.forgers[.content] = []
    let name = "1.content.json"
    var file = try MetadataFile(parsing: centre.papers().content.bytes, named: name)
    for key in try #require(centre.signers[.content]).keys.prefix(2) {
      file = try file.adding(signatureBy: key)
    }
    file = try file.adding(signatureBy: try #require(centre.signers[.content]?.keys.first))
    #expect(file.signatures.count == 2)
    let entry = MetaEntry(version: 1, of: file.bytes)
    centre.edits[.snapshot] = {
      $0.setting("meta content.json length", to: .integer(entry.length))
        .setting("meta content.json hashes sha256", to: .string(entry.digest.hex))
    }
    var site = try ReadingSite(of: centre)
    #expect(site.take(try PapersMetadata.changing(centre, name, to: file.bytes)).code == "done")
  }
}
