// SPDX-License-Identifier: Apache-2.0
import Bundles
import Intents
import TestKit
import Trust

/// The world of the golden bundles: one rehearsal centre and its site fjord-3, with the keys of `keys/`.
enum Golden {
  static let issued = "2026-11-01T00:00:00Z"
  static let epoch = ForgedContent.id("epoch of the golden site")

  static func moment(_ text: String) -> Instant {
    guard let moment = Instant(text) else { preconditionFailure("\(text) is a moment") }
    return moment
  }

  static func site(_ text: String = "fjord-3") -> SiteID {
    guard let site = SiteID(text) else { preconditionFailure("\(text) is a site") }
    return site
  }

  static var collection: CollectionName {
    guard let name = CollectionName("Lab Devices") else { preconditionFailure("a collection") }
    return name
  }

  static let scope = ["ring:lab", "site-class:air-gapped"]

  /// An honest centre after one root.
  static func papers(n: Int64 = 1) throws -> PapersForge {
    var forge = try PapersForge(now: issued)
    forge.isRehearsal = true
    let keys: [MetadataRole: GoldenKey] = [
      .root: .root, .timestamp: .exporter, .snapshot: .exporter, .targets: .targets,
      .content: .content, .policy: .policy, .site: .exporter,
    ]
    for (role, key) in keys {
      forge.signers[role] = .init(threshold: 1, keys: [try key.secret()])
    }
    forge.roots = [:]
    try forge.addRoot()
    forge.n = n
    return forge
  }

  /// The root that the site has pinned.
  static func root() throws -> [UInt8] { try papers().roots[1] ?? [] }

  /// A bundle without content: what a scenario about papers or orders needs.
  static func bare(
    n: Int64 = 1, _ edit: (inout BundleForge) throws -> Void = { _ in }
  ) throws -> BundleForge {
    var forge = BundleForge(papers: try papers(n: n), courier: try GoldenKey.courier())
    forge.policy = policy()
    try edit(&forge)
    return forge
  }

  /// A bundle that wants version 1 of the tool.
  static func full(
    n: Int64 = 1, _ edit: (inout BundleForge) throws -> Void = { _ in }
  ) throws -> BundleForge {
    try bare(n: n) { forge in
      forge.want("tool-lab", try tool(1), collection: collection, scope: ["ring:lab"])
      try edit(&forge)
    }
  }

  static func policy(
    site: String = "fjord-3", sealing: SitePolicy.Sealing = .none, operators: Int64 = 1,
    ceiling: [String] = scope
  ) -> SitePolicy {
    SitePolicy(
      site: Golden.site(site), sealing: sealing, egress: .full, removals: .approved,
      operators: operators, collections: [collection],
      scopeCeiling: Set(ceiling.compactMap { Tag($0) }))
  }

  /// Version `number` of the tool; data and licence are the same in all of them.
  static func tool(_ number: Int64, scope: [String] = scope) throws -> ForgedContent {
    try ForgedContent(
      "tool", counter: number,
      files: [
        ("bin/tool.exe", ForgedContent.noise("tool \(number)", 700)),
        ("data/zeros.bin", [UInt8](repeating: 0, count: 5000)),
        ("empty.txt", []), ("licence.txt", Array("Use it as you like.\n".utf8)),
        ("readme.txt", Array("Version \(number) of the tool.\n".utf8)),
      ], scope: scope, modified: moment("2026-10-01T12:00:00Z"))
  }

  /// SHA-256 of the files of `content` that have bytes.
  static func digests(_ content: ForgedContent) -> [String] {
    content.files.filter { !$0.bytes.isEmpty }.map { Digest.sha256($0.bytes).hex }
  }

  /// Report 0 of the site.
  static func enrolment(isRehearsal: Bool = true) throws -> Envelope {
    ReturnForge.enrolment(
      site: site(), epoch: epoch, root: .sha256(try root()), key: try GoldenKey.site.secret(),
      recipient: try StockAge.identity().recipient, asOf: moment(issued), isRehearsal: isRehearsal)
  }

  static func enrolmentRecord(epoch: RandomID = epoch) throws -> EnrolmentRecord {
    EnrolmentRecord(
      site: site(), epoch: epoch, key: try GoldenKey.site.secret().publicKey.json,
      recipient: try StockAge.identity().recipient, rootFingerprint: .sha256(try root()))
  }

  /// The first report of the site, after it applied `out-first`.
  static func report(
    key: GoldenKey = .site, _ edit: (inout ReturnForge) throws -> Void = { _ in }
  ) throws -> ReturnForge {
    var forge = ReturnForge(
      site: site(), epoch: epoch, enrolment: try enrolment().payloadDigest,
      key: try key.secret(), asOf: moment("2026-11-02T00:00:00Z"))
    let tool = try tool(1)
    forge.results = [
      IntentResult(
        id: ForgedContent.name("tool-lab"), revision: 1, manifest: tool.digest, state: .applied,
        reason: nil, packageID: "WB100001")
    ]
    forge.heldManifests = [tool.digest]
    forge.evidence = [EvidenceLine.devices: devices(), EvidenceLine.events: event.encoded]
    forge.auditHead = event.digest
    try edit(&forge)
    return forge
  }

  private static func devices() -> [UInt8] {
    [("PC-001", ComplianceRecord.State.succeeded, Int64(0)), ("PC-002", .failed, 1603)]
      .flatMap { device, state, code in
        EvidenceLine.encoded(
          ComplianceRecord(
            device: device, intent: ForgedContent.name("tool-lab"), revision: 1, state: state,
            exitCode: code, asOf: moment("2026-11-02T00:00:00Z")))
      }
  }

  /// The first line of the site's log.
  private static var event: AuditEvent {
    AuditEvent(
      seq: 1, at: moment(issued), event: "site.created", facts: ["site": "fjord-3"],
      previous: AuditEvent.origin)
  }
}
