// SPDX-License-Identifier: Apache-2.0
import Bundles
import Distribution
import Intents
import Site
import SystemPackage
import TestKit
import Testing
import Trust

/// Returns: what they promise, what they are signed over, and when they are frozen.
struct ReporterTests {
  var centre: MiniCentre
  let site: MiniSite
  let tool: MiniCentre.Content

  /// A site that is enrolled and has applied bundle 1.
  init() throws {
    centre = try MiniCentre()
    tool = try MiniCentre.content("tool", counter: 2)
    try centre.want("tool-lab", tool)
    site = try MiniSite(centre)
    _ = try site.enrol()
    _ = try centre.export(1, to: site.medium)
    try site.run()
  }

  private func state() throws -> StateDocument {
    let newest = try #require(try site.open().journal.read { try $0.newestReport() })
    return try StateDocument(parsing: newest.state)
  }

  private func predicate() throws -> ReportPredicate {
    let newest = try #require(try site.open().journal.read { try $0.newestReport() })
    let envelope = try Envelope(parsing: newest.envelope, named: "report")
    let payload = try envelope.verified(by: [try site.open().key().publicKey], threshold: 1)
    return try ReportPredicate(try Statement(parsing: payload, named: "report").predicate)
  }

  private func remove(_ file: Int, of content: MiniCentre.Content) throws -> Digest {
    let digest = Digest.sha256(content.files[file].bytes)
    try DurableFile.unlinkIfPresent(try site.blob(digest))
    return digest
  }

