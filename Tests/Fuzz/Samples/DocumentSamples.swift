// SPDX-License-Identifier: Apache-2.0
import Bundles
import Intents
import TestKit
import Trust

extension Samples {
  private static let name = known(Name("tool-1.2"))
  private static let collection = known(CollectionName("Air-Gapped-Site-1-Devices"))
  private static let scope: Set<Tag> = [known(Tag("site-class:air-gapped"))]

  static let manifest = ContentManifest(
    salt: random, line: random, name: "Tool", version: "1.2", counter: 3, publisherScope: scope,
    programs: [
      Program(
        name: name, commandLine: "install.cmd /quiet", account: .system,
        exitCodes: .applicationDefaults,
        detection: [
          .file(path: #"C:\Program Files\tool\tool.exe"#, version: "1.2.0.0"),
          .registry(key: #"SOFTWARE\Tool"#, value: "Version", equals: "1.2"),
          .product(code: "{00000000-0000-0000-0000-000000000000}"),
        ], isCritical: true, isPrivileged: false, maximumRuntime: 60)
    ], fileCount: 2, totalLength: 30)

  static let plainManifest = ContentManifest(
    salt: random, line: random, name: "Grün", version: "1", counter: 1, publisherScope: [],
    programs: [], fileCount: 0, totalLength: 0)

  static let contentFiles = ["install.cmd", "sub folder/tool.exe"].map {
    ContentFile(path: $0, length: 15, digest: digest, modified: now)
  }

  static func documents() throws -> [[UInt8]] {
    let key = try PapersForge.key("site-0").publicKey
    let policy = SitePolicy(
      site: site, sealing: .none, egress: .full, removals: .approved, operators: 1,
      collections: [collection], scopeCeiling: scope)
    return [
      IntentsDocument(site: site, salt: random, intents: [intent]).encoded,
      PolicyDocument.encoded(policy, for: site, salt: random),
      Acknowledgement(
        site: site, epoch: random, report: ReportPoint(seq: 6, digest: digest),
        auditHead: AuditHead(seq: 3, digest: digest), siteHead: AuditHead(seq: 2, digest: digest)
      ).encoded,
      EnrolmentRecord(
        site: site, epoch: random, key: key.json, recipient: try StockAge.identity().recipient,
        rootFingerprint: digest
      ).encoded,
      state.encoded,
    ]
  }

  private static let intent = DeploymentIntent(
    id: name, revision: 2, manifest: digest, program: name, collection: collection,
    purpose: .required, availableFrom: now, deadline: now.adding(days: 7), scope: scope,
    isRollback: false)

  private static let state = StateDocument(
    site: site, epoch: random, seq: 7, asOf: now,
    intents: [
      IntentResult(
        id: name, revision: 2, manifest: digest, state: .failed, reason: "WB3150 no space",
        packageID: "WB100001")
    ],
    heldManifests: [digest], heldFiles: [digest], needed: [digest],
    sightings: [.init(at: now, code: "WB1035", subject: "volume-001.tar")],
    evidence: [.init(name: EvidenceLine.events, length: 300, digest: digest)])

  // MARK: Evidence

  static let evidence: [[UInt8]] = {
    let first = AuditEvent(
      seq: 1, at: now, event: "import.refused", facts: ["code": "WB1035", "medium": "stick 4"],
      previous: AuditEvent.origin)
    let second = AuditEvent(
      seq: 2, at: now, event: "import.done", facts: [:], previous: first.digest)
    let records = [ComplianceRecord.State.succeeded, .failed].map { state in
      ComplianceRecord(
        device: "PC-001", intent: name, revision: 2, state: state,
        exitCode: state == .failed ? 1603 : nil, asOf: now)
    }
    return [first.encoded + second.encoded, records.flatMap { EvidenceLine.encoded($0) }]
  }()

  // MARK: Statements

  static func statements() throws -> [[UInt8]] {
    let report = ReportPredicate(
      site: site, epoch: random, seq: 8, previous: digest,
      base: ReportPoint(seq: 6, digest: digest), chain: [digest],
      trust: .init(root: 2, targets: 3, content: 4, policy: 5), number: 42, asOf: now,
      auditHead: digest, centreHead: AuditHead(seq: 3, digest: digest), agent: "0.1.0",
      isRehearsal: false)
    let enrolment = EnrolmentPredicate(
      site: site, epoch: random, key: try PapersForge.key("site-0").publicKey.json,
      recipient: try StockAge.identity().recipient, rootFingerprint: digest,
      points: [.init(id: "library", kind: "library")], agent: "0.1.0",
      asOf: now, isRehearsal: true)
    return [
      Statement(
        subjects: [
          .init(name: "waybill.json", digest: digest), .init(name: "state.json", digest: digest),
        ], predicateType: ReportPredicate.type, predicate: report.json
      ).encoded,
      Statement(
        subjects: [.init(name: "root.json", digest: digest)],
        predicateType: EnrolmentPredicate.type, predicate: enrolment.json
      ).encoded,
    ]
  }
}
