// SPDX-License-Identifier: Apache-2.0
import Intents
import SystemPackage
import TestKit
import Testing

import Bundles
import Distribution
import Site
import Trust

struct ImporterTests {
  var centre: MiniCentre
  let site: MiniSite
  let tool: MiniCentre.Content

  init() throws {
    centre = try MiniCentre()
    tool = try MiniCentre.content("tool", counter: 2)
    try centre.want("tool-lab", tool)
    site = try MiniSite(centre)
  }

  @Test mutating func `a bundle is verified, staged and applied`() throws {
    _ = try centre.export(1, to: site.medium)
    let outcome = try site.run()
    #expect(outcome.exit == .done, "\(String(describing: outcome.refusal))")
    #expect(outcome.bundles.map(\.state) == [.taken])
    #expect(outcome.notes == [])
    #expect(try site.results().map(\.state) == [.applied])
    let point = try site.point()
    #expect(point.contents.map(\.manifest) == [tool.digest])
    #expect(point.deployments.count == 1)
    #expect(try LibraryVerifier(root: site.library).verify().agrees)
  }

  @Test mutating func `A28: what the point holds lies in the store no second time`() throws {
    _ = try centre.export(1, to: site.medium)
    let outcome = try site.run()
    #expect(outcome.applied?.released.files == 3)
    #expect(try site.open().store.usage().files == 0)
  }

  @Test mutating func `R13: an import ends with return due`() throws {
    _ = try centre.export(1, to: site.medium)
    try site.run()
    #expect(try SiteStatus(of: site.open(), clock: site.clock).isReturnDue)
  }

  @Test mutating func `S01: the same bundle again changes nothing`() throws {
    _ = try centre.export(1, to: site.medium)
    try site.run()
    let before = try site.picture()
    let events = try site.events().count
    let again = try site.run()
    #expect(again.exit == .done)
    #expect(again.bundles.map(\.state) == [.repeated])
    #expect(again.notes == ["already applied on \(site.clock), nothing to do"])
    #expect(try site.picture() == before)
    #expect(try site.events().dropFirst(events).map(\.event) == ["import.repeated"])
  }

  @Test mutating func `S01: the same bundle again is no fault after it expired`() throws {
    _ = try centre.export(1, to: site.medium)
    try site.run()
    site.clock = site.clock.adding(days: 100)
    #expect(try site.run().exit == .done)
    #expect(try site.events().last?.event == "import.repeated")
    #expect(try site.sightings() == [])
  }

  @Test mutating func `S07: an expired bundle is refused`() throws {
    _ = try centre.export(1, to: site.medium)
    site.clock = site.clock.adding(days: 100)
    #expect(try site.run().exit == .expired)
    #expect(try site.point().contents == [])
  }

  @Test mutating func `S02: an older bundle after a newer one is refused by name`() throws {
    let old = try centre.export(1, to: site.temporary["old"])
    _ = try centre.export(2, to: site.medium)
    try site.run()
    let before = try site.picture()
    let outcome = try site.run(from: old)
    #expect(outcome.exit == .replayed)
    #expect(outcome.refusal?.code == "WB1380")
    #expect(outcome.refusal?.expected.contains("superseded by 2, applied") == true)
    #expect(try site.picture() == before)
    #expect(try site.events().last?.event == "import.refused")
  }

  @Test mutating func `S03: of two bundles on one medium the higher is applied`() throws {
    _ = try centre.export(1, to: site.medium)
    _ = try centre.export(2, to: site.medium)
    let outcome = try site.run()
    #expect(outcome.exit == .done, "\(String(describing: outcome.refusal))")
    #expect(outcome.bundles.map(\.state) == [.taken, .superseded])
    #expect(try SiteStatus(of: site.open(), clock: site.clock).bundle?.number == 2)
  }

  @Test mutating func `S03: when the higher one is not finished, the finished one is applied`()
    throws
  {
    _ = try centre.export(1, to: site.medium)
    try centre.want("tool-lab", tool, revision: 2)
    let newer = try centre.export(2, to: site.medium)
    try DurableFile.unlinkIfPresent(newer.appending("orders.tar"))
    let outcome = try site.run()
    #expect(try SiteStatus(of: site.open(), clock: site.clock).bundle?.number == 1)
    #expect(outcome.exit == .incomplete)
  }

