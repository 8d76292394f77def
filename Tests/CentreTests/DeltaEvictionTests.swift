// SPDX-License-Identifier: Apache-2.0
import Bundles
import Centre
import GRDB
import Intents
import SystemPackage
import TestKit
import Testing
import Trust

/// Deltas that were made for one export stay for the next, up to a bound. Frames of each effort are others, so one plan
/// exported with several makes several sets of them.
@Suite struct DeltaEvictionTests {
  /// - Parameter kept: bytes.
  private static func bounds(_ kept: Int64 = 1 << 40) -> DeltaBounds {
    var bounds = DeltaBounds()
    bounds.kept = kept
    bounds.part = 128 << 10
    return bounds
  }

  /// 6 bits a byte, as machine code; addresses differ all over in the second.
  private static let old = ForgedContent.noise("tool", 400_000).map { $0 & 0x3F }
  private static let new = {
    var bytes = old
    var index = 0
    for step in ForgedContent.noise("steps", 20_000) {
      index += 20 + Int(step & 63)
      if index >= bytes.count { break }
      bytes[index] &+= step >> 2 | 1
    }
    return bytes
  }()

  /// A site that holds version 1 and wants version 2.
  private func site() throws -> ForgedSite {
    var site = try ForgedSite()
    try site.applyPolicy()
    try site.receipt(
      of: try site.release(1, files: ["tool.exe": Self.old, "readme.txt": Array("one".utf8)]))
    try site.release(2, files: ["tool.exe": Self.new, "readme.txt": Array("two".utf8)])
    return site
  }

  @Test
  func `with a bound of a byte only what the newest bundle names is left, and all that is plain`()
    throws
  {
    let site = try site()
    try site.export(effort: .fast, bounds: Self.bounds(1))
    let first = try site.deltaFrames()
    #expect(first.count == 4)
    // Until the second bundle is signed, the first is the newest.
    try site.export(to: "second", effort: .normal, bounds: Self.bounds(1))
    #expect(try site.efforts() == ["fast", "normal"])
    try site.export(to: "third", effort: .normal, bounds: Self.bounds(1))
    #expect(try site.efforts() == ["normal"])
    #expect(try site.deltaFrames().isDisjoint(with: first))
    // Every frame that the ledger knows is there, and nothing else is.
    #expect(try site.frameFiles() == site.knownFrames())
    #expect(try site.ledger("SELECT count(*) FROM evictions") == 0)
    // A site that lost everything gets it whole.
    let plan = try ExportPlan(
      for: try site.centre.ledger.site(site.id), isFull: true, in: site.centre)
    _ = try site.exporter(to: "full").export(plan)
  }

  @Test func `what was used longest ago goes first`() throws {
    let site = try site()
    try site.export(effort: .fast, bounds: Self.bounds())
    try site.export(to: "second", effort: .normal, bounds: Self.bounds())
    try site.export(to: "third", effort: .fast, bounds: Self.bounds())
    try site.export(to: "fourth", effort: .best, bounds: Self.bounds())
    let all = try site.deltaFrames()
    let length = try #require(try site.deltaLength())
    // Used by the third export and the fourth, which may have frames in common with the second.
    let newer = try site.deltaFrames("WHERE used >= 3")
    let newerLength = try #require(try site.deltaLength("WHERE used >= 3"))
    #expect(newer.count < all.count - 1)
    // One byte too much: of the oldest one part goes, and the rest of them before any other.
    try site.export(to: "fifth", effort: .best, bounds: Self.bounds(length - 1))
    #expect(try site.deltaFrames().count == all.count - 1)
    #expect(try site.deltaFrames().isSuperset(of: newer))
    try site.export(to: "sixth", effort: .best, bounds: Self.bounds(newerLength))
    #expect(try site.deltaFrames() == newer)
    #expect(try site.frameFiles() == site.knownFrames())
  }

