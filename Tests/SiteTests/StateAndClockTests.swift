// SPDX-License-Identifier: Apache-2.0
import Bundles
import Foundation
import GRDB
import Intents
import Site
import SystemPackage
import TestKit
import Testing
import Trust

/// Section "Site state and clock" of the cases, through the importer: what is refused leaves everything as it was.
struct StateAndClockTests {
  var centre: MiniCentre
  let site: MiniSite
  let tool: MiniCentre.Content

  init() throws {
    centre = try MiniCentre()
    tool = try MiniCentre.content("tool", counter: 2)
    try centre.want("tool-lab", tool)
    site = try MiniSite(centre)
  }

  /// Imports `folder` and expects a refusal that changes nothing and is in the history.
  private func expect(
    _ expected: String, from folder: FilePath, _ location: SourceLocation = #_sourceLocation
  ) throws {
    let before = try site.picture()
    let outcome = try site.run(from: folder)
    #expect(outcome.refusal?.code == expected, "\(outcome)", sourceLocation: location)
    #expect(outcome.changed == "nothing", sourceLocation: location)
    #expect(try site.picture() == before, sourceLocation: location)
    let last = try site.events().last
    #expect(last?.event == "import.refused", sourceLocation: location)
    #expect(last?.facts["code"] == expected, sourceLocation: location)
  }

  @Test
  mutating func `T11: of two bundles with one number the first stays, and the other is an alarm`()
    throws
  {
    _ = try centre.export(1, to: site.medium)
    try site.run()
    let other = try MiniCentre.content("other", counter: 1)
    try centre.want("tool-lab", other, revision: 2)
    let twin = try centre.export(1, to: site.temporary["twin"])
    try expect("WB4101", from: twin)
    #expect(try site.run(from: twin).exit == .fork)
    #expect(try site.sightings() == ["WB4101", "WB4101"])
    let told = try site.open().journal.read { try $0.sightings(after: 0).list[0].subject }
    #expect(told.matches(of: /[0-9a-f]{64}/).count == 2, "\(told)")
    #expect(try site.run().bundles.map(\.state) == [.repeated])
  }

  @Test mutating func `S05: a bundle below one that was issued and lost is taken`() throws {
    let second = try centre.export(2, to: site.medium)
    _ = try centre.export(3, to: site.temporary["lost"])
    #expect(try site.run(from: second).exit == .done)
  }

  @Test(arguments: ["1970-01-01T00:00:00Z", "2026-10-31T00:00:00Z"])
  mutating func `S10: with a clock behind the floor the floor is used and named`(
    clock: String
  ) throws {
    _ = try centre.export(1, to: site.medium)
    site.clock = try #require(Instant(clock))
    let outcome = try site.run()
    #expect(outcome.exit == .done)
    #expect(outcome.notes.contains { $0.hasPrefix("the clock is behind") }, "\(outcome.notes)")
    #expect(try site.events().contains { $0.event == "clock.behind" })
    let sightings = try site.open().journal.read { try $0.sightings(after: 0).list }
    #expect(sightings.map(\.code) == ["WB1480"])
    #expect(sightings.first?.subject.contains(clock) == true)
  }

  @Test mutating func `S11: a clock far ahead decides no expiry`() throws {
    _ = try centre.export(1, to: site.medium)
    site.clock = try #require(Instant("2099-01-01T00:00:00Z"))
    try expect("WB1405", from: site.medium)
  }

  @Test mutating func `S12: a clock turned back revives nothing`() throws {
    let old = try centre.export(1, to: site.temporary["old"])
    centre.forge.now = centre.forge.now.adding(days: 200)
    site.clock = centre.forge.now
    try site.run(from: try centre.export(2, to: site.medium))
    // Taken as a bundle of the line it is superseded; that its date has passed is no way round that.
    site.clock = site.clock.adding(days: -180)
    try expect("WB1380", from: old)
    centre.forge.now = centre.forge.now.adding(days: -180)
    try expect("WB1401", from: try centre.export(3, to: site.temporary["third"]))
  }

  @Test(arguments: [(29, nil), (31, "WB1403")] as [(Int64, String?)])
  mutating func `S13: what is issued too far ahead of the clock is refused`(
    days: Int64, expected: String?
  ) throws {
    centre.forge.now = site.clock.adding(days: days)
    let folder = try centre.export(1, to: site.medium)
    if let expected {
      try expect(expected, from: folder)
    } else {
      let outcome = try site.run()
      #expect(outcome.exit == .done)
      #expect(outcome.notes.contains { $0.hasPrefix("issued at ") })
    }
  }