  @Test mutating func `S04: numbers that never came do not matter`() throws {
    _ = try centre.export(118, to: site.medium)
    #expect(try site.run().exit == .done)
    #expect(try !site.events().contains { $0.event == "bundles.missed" })
  }

  @Test mutating func `S04: the numbers that never came are told, here and in the report`() throws {
    try site.run(from: try centre.export(1, to: site.medium))
    try site.run(from: try centre.export(2, to: site.temporary["second"]))
    let outcome = try site.run(from: try centre.export(6, to: site.temporary["third"]))
    #expect(outcome.exit == .done)
    #expect(outcome.notes.contains("never came: 3 to 5; this one brings all of it"))
    let missed = try site.events().filter { $0.event == "bundles.missed" }
    #expect(missed.map(\.facts) == [["from": "3", "through": "5"]])
  }

  @Test func `M01: another site's bundle is given back and nothing of it is kept`() throws {
    var other = try MiniCentre(site: "oslo-2")
    other.policy = nil
    _ = try other.export(1, to: site.medium)
    let outcome = try site.run()
    #expect(outcome.exit == .wrongSite)
    #expect(outcome.refusal?.code == "WB1280")
    #expect(outcome.refusal?.seen == "this is for oslo-2")
    #expect(try site.sightings() == ["WB1280"])
    #expect(try site.events().last?.event == "import.foreign")
    #expect(try site.open().store.usage().files == 0)
  }

  @Test mutating func `M02: each site takes its own from a shared medium`() throws {
    var other = try MiniCentre(site: "oslo-2")
    other.policy = nil
    _ = try other.export(7, to: site.medium)
    _ = try centre.export(1, to: site.medium)
    let outcome = try site.run()
    #expect(outcome.exit == .done)
    #expect(Set(outcome.bundles.map(\.state)) == [.taken, .foreign])
    #expect(outcome.notes == [])
  }

  @Test mutating func `M05: missing volumes are named before anything is read`() throws {
    let folder = try centre.export(1, to: site.medium, volumeSize: 64 << 10)
    try DurableFile.unlinkIfPresent(folder.appending("volume-002.tar"))
    let outcome = try site.run()
    #expect(outcome.refusal?.code == "WB2082")
    #expect(outcome.refusal?.seen.contains("missing: volume-002.tar") == true)
    #expect(try site.point().contents == [])
  }

  @Test mutating func `M05: missing orders are said first`() throws {
    let folder = try centre.export(1, to: site.medium)
    try DurableFile.unlinkIfPresent(folder.appending("orders.tar"))
    #expect(try site.run().refusal?.code == "WB2081")
  }

  @Test mutating func `M09: a damaged block is named and no parser sees it`() throws {
    let folder = try centre.export(1, to: site.medium)
    try flip(folder.appending("volume-001.tar"), at: 70_000)
    let outcome = try site.run()
    #expect(outcome.refusal?.code == "WB1035")
    #expect(outcome.refusal?.subject == "volume-001.tar, block 1, byte 65536")
    #expect(try site.point().contents == [])
    #expect(try site.results() == [])
  }

  @Test mutating func `M09: content of which nothing is wanted is verified all the same`() throws {
    _ = try centre.export(1, to: site.medium)
    try site.run()
    centre.intents = [try MiniCentre.intent("tool-lab", tool, revision: 2)]
    let folder = try centre.export(2, to: site.temporary["second"])
    try flip(folder.appending("volume-001.tar"), at: 70_000)
    #expect(try site.run(from: folder).refusal?.code == "WB1035")
  }

  @Test mutating func `M13: a folder without papers is not used`() throws {
    let folder = try centre.export(1, to: site.medium)
    for name in ["papers.tar", "papers-copy.tar"] {
      try DurableFile.unlinkIfPresent(folder.appending(name))
    }
    #expect(code { try site.run() } == "WB2080")
  }

