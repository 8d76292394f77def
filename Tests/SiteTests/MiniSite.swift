// SPDX-License-Identifier: Apache-2.0
import Intents
import SystemPackage
import Testing

import Bundles
import Distribution
import Site
import Trust

/// A site in a temporary folder, with a medium beside it.
final class MiniSite {
  let temporary: SiteFolder
  let folder: StateFolder
  let medium: FilePath
  let library: FilePath
  var clock = Instant("2026-11-02T00:00:00Z") ?? monday
  /// Wraps the point that the site is given.
  var wrap: ((any DistributionPoint) -> any DistributionPoint)?

  /// - Parameter operators: how many people are enrolled, of `MiniSite.person`.
  init(
    _ centre: MiniCentre, site: String = "fjord-3", operators: Int = 0,
    restoredFrom: RandomID? = nil
  ) throws {
    temporary = try SiteFolder()
    folder = StateFolder(temporary["state"])
    medium = temporary["medium"]
    library = temporary["library"]
    try DurableFile.makeFolder(medium)
    try DurableFile.write(centre.rootBytes, to: temporary["root.json"])
    guard let id = SiteID(site) else { throw Errno.invalidArgument }
    var setup = Setup(
      site: id, rootFile: temporary["root.json"], fingerprints: [.sha256(centre.rootBytes)],
      library: library, siteCode: "WB1",
      operators: try (0..<operators).map { try MiniSite.person($0).approver })
    setup.restoredFrom = restoredFrom
    _ = try setup.createRehearsal(
      in: folder, epoch: MiniCentre.id("epoch"), key: try SecretKey(seed: Digest.sha256([5]).bytes),
      identity: .generate(), clock: clock)
  }

  func open() throws -> OpenedSite {
    let site = try OpenedSite(opening: folder, .still)
    guard let wrap else { return site }
    return OpenedSite(
      folder: folder, journal: site.journal, profile: site.profile,
      point: site.point.map { wrap($0) })
  }

  @discardableResult
  func run(
    _ mode: Importer.Mode = .apply, from place: FilePath? = nil, breakGlass: String? = nil
  ) throws -> ImportOutcome {
    try Importer(try open(), clock: clock, mode: mode, breakGlass: breakGlass, voice: .silent)
      .run(place ?? medium)
  }

  /// Somebody with a key of their own: Anna, Bo, Cleo or Dag.
  static func person(_ index: Int) throws -> (approver: Approver, key: SecretKey) {
    let key = try SecretKey(seed: Digest.sha256([100, UInt8(index)]).bytes)
    guard let name = PersonName(["Anna", "Bo", "Cleo", "Dag"][index]) else {
      throw Errno.invalidArgument
    }
    return (Approver(name: name, key: key.publicKey), key)
  }

  var desk: ApprovalDesk { get throws { ApprovalDesk(try open(), clock: clock) } }

  /// Approves what waits first, each of these people once.
  @discardableResult
  func approve(_ people: Int..., days: Int64? = nil) throws -> ApprovalDesk.Standing? {
    var standing: ApprovalDesk.Standing?
    for index in people {
      guard let question = try desk.waiting().first else { throw Errno.noSuchFileOrDirectory }
      standing = try desk.sign(question, by: MiniSite.person(index).key, days: days).standing
    }
    return standing
  }

  @discardableResult
  func resume(_ look: Resumer.Look = .presence) throws -> (plan: Plan, outcome: ApplyOutcome) {
    let run = try Resumer(try open(), clock: clock, voice: .silent).run(look)
    return (run.plan, run.outcome)
  }

  func enrol() throws -> Digest {
    try Enrolment(try open(), clock: clock).write(to: temporary["enrolment"])
  }

  func report() throws -> ReturnOutcome {
    try Reporter(try open(), clock: clock, voice: .silent).run(to: medium)
  }

  func point() throws -> PointDescription { try open().point.get().describe() }

  func results() throws -> [IntentResult] { try open().journal.read { try $0.results() } }

  /// All that an import may change: the point, the intents, the store.
  func picture() throws -> String {
    let site = try open()
    let state = try site.journal.read { journal in
      "\(try journal.results()) \(try journal.applied()) \(try journal.desired())"
    }
    let blobs = library.appending("FileLib")
    let names = FileQuery.isFolder(blobs) ? try FileQuery.names(in: blobs) : []
    return "\(try point().state) \(state) \(names)"
  }

  func events() throws -> [AuditEvent] {
    var events: [AuditEvent] = []
    try open().history { events.append($0) }
    return events
  }

  func sightings() throws -> [String] {
    try open().journal.read { try $0.sightings(after: 0).list.map(\.code) }
  }
}
