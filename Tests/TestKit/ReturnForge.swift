// SPDX-License-Identifier: Apache-2.0
package import Bundles
package import Intents
package import Trust

/// Makes returns, sound or odd, in memory: an honest site of whom every step can be bent. FORMAT.md, 12.
package struct ReturnForge {
  package struct Bends {
    package var statement: BundleForge.Bend<JSONValue> = { _ in }
    /// The signed envelope.
    package var envelope: BundleForge.Bend<[UInt8]> = { _ in }

    package init() {}
  }

  package var site: SiteID
  package var epoch: RandomID
  package var seq: Int64 = 1
  /// The enrolment, which is report 0.
  package var base: ReportPoint
  package var asOf: Instant
  /// The newest N that was applied.
  package var number: Int64 = 1
  package var results: [IntentResult] = []
  package var heldManifests: [Digest] = []
  /// Of the last event in `evidence`; of none as long as there is none.
  package var auditHead = AuditEvent.origin
  /// Of the centre's log, as the newest ack that was taken names it.
  package var centreHead = AuditHead.origin
  /// Evidence files by name.
  package var evidence: [String: [UInt8]] = [:]
  package var isRehearsal = true
  package var payloadType = Envelope.statementType
  package var bends = Bends()
  private let key: SecretKey

  package init(
    site: SiteID, epoch: RandomID, enrolment: Digest, key: SecretKey, asOf: Instant
  ) {
    self.site = site
    self.epoch = epoch
    base = ReportPoint(seq: 0, digest: enrolment)
    self.key = key
    self.asOf = asOf
  }

  package var name: BundleName {
    .back(site, epochPrefix: String(epoch.text.prefix(8)), seq: seq)
  }

  /// What the agent of the first release called itself; readers show it and no more.
  package static let agent = "waybill-site 0.1.0"

  /// The files of the bundle's folder, by name.
  package func files() throws -> [String: [UInt8]] {
    let documents = evidence.sorted { $0.key < $1.key }
    let (volumes, index) = try ForgedPieces.volumes(
      ForgedFrame.frames(of: documents.map(\.value)), of: .max)
    let state = StateDocument(
      site: site, epoch: epoch, seq: seq, asOf: asOf, intents: results,
      heldManifests: heldManifests, heldFiles: [], needed: [], sightings: [],
      evidence: documents.map {
        .init(name: $0.key, length: Int64($0.value.count), digest: .sha256($0.value))
      }
    ).encoded
    let orders = try ForgedPieces.archive(
      "orders.tar", [("index.json", try ForgedPieces.index(index)), ("state.json", state)]
    ).bytes
    var files = [BundleFiles.orders: orders]
    var listed = [ForgedPieces.listed(BundleFiles.orders, orders)]
    for (index, volume) in volumes.enumerated() {
      let name = Waybill.fileName(at: index + 1, isSealed: false)
      files[name] = volume
      listed.append(ForgedPieces.listed(name, volume))
    }
    let waybill = Waybill(
      siteID: site, kind: .back(epoch: epoch, seq: seq), blockSize: ForgedPieces.blockSize,
      files: listed
    ).encoded
    let papers = try PapersWriter.bytes(entries: [
      (name: "report.dsse.json", bytes: try report(waybill, state)),
      (name: "waybill.json", bytes: waybill),
    ])
    files[BundleFiles.papers] = papers
    files[BundleFiles.papersCopy] = papers
    files["START-HERE.html"] = ForgedPieces.page
    files[SumsFile.name] = ForgedPieces.sums(files)
    return files
  }

  private func report(_ waybill: [UInt8], _ state: [UInt8]) throws -> [UInt8] {
    let predicate = ReportPredicate(
      site: site, epoch: epoch, seq: seq, previous: base.digest, base: base, chain: [],
      trust: .init(root: 1, targets: 1, content: 1, policy: 1), number: number, asOf: asOf,
      auditHead: auditHead, centreHead: centreHead, agent: ReturnForge.agent,
      isRehearsal: isRehearsal)
    let subjects =
      [("waybill.json", waybill), ("state.json", state)]
      + evidence.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    let statement = Statement(
      subjects: subjects.map { .init(name: $0.0, digest: .sha256($0.1)) },
      predicateType: ReportPredicate.type, predicate: predicate.json)
    var tree = try JSONValue(parsing: statement.encoded, named: "statement")
    try bends.statement(&tree)
    var envelope = Envelope.sign(payload: tree.encoded, type: payloadType, by: [key]).encoded
    try bends.envelope(&envelope)
    return envelope
  }

  /// The enrolment file of a site, report 0.
  package static func enrolment(
    site: SiteID, epoch: RandomID, root: Digest, key: SecretKey, recipient: AgeRecipient,
    asOf: Instant, isRehearsal: Bool = true
  ) -> Envelope {
    let predicate = EnrolmentPredicate(
      site: site, epoch: epoch, key: key.publicKey.json, recipient: recipient,
      rootFingerprint: root, points: [.init(id: "library", kind: "library")], agent: agent,
      asOf: asOf,
      isRehearsal: isRehearsal)
    let statement = Statement(
      subjects: [.init(name: "root.json", digest: root)], predicateType: EnrolmentPredicate.type,
      predicate: predicate.json)
    return Envelope.sign(payload: statement.encoded, by: [key])
  }
}
