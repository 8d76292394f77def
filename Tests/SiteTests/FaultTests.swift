// SPDX-License-Identifier: Apache-2.0
import GRDB
import Intents
import SystemPackage
import TestKit
import Testing

import Bundles
import Distribution
import Site
import Trust

/// A distribution point that does something else at one step.
struct BentPoint: DistributionPoint {
  let inner: any DistributionPoint
  var beforeContent: () throws(Refusal) -> Void = {}
  var program: Effect<String>?

  func describe() throws(Refusal) -> PointDescription { try inner.describe() }

  func ensureContent(
    _ request: ContentRequest, key: EffectKey
  ) throws(Refusal) -> Effect<ContentReceipt> {
    try beforeContent()
    return try inner.ensureContent(request, key: key)
  }

  func ensureProgram(_ request: ProgramRequest, key: EffectKey) throws(Refusal) -> Effect<String> {
    if let program { return program }
    return try inner.ensureProgram(request, key: key)
  }

  func ensureCollection(
    _ request: CollectionRequest, key: EffectKey
  ) throws(Refusal) -> Effect<String> { try inner.ensureCollection(request, key: key) }

  func ensureDeployment(
    _ request: DeploymentRequest, key: EffectKey
  ) throws(Refusal) -> Effect<String> { try inner.ensureDeployment(request, key: key) }

  func remove(_ removal: Removal, key: EffectKey) throws(Refusal) -> Effect<String> {
    try inner.remove(removal, key: key)
  }

  func status(of key: EffectKey, asOf: Instant) throws(Refusal) -> [ComplianceRecord] {
    try inner.status(of: key, asOf: asOf)
  }

  func recheck(_ progress: @escaping PhaseProgress) throws(Refusal) -> PointRecheck {
    try inner.recheck(progress)
  }

  func holds(_ digest: Digest, length: Int64?) -> Bool { inner.holds(digest, length: length) }

  func open(held digest: Digest) throws(Refusal) -> FileDescriptor? {
    try inner.open(held: digest)
  }
}

/// What goes wrong beside the bundle: at the point, in the state folder, on this machine.
struct FaultTests {
  var centre: MiniCentre
  let site: MiniSite

  init() throws {
    centre = try MiniCentre()
    try centre.want("tool-lab", try MiniCentre.content("tool", counter: 1))
    site = try MiniSite(centre)
  }

  /// Changes the journal behind its back.
  private func edit(_ sql: String) throws {
    try DatabaseQueue(path: site.folder.journal.string).write { try $0.execute(sql: sql) }
  }

  @Test mutating func `A12: what the point has not finished is pending, and done by the next run`()
    throws
  {
    _ = try centre.export(1, to: site.medium)
    site.wrap = { BentPoint(inner: $0, program: .pending("the point works on it")) }
    let outcome = try site.run()
    #expect(outcome.exit == .waiting)
    #expect(outcome.refusal?.code == "WB0384")
    #expect(outcome.refusal?.seen == "the point works on it")
    site.wrap = nil
    #expect(try site.resume().outcome.exit == .done)
  }

  @Test mutating func `A10: a manifest that changes before it is handed over is refused`() throws {
    let second = try MiniCentre.content("utility", counter: 1)
    try centre.want("utility-lab", second)
    _ = try centre.export(1, to: site.medium)
    let kept = site.folder.manifests.appending("\(second.digest).json")
    site.wrap = { point in
      BentPoint(
        inner: point, beforeContent: { () throws(Refusal) in try DurableFile.write([1], to: kept) })
    }
    let outcome = try site.run()
    #expect(
      outcome.applied?.done.map(\.text) == ["tool-lab"], "\(String(describing: outcome.refusal))")
    #expect(outcome.applied?.open.map(\.refusal.code) == ["WB1081"])
    #expect(try site.results().map(\.state) == [.applied, .refused])
    #expect(outcome.applied?.released.files == 0, "what the other one waits for is kept")
  }

  @Test mutating func `S17: a trusted state that begins with another root is refused`() throws {
    _ = try centre.export(1, to: site.medium)
    try edit(
      "UPDATE configuration SET value = '\(Digest.sha256([1]))' WHERE key = 'root_fingerprint'")
    #expect(code { try site.run() } == "WB1181")
    #expect(try site.point().contents == [])
  }

  @Test func `F06: content that no file system here has room for is refused beforehand`() throws {
    let check = SpaceCheck(site: try site.open())
    #expect(code { try check.check(store: 1, point: [1]) } == "no refusal")
    #expect(code { try check.check(store: 1 << 60, point: []) } == "WB2180")
    #expect(code { try check.check(store: 0, point: [1 << 60]) } == "WB2180")
    #expect(code { try check.check(store: .max, point: [.max, .max]) } == "WB2180")
  }

  @Test func `F10: a journal that another program holds is busy, and fine afterwards`() throws {
    let other = try DatabaseQueue(path: site.folder.journal.string)
    let journal = try Journal(opening: site.folder.journal, patience: 0.01)
    try other.inTransaction(.exclusive) { database in
      try database.execute(sql: "DELETE FROM needed")
      #expect(code { try journal.write { try $0.setValue("1", of: "n") } } == "WB0381")
      return .rollback
    }
    #expect(code { try journal.write { try $0.setValue("1", of: "n") } } == "no refusal")
  }

  @Test func `what SQLite refuses is told in its own words`() throws {
    try edit("DROP TABLE needed")
    let answer = code { try site.open().journal.write { try $0.setNeeded([], at: monday) } }
    #expect(answer == "WB7080")
  }
}