  @Test mutating func `S29: what is issued later than an offline role expires is refused`() throws {
    centre.forge.expires[.content] = centre.forge.now.adding(days: 10)
    centre.forge.issued[.timestamp] = centre.forge.now.adding(days: 11)
    site.clock = centre.forge.now
    try expect("WB1402", from: try centre.export(1, to: site.medium))
  }

  @Test(arguments: [
    ("another pinned root", "WB1182"), ("a root that no one vouches for", "WB1182"),
  ])
  func `S17: a chain of roots that was edited in the state is refused`(
    what: String, expected: String
  ) throws {
    var other = try PapersForge(now: "2026-10-01T00:00:00Z")
    other.roots = [:]
    other.isRehearsal = true
    other.signers[.root]?.keys = [try PapersForge.key("evil")]
    try other.addRoot()
    try other.addRoot()
    let own = try #require(try site.open().journal.read { try $0.document(.trust) })
    let state = try JSONValue(parsing: own, named: "trusted state")
    func roots(_ list: [[UInt8]?]) -> JSONValue {
      .array(list.map { .string(Base64.encode($0 ?? [])) })
    }
    let edited = state.setting(
      "roots",
      to: what.hasPrefix("another")
        ? roots([other.roots[1]]) : roots([centre.rootBytes, other.roots[2]]))
    try DatabaseQueue(path: site.folder.journal.string).write { database in
      try database.execute(
        sql: "UPDATE documents SET bytes = ? WHERE name = 'trust'",
        arguments: [Data(edited.encoded)])
    }
    #expect(code { try site.run() } == expected)
  }

  @Test(arguments: [(2, nil), (1, .sha256([1])), (0, .sha256([2]))] as [(Int64, Digest?)])
  mutating func `S19: an acknowledgement that this site did not earn stops everything`(
    seq: Int64, digest: Digest?
  ) throws {
    _ = try site.enrol()
    _ = try centre.export(1, to: site.medium)
    try site.run()
    let report = try site.report()
    centre.acknowledgement = acknowledgement(seq, digest ?? report.digest)
    let folder = try centre.export(2, to: site.temporary["ack"])
    try expect("WB4180", from: folder)
    #expect(try site.events().map(\.event).suffix(2) == ["epoch.ended", "import.refused"])
    // Nothing of this life is written or applied any more.
    #expect(code { try site.run(from: folder) } == "WB4182")
    #expect(code { _ = try site.report() } == "WB4182")
    #expect(code { _ = try site.enrol() } == "WB4182")
    #expect(code { try site.resume() } == "WB4182")
    #expect(try SiteStatus(of: try site.open(), clock: site.clock).isEnded)
  }

  @Test mutating func `S19: an acknowledgement of an earlier life is told, and is no base`() throws
  {
    _ = try site.enrol()
    centre.acknowledgement = acknowledgement(7, .sha256([1]), epoch: "another epoch")
    let outcome = try site.run(from: try centre.export(9, to: site.temporary["ack-9"]))
    #expect(outcome.exit == .done)
    #expect(outcome.notes.contains { $0.contains("which is not ours") })
    let epoch = MiniCentre.id("epoch")
    #expect(try site.open().journal.read { try $0.base(of: epoch) } == nil)
  }

  @Test mutating func `S24, M35: without a policy the built-in one asks for sealing`() throws {
    centre.policy = nil
    try expect("WB3284", from: try centre.export(1, to: site.medium))
    centre.policy = MiniCentre.openPolicy(sealing: .required)
    try expect("WB3284", from: try centre.export(2, to: site.temporary["second"]))
  }

  @Test(arguments: ["key", "recipient", "epoch", "root"])
  mutating func `S31: an enrolment of another key, epoch or root is refused`(what: String) throws {
    let other = try SecretKey(seed: Digest.sha256([6]).bytes)
    func record(_ bent: String) throws -> EnrolmentRecord {
      EnrolmentRecord(
        site: centre.forge.site, epoch: MiniCentre.id(bent == "epoch" ? "other" : "epoch"),
        key: bent == "key" ? other.publicKey.json : try site.open().key().publicKey.json,
        recipient: bent == "recipient"
          ? try StockAge.identity().recipient : try site.open().recipient(),
        rootFingerprint: bent == "root" ? .sha256([1]) : .sha256(centre.rootBytes))
    }
    centre.enrolment = try record(what)
    try expect("WB1282", from: try centre.export(1, to: site.medium))
    centre.enrolment = try record("nothing")
    #expect(try site.run(from: try centre.export(2, to: site.temporary["second"])).exit == .done)
  }

