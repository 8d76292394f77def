// SPDX-License-Identifier: Apache-2.0
import Bundles
import Distribution
import Intents
import Site
import SystemPackage
import Testing
import Trust

/// What stands in the way of applying, and how the journal goes on from there.
struct ApplierTests {
  var centre: MiniCentre
  let site: MiniSite
  let tool: MiniCentre.Content

  init() throws {
    centre = try MiniCentre()
    tool = try MiniCentre.content("tool", counter: 2)
    try centre.want("tool-lab", tool)
    site = try MiniSite(centre)
  }

  static let effects = ["content", "collection", "program", "deployment"]

  private func steps() throws -> [String: String] {
    var states: [String: String] = [:]
    for step in try site.open().journal.read({ try $0.steps() }) {
      states[step.kind.rawValue] = step.state.rawValue
    }
    return states
  }

  /// A point whose `effect` is met with `refusal`, before its work or behind it.
  private func failing(
    _ effect: String, _ moment: FlakyPoint.Moment, _ reason: any RefusalReason
  ) -> (any DistributionPoint) -> any DistributionPoint {
    { point in
      FlakyPoint(point) { (call, met) throws(Refusal) in
        if call == effect, met == moment { throw TestReason.refusal(reason, call) }
      }
    }
  }

  @Test(arguments: effects, [FlakyPoint.Moment.before, .behind])
  mutating func `F01, A03: killed before or behind any effect, the next run ends as a straight one`(
    effect: String, moment: FlakyPoint.Moment
  ) throws {
    _ = try centre.export(1, to: site.medium)
    let straight = try MiniSite(centre)
    try straight.run(from: site.medium)

    site.wrap = failing(effect, moment, TestReason.killed)
    #expect(code { try site.run() } == "WB7099")
    let before = Self.effects.prefix { $0 != effect }
    #expect(try steps() == before.reduce(into: [effect: "failed"]) { $0[$1] = "done" })
    #expect(try SiteStatus(of: site.open(), clock: site.clock).bundle?.state == .staged)
    site.wrap = nil
    // Staging was complete: the medium is not asked for.
    let resumed = try site.resume()
    #expect(resumed.outcome.exit == .done)
    #expect(try site.picture() == straight.picture())
    #expect(Set(try steps().values) == ["done"])
    #expect(try SiteStatus(of: site.open(), clock: site.clock).bundle?.state == .applied)
    #expect(try LibraryVerifier(root: site.library).verify().agrees)
    let events = try site.events().map(\.event)
    #expect(events.filter { $0 == "intent.applied" }.count == 1)
  }

  @Test mutating func `A01: a point that is away leaves content staged, and apply goes on later`()
    throws
  {
    _ = try centre.export(1, to: site.medium)
    site.wrap = failing("content", .before, DistributionReason.unavailable)
    let outcome = try site.run()
    #expect(outcome.exit == .pointUnavailable)
    #expect(try site.results().map(\.state) == [.waiting])
    #expect(try site.open().store.usage().files == 2)
    #expect(try site.resume().outcome.exit == .pointUnavailable)
    site.wrap = nil
    #expect(try site.resume().outcome.exit == .done)
    #expect(try site.results().map(\.state) == [.applied])
    #expect(try site.resume().outcome.changed == "nothing")
  }

  @Test
  mutating func `A02: what the point refuses for good fails alone, with the point's own text`()
    throws
  {
    let other = try MiniCentre.content("other", counter: 1)
    try centre.want("other-lab", other)
    _ = try centre.export(1, to: site.medium)
    site.wrap = { point in
      var calls = 0
      return FlakyPoint(point) { (call, moment) throws(Refusal) in
        guard call == "deployment", moment == .before else { return }
        calls += 1
        if calls == 1 { throw TestReason.refusal(DistributionReason.keyReused, "other-lab") }
      }
    }
    let outcome = try site.run()
    #expect(outcome.exit == .waiting)
    #expect(try site.results().map(\.state) == [.failed, .applied])
    let reason = try #require(site.results().first?.reason)
    #expect(reason.hasPrefix("WB3153 ") && reason.contains("what the test says"))
  }