  @Test func `R23: without news the same bytes are written again, with news the next number`()
    throws
  {
    let first = try site.report()
    #expect(first.seq == 1 && !first.isRepeat)
    let stick = site.temporary["stick"]
    try DurableFile.makeFolder(stick)
    let again = try Reporter(site.open(), clock: site.clock.adding(days: 1), voice: .silent)
      .run(to: stick)
    #expect(again.seq == 1 && again.isRepeat && again.digest == first.digest)
    for name in try FileQuery.names(in: first.folder) {
      let bytes = try FileQuery.contents(of: first.folder.appending(name), cap: 1 << 24)
      #expect(try FileQuery.contents(of: again.folder.appending(name), cap: 1 << 24) == bytes)
    }
    // The same bundle again, and a process that is sent away, are lines of the log and no news (S01, S21).
    try site.run()
    let held = Refusal(
      SiteReason.stateHeld, "state", seen: "held by process 1", expected: "no other process")
    try site.folder.noteSentAway(held, at: site.clock)
    #expect(
      try site.events().suffix(2).map(\.event) == ["import.repeated", "state.held"])
    let third = site.temporary["third"]
    try DurableFile.makeFolder(third)
    let last = try Reporter(site.open(), clock: site.clock, voice: .silent).run(to: third)
    #expect(last.isRepeat && last.digest == first.digest)
    _ = try remove(0, of: tool)
    let second = try site.report()
    #expect(second.seq == 2 && !second.isRepeat)
    let known = try #require(try site.open().journal.read { try $0.report(1) })
    #expect(known.digest == first.digest)
  }

  @Test func `R23: a report is frozen before the medium is touched`() throws {
    let name = BundleName.back(
      try #require(SiteID("fjord-3")),
      epochPrefix: MiniCentre.id("epoch").text.prefix(8).description,
      seq: 1)
    let stick = site.temporary["stick"]
    try DurableFile.makeFolder(stick)
    try DurableFile.write([7], to: stick.appending(name.text))
    #expect(
      code { _ = try Reporter(site.open(), clock: site.clock, voice: .silent).run(to: stick) }
        == "WB6484")
    // What lay there is not ours to take away, and the report waits under its number.
    #expect(try FileQuery.contents(of: stick.appending(name.text), cap: 10) == [7])
    #expect(try site.open().journal.read { try $0.newestReport()?.seq } == 1)
    #expect(try SiteStatus(of: site.open(), clock: site.clock).isReturnDue)
    let written = try site.report()
    #expect(written.seq == 1 && written.isRepeat)
    #expect(try !SiteStatus(of: site.open(), clock: site.clock).isReturnDue)
  }

  @Test func `R15: without a medium nothing is frozen`() throws {
    #expect(
      code {
        _ = try Reporter(site.open(), clock: site.clock, voice: .silent)
          .run(to: site.temporary["nowhere"])
      } == "WB2083")
    #expect(try site.open().journal.read { try $0.newestReport()?.seq } == 0)
  }

  @Test
  mutating func
    `R01, R14: base is the newest acknowledgement, and the chain names what lies between`()
    throws
  {
    let zero = try #require(try site.open().journal.read { try $0.report(0) })
    let first = try site.report()
    #expect(try predicate().base == zero.point)
    #expect(try predicate().chain == [])
    _ = try remove(0, of: tool)
    let second = try site.report()
    #expect(try predicate().base == zero.point)
    #expect(try predicate().chain == [first.digest])
    #expect(try predicate().previous == first.digest)
    centre.acknowledgement = acknowledgement(of: 1, first.digest)
    let folder = try centre.export(2, to: site.temporary["second"])
    try site.run(from: folder)
    _ = try site.report()
    #expect(try predicate().seq == 3)
    #expect(try predicate().base == ReportPoint(seq: 1, digest: first.digest))
    #expect(try predicate().chain == [second.digest])
  }

  @Test func `a report promises whole manifests, and single files of those that are not`() throws {
    _ = try site.report()
    #expect(try state().heldManifests == [tool.digest])
    #expect(try state().heldFiles == [])
    #expect(try state().needed == [])
    let lost = try remove(0, of: tool)
    _ = try site.report()
    #expect(try state().heldManifests == [])
    #expect(try state().heldFiles == [1, 2].map { Digest.sha256(tool.files[$0].bytes) }.sorted())
    #expect(try state().needed == [lost])
    #expect(try site.events().contains { $0.event == "promise.broken" })
    // It stays needed as long as it is wanted and not here, and is told once as an event.
    _ = try site.resume()
    _ = try site.report()
    #expect(try state().needed == [lost])
    #expect(try site.events().filter { $0.event == "promise.broken" }.count == 1)
  }

  @Test mutating func `A26: files of a superseded version stay, and stay promised`() throws {
    _ = try site.report()
    let newer = try MiniCentre.content("tool", counter: 3)
    try centre.want("tool-lab", newer, revision: 2)
    let folder = try centre.export(2, to: site.temporary["second"])
    try site.run(from: folder)
    _ = try site.report()
    #expect(try state().heldManifests == [tool.digest, newer.digest].sorted())
    for file in tool.files where !file.bytes.isEmpty {
      #expect(try site.open().holds(.sha256(file.bytes), length: Int64(file.bytes.count)))
    }
    // What no intent waits for is not held for all that: the promise is broken until a report says so.
    let lost = try remove(0, of: tool)
    let run = try site.resume()
    #expect(run.plan.items.map(\.action) == [.none])
    #expect(run.outcome.exit == .waiting)
    #expect(run.outcome.refusal?.code == "WB0385")
    #expect(try SiteStatus(of: site.open(), clock: site.clock).isReturnDue)
    _ = try site.report()
    #expect(try state().needed == [lost])
    #expect(try state().heldManifests == [newer.digest])
    #expect(try site.resume().outcome.exit == .done)
    _ = try site.report()
    #expect(try state().needed == [])
  }

  @Test func `A01: a point that cannot be asked breaks no promise`() throws {
    _ = try site.report()
    let open = try site.open()
    let away = OpenedSite(
      folder: open.folder, journal: open.journal, profile: open.profile,
      point: .failure(TestReason.refusal(DistributionReason.unavailable, "library")))
    let before = try state()
    _ = try Reporter(away, clock: site.clock, voice: .silent).run(to: site.medium)
    #expect(try state().heldManifests == before.heldManifests)
    #expect(try state().needed == [])
    let run = try Resumer(away, clock: site.clock, voice: .silent).run()
    #expect(run.plan.items.map(\.action) == [.none])
    #expect(try site.open().journal.read { try $0.needed() } == [])
  }

  @Test(arguments: [
    (SitePolicy.Egress.full, ["devices.ndjson", "events.ndjson"]),
    (.countsOnly, ["counts.ndjson", "events.ndjson"]), (.receiptOnly, ["events.ndjson"]),
  ])
  mutating func `R17: only the evidence that policy lets out is written`(
    egress: SitePolicy.Egress, names: [String]
  ) throws {
    centre.policy = MiniCentre.openPolicy(egress: egress)
    try site.run(from: try centre.export(2, to: site.temporary["second"]))
    _ = try site.report()
    #expect(try state().evidence.map(\.name) == names)
  }

  @Test func `R16: a return is signed over the journal, whatever lies on the medium`() throws {
    let name = "fjord-3.out.000001"
    try DurableFile.write([0], to: site.medium.appending(name).appending("papers.tar"))
    _ = try site.report()
    #expect(try predicate().number == 1)
    #expect(try state().intents.map(\.state) == [.applied])
    #expect(try state().sightings == [])
  }

  @Test func `an attack that was met is in the next report, once`() throws {
    var other = try MiniCentre(site: "oslo-2")
    other.policy = nil
    let foreign = try other.export(9, to: site.temporary["foreign"])
    #expect(try site.run(from: foreign).exit == .wrongSite)
    let first = try site.report()
    #expect(try state().sightings.map(\.code) == ["WB1280"])
    #expect(first.seq == 1)
  }

  private func acknowledgement(of seq: Int64, _ digest: Digest) -> Acknowledgement {
    Acknowledgement(
      site: centre.forge.site, epoch: MiniCentre.id("epoch"),
      report: ReportPoint(seq: seq, digest: digest),
      auditHead: AuditHead(seq: 1, digest: .sha256([1])), siteHead: .origin)
  }
}