  @Test
  mutating func `S32: a policy made for another site is refused, and the last good one stays`()
    throws
  {
    try site.run(from: try centre.export(1, to: site.medium))
    let good = try site.open().policy()
    let foreign = SitePolicy(
      site: SiteID("oslo-2"), sealing: .none, egress: .full, removals: .approved, operators: 1,
      collections: good.collections, scopeCeiling: good.scopeCeiling)
    centre.policy = foreign
    try expect("WB3285", from: try centre.export(2, to: site.temporary["second"]))
    #expect(try site.open().policy() == good)
  }

  @Test mutating func `S33: a revocation counts although the bundle that brings it is incomplete`()
    throws
  {
    let before = try centre.export(1, to: site.temporary["before"])
    try centre.forge.rotate([.timestamp, .snapshot], generation: "b")
    let folder = try centre.export(2, to: site.medium)
    try DurableFile.unlinkIfPresent(folder.appending("volume-001.tar"))
    #expect(try site.run().refusal?.code == "WB2082")
    #expect(try site.open().trust().root.version == 2)
    #expect(try site.events().contains { $0.event == "roots.taken" })
    try expect("WB1113", from: before)
  }

  @Test
  mutating func
    `T20, T40: what no release signer vouches for is refused, what stands is only noted`() throws
  {
    centre.unreleased = [tool.digest]
    try expect("WB1180", from: try centre.export(1, to: site.medium))
    centre.unreleased = []
    #expect(try site.run(from: try centre.export(2, to: site.temporary["second"])).exit == .done)
    centre.unreleased = [tool.digest]
    let outcome = try site.run(from: try centre.export(3, to: site.temporary["third"]))
    #expect(outcome.exit == .done)
    #expect(outcome.notes.contains { $0.contains("is delisted") })
    _ = try site.enrol()
    _ = try site.report()
    let report = try #require(try site.open().journal.read { try $0.newestReport() })
    let intent = try #require(try StateDocument(parsing: report.state).intents.first)
    #expect(intent.state == .applied)
    #expect(intent.reason == "delisted")
  }

  @Test(arguments: [
    "command", "command_line", "script", "detection", "exit_codes", "requirements",
    "publisher_scope", "critical", "privileged",
  ])
  mutating func `A22: an intent that holds what only a manifest may hold is refused`(
    field: String
  ) throws {
    let document = IntentsDocument(
      site: centre.forge.site, salt: MiniCentre.id("salt"), intents: centre.intents)
    let text = String(decoding: document.encoded, as: UTF8.self)
    centre.intentsBytes = Array(
      text.replacing(#"{"collection""#, with: #"{"\#(field)":"x","collection""#).utf8)
    try expect("WB3246", from: try centre.export(1, to: site.medium))
  }

  @Test mutating func `an order that names another site is refused`() throws {
    centre.intentsBytes =
      IntentsDocument(
        site: try #require(SiteID("oslo-2")), salt: MiniCentre.id("salt"), intents: centre.intents
      ).encoded
    try expect("WB1283", from: try centre.export(1, to: site.medium))
  }

  @Test mutating func `M08: two half-good copies of a bundle are merged by block`() throws {
    let folder = try centre.export(1, to: site.medium)
    let volume = folder.appending("volume-001.tar")
    let good = try FileQuery.contents(of: volume, cap: 1 << 24)
    var (first, second) = (good, good)
    first[100] ^= 1
    second[70_000] ^= 1
    try DurableFile.write(first, to: volume)
    try DurableFile.write(second, to: site.medium.appending("FILE0.BIN"))
    let outcome = try site.run()
    #expect(outcome.exit == .done, "\(outcome)")
    #expect(try site.results().map(\.state) == [.applied])
    // A copy that goes on behind its end is a fault where no other has the right length.
    try DurableFile.unlinkIfPresent(site.medium.appending("FILE0.BIN"))
    try DurableFile.write(good + [0], to: volume)
    centre.forge.n = 1
    let fresh = try MiniSite(centre)
    #expect(try fresh.run(from: site.medium).exit == .damaged)
  }

  private func acknowledgement(
    _ seq: Int64, _ digest: Digest, epoch: String = "epoch"
  ) -> Acknowledgement {
    Acknowledgement(
      site: centre.forge.site, epoch: MiniCentre.id(epoch),
      report: ReportPoint(seq: seq, digest: digest),
      auditHead: AuditHead(seq: 1, digest: .sha256([1])), siteHead: .origin)
  }
}