  @Test func `a delta whose bytes are a plain frame too leaves its file there`() throws {
    let site = try site()
    try site.export(effort: .fast)
    let twins = try site.deltaFrames()
    try site.edit(
      "INSERT INTO frames SELECT sha256, 'zstd', length, plain, window FROM delta_frames")
    try site.export(to: "second", effort: .normal, bounds: Self.bounds(1))
    try site.export(to: "third", effort: .normal, bounds: Self.bounds(1))
    #expect(try site.deltaFrames().isDisjoint(with: twins))
    #expect(try site.frameFiles().isSuperset(of: twins))
  }

  @Test
  func `the newest bundle can be written again, one before it is refused once its frames went`()
    throws
  {
    let site = try site()
    var tight = DeltaBounds()
    tight.kept = 1
    try site.export(effort: .fast)
    try site.export(to: "second", effort: .normal)
    let record = try site.centre.ledger.site(site.id)
    _ = try site.exporter(to: "first again").repeat(1, of: record)
    try site.export(to: "third", effort: .normal, bounds: tight)
    _ = try site.exporter(to: "third again").repeat(3, of: record)
    #expect(
      try Files.tree(site.scratch["third again"]) == Files.tree(site.scratch["third"]))
    // Bundle 2 has the frames of bundle 3.
    _ = try site.exporter(to: "second again").repeat(2, of: record)
    let exporter = try site.exporter(to: "late")
    let refusal = refusal { () throws(Refusal) in _ = try exporter.repeat(1, of: record) }
    #expect(refusal?.code == "WB6466")
    #expect(refusal?.subject == "bundle 1 of fjord-3")
    #expect(refusal?.seen == "frames that made room for newer ones")
    #expect(try Files.names(in: site.scratch["late"]).isEmpty)
  }

  @Test func `F01: killed between ledger and file, the next export removes what is left`() throws {
    let site = try site()
    try site.export(effort: .fast)
    let left = try site.deltaFrames()
    try site.forgetDeltas()
    try site.export(to: "second", effort: .normal)
    #expect(try site.frameFiles().isDisjoint(with: left))
    #expect(try site.frameFiles() == site.knownFrames())
    #expect(try site.ledger("SELECT count(*) FROM evictions") == 0)
  }

  @Test func `F01: what is made again before its file was removed stays`() throws {
    let site = try site()
    try site.export(effort: .fast)
    let left = try site.deltaFrames()
    try site.forgetDeltas()
    try site.export(to: "second", effort: .fast)
    #expect(try site.deltaFrames() == left)
    #expect(try site.frameFiles() == site.knownFrames())
    #expect(try site.ledger("SELECT count(*) FROM evictions") == 0)
  }

  @Test func `a delta whose file is gone is made again`() throws {
    let site = try site()
    try site.export(effort: .fast)
    for frame in try site.deltaFrames() {
      try Files.remove(site.scratch["centre/depot/frames/\(frame.prefix(2))/\(frame)"])
    }
    let result = try site.export(to: "second", effort: .fast)
    #expect(result.stored < 200_000)
    #expect(try site.frameFiles() == site.knownFrames())
  }
}

extension ForgedSite {
  fileprivate func texts(_ sql: String) throws -> [String] { try rows(sql).map { $0[0] } }

  fileprivate func deltaFrames(_ which: String = "") throws -> Set<String> {
    Set(try texts("SELECT sha256 FROM delta_frames \(which)"))
  }

  fileprivate func knownFrames() throws -> Set<String> {
    try deltaFrames().union(try texts("SELECT sha256 FROM frames"))
  }

  /// Names of all frames that are on the disk.
  fileprivate func frameFiles() throws -> Set<String> {
    Set(try Files.names(in: scratch["centre/depot/frames"]).map { String($0.suffix(64)) })
  }

  /// As if an eviction had been killed when the ledger had forgotten all deltas.
  fileprivate func forgetDeltas() throws {
    try edit("INSERT INTO evictions SELECT sha256 FROM delta_frames")
    try edit("DELETE FROM deltas")
    try edit("DELETE FROM delta_frames")
  }

  /// Stored bytes of deltas.
  fileprivate func deltaLength(_ which: String = "") throws -> Int64? {
    try ledger("SELECT sum(length) FROM delta_frames \(which)")
  }

  fileprivate func efforts() throws -> [String] {
    try texts("SELECT DISTINCT effort FROM deltas ORDER BY effort")
  }
}
