// SPDX-License-Identifier: Apache-2.0
import Bundles
import Intents
import SystemPackage
import Trust

/// The targets that go into the orders of a bundle, and where their bytes come from.
struct OrdersSources {
  /// One target; a manifest lies in the depot, the others are small.
  struct Target {
    let name: String
    let digest: Digest
    /// nil for a manifest.
    let bytes: [UInt8]?
  }

  let site: SiteID
  /// All but the index.
  let targets: [Target]
  /// Where the index is written: a private file, made anew with the volumes.
  let index: FilePath
  private let depot: Depot

  /// What `plan` sends; the salt of the intents is fresh.
  init(_ plan: ExportPlan, number: Int64, in profile: CentreProfile) throws(Refusal) {
    let site = plan.site.id
    let intents = IntentsDocument(site: site, salt: RandomID.generate(), intents: plan.intents)
    let ack = Acknowledgement(
      site: site, epoch: plan.site.epoch, report: plan.acknowledged,
      auditHead: try profile.ledger.read { try LedgerAudit.head(in: $0) },
      siteHead: try profile.ledger.eventHead(of: plan.site))
    let enrolment = EnrolmentRecord(
      site: site, epoch: plan.site.epoch, key: plan.signingKey, recipient: plan.site.recipient,
      rootFingerprint: plan.site.rootFingerprint)
    var targets = [
      ("sites/\(site)/intents.json", intents.encoded), ("sites/\(site)/ack.json", ack.encoded),
      ("sites/\(site)/enrolment.json", enrolment.encoded),
    ].map { Target(name: $0.0, digest: Digest.sha256($0.1), bytes: $0.1) }
    if let bytes = plan.policyBytes {
      targets.append(
        Target(name: "policy/\(site).json", digest: Digest.sha256(bytes), bytes: bytes))
    }
    for share in plan.shares {
      targets.append(
        Target(
          name: "content/\(share.content.id).json", digest: share.content.manifest, bytes: nil))
    }
    try self.init(targets, site: site, number: number, in: profile)
  }

  /// What the ledger froze.
  init(
    _ targets: [Target], site: SiteID, number: Int64, in profile: CentreProfile
  ) throws(Refusal) {
    self.site = site
    self.targets = targets
    depot = Depot(of: profile)
    try DurableFile.makeFolder(profile.workFolder)
    index = profile.workFolder.appending("\(site).\(number).index.json")
  }

  /// Bytes of all but the index.
  var length: Int64 {
    targets.reduce(0) { sum, target in
      let stored = FileQuery.status(depot.path(ofManifest: target.digest))?.length ?? 0
      return sum + (target.bytes.map { Int64($0.count) } ?? stored)
    }
  }

  /// The entries of orders.tar; to be called once the index is written.
  func entries() throws(Refusal) -> [OrdersEntry] {
    var entries: [OrdersEntry] = []
    for target in targets {
      let name = TargetEntry(name: target.name, length: 0, digest: target.digest).storedName
      if let bytes = target.bytes {
        entries.append(OrdersEntry(name: name, source: MemorySource(bytes, name: target.name)))
      } else {
        entries.append(
          OrdersEntry(
            name: name, source: try FileSource(depot.path(ofManifest: target.digest))))
      }
    }
    entries.append(
      OrdersEntry(name: try indexTarget().storedName, source: try FileSource(index)))
    return entries
  }

  /// What the site role vouches for, without the waybill.
  func siteTargets() throws(Refusal) -> [TargetEntry] {
    let own = targets.filter { $0.name.hasPrefix("sites/") }.compactMap { target in
      target.bytes.map { TargetEntry(name: target.name, of: $0) }
    }
    return own + [try indexTarget()]
  }

  private func indexTarget() throws(Refusal) -> TargetEntry {
    let source = try FileSource(index)
    let stream = SourceStream(source)
    var hash = SHA256Stream()
    while let bytes = try stream.next() { hash.update(bytes) }
    return TargetEntry(
      name: "sites/\(site)/index.json", length: source.length, digest: hash.finalize())
  }
}
