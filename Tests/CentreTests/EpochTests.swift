// SPDX-License-Identifier: Apache-2.0
import Bundles
import Centre
import Intents
import SystemPackage
import TestKit
import Testing
import Trust

/// New lives and new keys of a site, as the centre books them.
@Suite struct EpochTests {
  private static let second = "ffeeddccbbaa99887766554433221100"
  private let now = ForgedSite.now

  private func officer(_ name: String, in site: ForgedSite) throws -> SecretKey {
    let key = try PapersForge.key(name)
    try site.centre.ledger.add(
      officer: Approver(name: try #require(PersonName(name)), key: key.publicKey), at: now)
    return key
  }

  private func code(_ body: () throws -> Void) -> String? {
    do {
      try body()
      return nil
    } catch {
      return (error as? Refusal)?.code
    }
  }

  /// Approves what waits for the site.
  private func approve(_ site: ForgedSite, by key: SecretKey) throws -> OfficerDesk.Standing {
    let desk = OfficerDesk(of: site.centre, at: now)
    let question = try #require(try desk.waiting(for: site.centre.ledger.site(site.id)))
    #expect(question.subject.role == .enrolment)
    return try desk.sign(question, by: key, days: 7).standing
  }

  @Test func `R06: a restored site's report is held until an officer accepts it, and booked then`()
    throws
  {
    var site = try ForgedSite()
    let before = site.epoch
    #expect(try site.hand(site.report()).standing == .booked)
    try site.begin(Self.second, key: "restored", restoredFrom: before)
    let medium = try site.write(site.report())
    let held = try site.ingest(medium)
    #expect(held.standing == .held)
    #expect(held.refusal?.code == "WB1564")
    #expect(held.refusal?.exit == .approvalMissing)
    #expect(try site.centre.ledger.site(site.id).epoch == before)
    _ = try approve(site, by: officer("Anna", in: site))
    #expect(try site.centre.ledger.site(site.id).epoch == site.epoch)
    #expect(try site.ingest(medium).standing == .booked)
    #expect(try site.ingest(medium).standing == .known)
    #expect(try site.findings().allSatisfy { $0.centreRefusal == nil })
  }

  @Test func `R06: the enrolled key in a new life says which it was restored from, or is a fork`()
    throws
  {
    var site = try ForgedSite()
    let before = site.epoch
    site.epoch = try #require(RandomID(Self.second))
    #expect(try site.hand(site.report()).refusal?.code == "WB4162")
    site.restoredFrom = before
    var again = site.report()
    again.seq = 1
    #expect(try site.hand(again).refusal?.code == "WB1564")
    #expect(try site.booked() == nil)
  }

  @Test func `R08: a key that waits for officers books nothing`() throws {
    var site = try ForgedSite()
    try site.begin(Self.second, key: "fresh")
    let result = try site.hand(site.report())
    #expect(result.standing == .quarantined)
    #expect(result.refusal?.code == "WB1167")
    #expect(result.refusal?.exit == .untrusted)
  }

  @Test func `R08, C22: a revoked key books nothing, and nothing is exported to it`() throws {
    var site = try ForgedSite()
    #expect(try site.hand(site.report()).standing == .booked)
    let record = try site.centre.ledger.site(site.id)
    let done = try site.centre.ledger.revoke(record, for: "stolen", at: now)
    #expect(try site.centre.ledger.revoke(record, for: "again", at: now).reason == done.reason)
    let result = try site.hand(site.report())
    #expect(result.standing == .quarantined)
    #expect(result.refusal?.code == "WB1166")
    #expect(result.refusal?.seen.contains("stolen") == true)
    let exporter = try Exporter(
      from: site.centre, keys: site.keys, to: site.scratch.folder("medium"), volumeSize: 1 << 20,
      at: now, progress: { _, _, _ in })
    let plan = try ExportPlan(for: record, isFull: false, in: site.centre)
    #expect(refusal { () throws(Refusal) in _ = try exporter.export(plan) }?.code == "WB1166")
    // The same key in a new life does not come back.
    #expect(code { try site.begin(Self.second, key: "site") } == "WB1166")
    try site.edit("DELETE FROM revocations")
    #expect(try site.findings().contains { $0.centreRefusal?.code == "WB1067" })
  }

  @Test func `S20, P17: a lost host's new life begins once officers agree, and holds nothing`()
    throws
  {
    var site = try ForgedSite()
    var first = site.report()
    first.heldManifests = [.sha256([1])]
    #expect(try site.hand(first).standing == .booked)
    let old = site
    try site.begin(Self.second, key: "fresh")
    #expect(code { try site.begin(Self.second, key: "fresh") } == "WB6464")
    let anna = try officer("Anna", in: site)
    #expect(try approve(site, by: anna).isGranted)
    let record = try site.centre.ledger.site(site.id)
    let plan = try ExportPlan(for: record, isFull: false, in: site.centre)
    #expect(plan.acknowledged == ReportPoint(seq: 0, digest: record.enrolment))
    #expect(record.enrolment == site.reports[0]?.digest)
    #expect(try site.booked() == nil)
    // The old life writes nothing that counts any more.
    var late = old
    let result = try late.hand(late.report())
    #expect(result.standing == .quarantined)
    #expect(result.refusal?.code == "WB4162")
    #expect(try site.hand(site.report()).standing == .booked)
    #expect(try site.findings().allSatisfy { $0.centreRefusal == nil })
  }

  @Test func `R19: a renewed key is named by both and signs alone once it is acknowledged`() throws
  {
    var site = try ForgedSite()
    let (old, new) = (try PapersForge.key("site"), try PapersForge.key("renewed"))
    #expect(try site.hand(site.report()).standing == .booked)
    site.nextKey = new.publicKey.json
    site.signers = [old]
    #expect(try site.hand(site.report()).refusal?.code == "WB1168")
    site.signers = [new]
    var alone = site.report()
    alone.seq = 2
    #expect(try site.hand(alone).refusal?.code == "WB1161")
    site.signers = [old, new]
    var both = site.report(base: 1)
    both.seq = 2
    #expect(try site.hand(both).standing == .booked)
    site.signers = [new]
    site.nextKey = nil
    #expect(try site.hand(site.report(base: 2)).refusal?.code == "WB1168")
    try export(site)
    var third = site.report(base: 2)
    third.seq = 3
    #expect(try site.hand(third).standing == .booked)
    site.signers = [old]
    #expect(try site.hand(site.report(base: 3)).refusal?.code == "WB1168")
    #expect(try site.findings().allSatisfy { $0.centreRefusal == nil })
  }

  private func export(_ site: ForgedSite) throws {
    let record = try site.centre.ledger.site(site.id)
    let exporter = try Exporter(
      from: site.centre, keys: site.keys, to: site.scratch.folder("out"), volumeSize: 1 << 20,
      at: now, progress: { _, _, _ in })
    _ = try exporter.export(try ExportPlan(for: record, isFull: false, in: site.centre))
    #expect(try site.centre.ledger.site(site.id).keyID != record.keyID)
  }
}

extension ForgedSite {
  /// What an audit finds: the centre's own log, then those of the site.
  func findings() throws -> [AuditFinding] {
    let audit = CentreAudit(of: centre)
    return [try audit.own()] + (try audit.logs(of: try centre.ledger.site(id)))
  }
}