  @Test
  mutating func `A12: what every effect says is done is not applied before the point lists it`()
    throws
  {
    _ = try centre.export(1, to: site.medium)
    site.wrap = { point in
      let flaky = FlakyPoint(point)
      flaky.describing = {
        PointDescription(
          id: $0.id, kind: $0.kind, freeBytes: $0.freeBytes, state: $0.state,
          collections: $0.collections, contents: $0.contents, deployments: [])
      }
      return flaky
    }
    let outcome = try site.run()
    #expect(outcome.exit == .waiting)
    #expect(outcome.refusal?.code == "WB0384")
    #expect(try site.results().map(\.state) == [.waiting])
    #expect(try site.open().journal.read { try $0.applied() }.isEmpty)
    #expect(try steps()["verification"] == "failed")
    site.wrap = nil
    #expect(try site.resume().outcome.exit == .done)
  }

  @Test
  mutating func `S25: a stored file that was altered before the hand-over is found and needed`()
    throws
  {
    _ = try centre.export(1, to: site.medium)
    site.wrap = failing("content", .before, DistributionReason.unavailable)
    try site.run()
    site.wrap = nil
    let store = try site.open().store
    let digest = Digest.sha256(tool.files[0].bytes)
    var bytes = tool.files[0].bytes
    bytes[7] ^= 1
    try DurableFile.write(bytes, to: store.path(of: digest))
    let run = try site.resume()
    #expect(run.outcome.exit == .waiting)
    #expect(run.outcome.refusal?.code == "WB0382")
    #expect(try site.open().journal.read { try $0.needed() } == [digest])
    #expect(try site.events().contains { $0.event == "file.gone" })
    #expect(try site.point().contents.isEmpty)
    // The same medium has it.
    #expect(try site.run().exit == .done)
    #expect(try site.open().journal.read { try $0.needed() }.isEmpty)
  }

  @Test
  mutating func `A09: complete intents are applied, one that lacks a file waits and names it`()
    throws
  {
    let other = try MiniCentre.content("other", counter: 1)
    try centre.want("other-lab", other)
    let held = Digest.sha256(other.files[0].bytes)
    centre.heldFiles = [held]  // the centre counts on what this site does not have
    _ = try centre.export(1, to: site.medium)
    let outcome = try site.run()
    #expect(outcome.exit == .waiting)
    #expect(outcome.refusal?.code == "WB0382")
    #expect(try site.results().map(\.state) == [.waiting, .applied])
    #expect(try site.open().journal.read { try $0.needed() } == [held])
    // What came for the one that waits stays until it is whole.
    #expect(try site.open().store.holds(.sha256(other.files[2].bytes), length: 4))
    centre.heldFiles = []
    let second = try centre.export(2, to: site.temporary["second"])
    #expect(try site.run(from: second).exit == .done)
    #expect(try site.open().store.usage().files == 0)
  }

  @Test mutating func `A28: a second copy stays in the store while the point's bytes are wrong`()
    throws
  {
    _ = try centre.export(1, to: site.medium)
    try site.run()
    let file = tool.files[0].bytes
    let digest = Digest.sha256(file)
    let writer = try StoreWriter(site.open().store)
    try file.withUnsafeBytes {
      _ = try writer.receive($0, of: digest, at: 0, total: Int64(file.count))
    }
    try writer.finish()
    var bytes = file
    bytes[7] ^= 1
    try DurableFile.write(bytes, to: try site.blob(digest))
    #expect(try site.resume().outcome.released.files == 0)
    #expect(try site.open().store.verify(digest))
    let run = try site.resume(.bytes)
    #expect(run.outcome.exit == .done)
    #expect(run.outcome.repaired == 1)
    #expect(run.outcome.released.files == 1)
    #expect(try LibraryVerifier(root: site.library).verify().agrees)
  }

  @Test
  mutating func `S28: a recheck that dies behind its work is seen by the next run all the same`()
    throws
  {
    _ = try centre.export(1, to: site.medium)
    _ = try site.enrol()
    try site.run()
    _ = try site.report()
    let digest = Digest.sha256(tool.files[0].bytes)
    var bytes = tool.files[0].bytes
    bytes[7] ^= 1
    try DurableFile.write(bytes, to: try site.blob(digest))
    site.wrap = failing("recheck", .behind, TestReason.killed)
    #expect(code { try site.resume(.bytes) } == "WB7099")
    site.wrap = nil
    let run = try site.resume()
    #expect(run.outcome.exit == .waiting)
    #expect(try site.open().journal.read { try $0.needed() } == [digest])
    #expect(try site.events().contains { $0.event == "promise.broken" })
  }
}

extension MiniSite {
  /// Where the library keeps a file.
  func blob(_ digest: Digest) throws -> FilePath {
    LibraryLayout(root: library).blob(digest)
  }
}