  @Test(arguments: ["papers.tar", "papers-copy.tar"])
  mutating func `M39: one copy of the papers is enough`(name: String) throws {
    let folder = try centre.export(1, to: site.medium)
    try DurableFile.unlinkIfPresent(folder.appending(name))
    let outcome = try site.run()
    #expect(outcome.exit == .done)
    #expect(outcome.notes.contains { $0.hasPrefix("\(name) is missing") })
  }

  @Test(arguments: ["papers.tar", "papers-copy.tar"], [600, 3000, 9000])
  mutating func `M41: damaged papers are repaired from the other copy`(
    name: String, offset: Int
  ) throws {
    let folder = try centre.export(1, to: site.medium)
    try flip(folder.appending(name), at: offset)
    let outcome = try site.run()
    #expect(outcome.exit == .done, "\(String(describing: outcome.refusal))")
    #expect(outcome.notes.contains { $0.hasPrefix("\(name) is damaged, papers repaired") })
  }

  @Test mutating func `M15: renamed and flattened files are found by content`() throws {
    let folder = try centre.export(1, to: site.temporary["written"])
    for (number, name) in try FileQuery.names(in: folder).enumerated() {
      let bytes = try FileQuery.contents(of: folder.appending(name), cap: 1 << 24)
      try DurableFile.write(bytes, to: site.medium.appending("FILE\(number).BIN"))
    }
    let outcome = try site.run()
    #expect(outcome.exit == .done, "\(String(describing: outcome.refusal))")
    #expect(outcome.notes.contains { $0.hasPrefix("orders.tar was found as ") })
  }

  @Test(arguments: [
    "SHA256SUMS", "SHA256SUMS.minisig", "START-HERE.html",
  ])
  mutating func `M25, M26, M28: lists and pages for people are told and never used`(
    name: String
  ) throws {
    let folder = try centre.export(1, to: site.medium)
    try flip(folder.appending(name), at: 40)
    let outcome = try site.run(.planOnly)
    #expect(outcome.exit == .done)
    #expect(outcome.notes.contains { $0.contains(name) }, "\(outcome.notes)")
    try DurableFile.unlinkIfPresent(folder.appending(name))
    #expect(try site.run(.planOnly).notes.contains { $0.contains("\(name) is missing") })
  }

  @Test mutating func `M18: a stranger in or beside the folder is named`() throws {
    let folder = try centre.export(1, to: site.medium)
    try DurableFile.write([1], to: folder.appending("setup.exe"))
    try DurableFile.write([1], to: site.medium.appending("letter.txt"))
    try DurableFile.makeFolder(folder.appending("empty"))
    try DurableFile.write([1], to: site.medium.appending("desktop.ini"))
    let outcome = try site.run()
    #expect(outcome.exit == .done)
    let strangers = outcome.notes.filter { $0.hasPrefix("stranger: ") }.map {
      FilePath($0).lastComponent?.string
    }
    #expect(Set(strangers) == ["setup.exe", "letter.txt", "empty"])
  }

  @Test mutating func `M38: a medium is only read`() throws {
    let folder = try centre.export(1, to: site.medium)
    func look() throws -> [String] {
      try FileQuery.names(in: folder).map { name in
        let status = FileQuery.status(folder.appending(name))
        let bytes = try FileQuery.contents(of: folder.appending(name), cap: 1 << 24)
        return "\(name) \(Digest.sha256(bytes)) \(status?.modified ?? 0)"
      }
    }
    let before = try look()
    try site.run()
    #expect(try look() == before)
  }

  @Test mutating func `a plan changes nothing`() throws {
    _ = try centre.export(1, to: site.medium)
    let before = try site.picture()
    let outcome = try site.run(.planOnly)
    #expect(outcome.exit == .done)
    #expect(outcome.plan?.items.map(\.action) == [.install])
    #expect(try site.picture() == before)
    #expect(try site.open().store.usage().files == 0)
  }

  private func flip(_ path: FilePath, at offset: Int) throws {
    var bytes = try FileQuery.contents(of: path, cap: 1 << 24)
    bytes[offset] ^= 4
    try DurableFile.write(bytes, to: path)
  }
}
