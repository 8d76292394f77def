// SPDX-License-Identifier: Apache-2.0
import Bundles
import Intents
import Site
import SystemPackage
import TestKit
import Testing
import Trust

/// New lives and new keys of a site, as its agent keeps them.
struct EpochTests {
  var centre: MiniCentre
  let site: MiniSite

  init() throws {
    centre = try MiniCentre()
    try centre.want("tool-lab", try MiniCentre.content("tool", counter: 1))
    site = try MiniSite(centre, restoredFrom: MiniCentre.id("before"))
  }

  private func record(_ epoch: String, key: PublicKey? = nil) throws -> EnrolmentRecord {
    let opened = try site.open()
    return EnrolmentRecord(
      site: centre.forge.site, epoch: MiniCentre.id(epoch),
      key: try key?.json ?? opened.publicKey().json, recipient: try opened.recipient(),
      rootFingerprint: .sha256(centre.rootBytes))
  }

  private func ack(_ seq: Int64, _ digest: Digest) throws -> Acknowledgement {
    let head = try site.open().journal.read { try $0.auditHead() }
    return Acknowledgement(
      site: centre.forge.site, epoch: MiniCentre.id("epoch"),
      report: ReportPoint(seq: seq, digest: digest), auditHead: .origin, siteHead: head)
  }

  private func predicate() throws -> (ReportPredicate, Envelope) {
    let report = try #require(try site.open().journal.read { try $0.newestReport() })
    let envelope = try Envelope(parsing: report.envelope, named: "report")
    let statement = try Statement(parsing: envelope.unverifiedPayload, named: "report")
    return (try ReportPredicate(statement.predicate), envelope)
  }

  @Test
  mutating func `S31: the life before is accepted until the centre has acknowledged the new one`()
    throws
  {
    let enrolment = try site.enrol()
    let other = try SecretKey(seed: Digest.sha256([6]).bytes).publicKey
    centre.enrolment = try record("before", key: other)
    let outcome = try site.run(from: try centre.export(1, to: site.medium))
    #expect(outcome.exit == .done)
    #expect(outcome.notes.contains { $0.contains("has not accepted this site's new life yet") })
    _ = try site.report()
    #expect(try predicate().0.restoredFrom == MiniCentre.id("before"))
    centre.enrolment = try record("epoch")
    centre.acknowledgement = try ack(0, enrolment)
    try site.run(from: try centre.export(2, to: site.temporary["second"]))
    centre.enrolment = try record("before", key: other)
    centre.acknowledgement = nil
    let late = try site.run(from: try centre.export(3, to: site.temporary["third"]))
    #expect(late.refusal?.code == "WB1282")
  }

  @Test
  mutating func `R19: both keys sign until the centre acknowledges the new one, then it alone`()
    throws
  {
    _ = try site.enrol()
    try site.run(from: try centre.export(1, to: site.medium))
    let first = try site.report()
    let old = try site.open().publicKey()
    let fresh = try SecretKey(seed: Digest.sha256([7]).bytes)
    let renewal = KeyRenewal(try site.open(), clock: site.clock)
    #expect(try renewal.run(fresh, protectedBy: nil).isRepeat == false)
    let again = try renewal.run(.generate(), protectedBy: nil)
    #expect(again.isRepeat)
    #expect(again.new == fresh.id)
    let second = try site.report()
    #expect(second.seq == 2)
    let (told, envelope) = try predicate()
    #expect(told.nextKey == fresh.publicKey.json)
    _ = try envelope.verified(by: [old, fresh.publicKey], threshold: 2)

    // What acknowledges a report before it changes nothing, and names the old key.
    centre.acknowledgement = try ack(1, first.digest)
    centre.enrolment = try record("epoch", key: fresh.publicKey)
    let early = try centre.export(2, to: site.temporary["early"])
    #expect(try site.run(from: early).refusal?.code == "WB1282")
    centre.enrolment = try record("epoch", key: old)
    try site.run(from: try centre.export(3, to: site.temporary["third"]))
    #expect(try site.open().publicKey() == old)

    centre.acknowledgement = try ack(2, second.digest)
    let stale = try centre.export(4, to: site.temporary["stale"])
    #expect(try site.run(from: stale).refusal?.code == "WB1282")
    centre.enrolment = try record("epoch", key: fresh.publicKey)
    try site.run(from: try centre.export(5, to: site.temporary["fifth"]))
    #expect(try site.open().key().id == fresh.id)
    #expect(FileQuery.status(site.folder.nextSiteKey) == nil)
    _ = try site.report()
    let (last, alone) = try predicate()
    #expect(last.nextKey == nil)
    #expect(alone.signatures.map(\.keyid) == [fresh.id.hex])
    #expect(try site.open().audit().faults.isEmpty)
  }

  @Test mutating func `R19: a crash between acknowledgement and rename leaves the key usable`()
    throws
  {
    _ = try site.enrol()
    let fresh = try SecretKey(seed: Digest.sha256([7]).bytes)
    _ = try KeyRenewal(try site.open(), clock: site.clock).run(fresh, protectedBy: nil)
    try site.run(from: try centre.export(1, to: site.medium))
    let report = try site.report()
    let kept = try FileQuery.contents(of: site.folder.nextSiteKey, cap: 1 << 16)
    let old = try FileQuery.contents(of: site.folder.siteKey, cap: 1 << 16)
    centre.acknowledgement = try ack(1, report.digest)
    try site.run(from: try centre.export(2, to: site.temporary["second"]))
    // As before the rename.
    try DurableFile.write(kept, to: site.folder.nextSiteKey)
    try DurableFile.write(old, to: site.folder.siteKey)
    #expect(try site.open().key().id == fresh.id)
    let next = try SecretKey(seed: Digest.sha256([8]).bytes)
    let outcome = try KeyRenewal(try site.open(), clock: site.clock).run(next, protectedBy: nil)
    #expect(outcome.old == fresh.id)
    #expect(try site.open().key().id == fresh.id)
  }
}
