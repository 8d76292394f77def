// SPDX-License-Identifier: Apache-2.0
import Bundles
import Distribution
import Intents
import SystemPackage
import Trust

/// Everything that a report would say now, gathered before a number is drawn for it.
struct ReportFacts {
  let base: ReportPoint
  let baseEvents: Int64
  /// The audit line up to which events are told, and its hash.
  let auditHead: AuditHead
  /// The newest head of the centre's log that was verified.
  let centreHead: AuditHead
  /// The newest line that is news to the centre.
  let lastEvent: Int64
  let results: [IntentResult]
  let approvals: [Envelope]
  let heldManifests: [Digest]
  let heldFiles: [Digest]
  let needed: [Digest]
  let sightings: [StateDocument.Sighting]
  let sightingHead: Int64
  /// Ascending by intent and device; empty where policy keeps them in.
  let devices: [ComplianceRecord]
  let egress: SitePolicy.Egress
  let versions: TrustVersions
  let number: Int64
  /// The key that is to take the place of the one in force.
  let nextKey: PublicKey?

  /// SHA-256 of what is told, without times: equal facts need no new report.
  var digest: Digest {
    let intents = results.map { result -> JSONValue in
      [
        "id": .string(result.id.text), "revision": .integer(result.revision),
        "manifest": .string(result.manifest.hex), "state": .string(result.state.rawValue),
        "reason": .string(result.reason ?? ""), "package": .string(result.packageID ?? ""),
        "plan": .string(result.plan?.hex ?? ""),
      ]
    }
    let devices = devices.map { record -> JSONValue in
      [
        "device": .string(record.device), "intent": .string(record.intent.text),
        "revision": .integer(record.revision), "state": .string(record.state.rawValue),
        "exit_code": record.exitCode.map { .integer($0) } ?? .null,
      ]
    }
    let value: JSONValue = [
      "base": .string(base.digest.hex), "last_event": .integer(lastEvent),
      "intents": .array(intents), "devices": .array(devices),
      "egress": .string(egress.rawValue), "sightings": .integer(sightingHead),
      "manifests": .array(heldManifests.map { .string($0.hex) }),
      "files": .array(heldFiles.map { .string($0.hex) }),
      "need": .array(needed.map { .string($0.hex) }), "n": .integer(number),
      "root": .integer(versions.root), "targets": .integer(versions.targets),
      "content": .integer(versions.content), "policy": .integer(versions.policy),
      "next_key": nextKey.map { .string($0.id.hex) } ?? .null,
    ]
    return .sha256(value.canonical)
  }
}

extension ReportFacts {
  /// Gathers the facts.
  ///
  /// - Parameter enrolment: report 0, the base before any acknowledgement.
  init(of site: OpenedSite, enrolment: FrozenReport, clock: Instant) throws(Refusal) {
    let trust = try site.trust()
    let policy = try site.policy()
    let holdings = try Holdings(of: site)
    try holdings.noteBrokenPromises(at: clock)
    let devices = try ReportFacts.devices(of: site, egress: policy.egress, asOf: clock)
    self = try site.journal.read { journal in
      let base = try journal.base(of: site.profile.epoch) ?? enrolment.point
      guard let known = try journal.report(base.seq) else { throw journal.damaged("reports") }
      let sightings = try journal.sightings(after: known.sightingHead)
      var last: Int64 = 0
      try journal.events(after: known.eventHead) { event in
        if SiteEvent.isNews(event.event) { last = event.seq }
      }
      let needed = Set(try journal.needed()).union(holdings.lost)
      return ReportFacts(
        base: base, baseEvents: known.eventHead, auditHead: try journal.auditHead(),
        centreHead: try journal.head(JournalFact.centreHead), lastEvent: last,
        results: try ReportFacts.results(journal),
        approvals: try journal.approvals(), heldManifests: holdings.manifests,
        heldFiles: holdings.files, needed: needed.subtracting(holdings.found).sorted(),
        sightings: sightings.list, sightingHead: sightings.head, devices: devices,
        egress: policy.egress, versions: trust.versions,
        number: try journal.value(JournalFact.number).flatMap { Int64($0) } ?? 0,
        nextKey: try journal.nextKey())
    }
  }

  /// How the intents stand, each with the plan that it was approved under.
  private static func results(_ journal: JournalTransaction) throws -> [IntentResult] {
    let applied = Dictionary(
      try journal.applied().map { ($0.intent.id, $0) }, uniquingKeysWith: { first, _ in first })
    let delisted = try journal.delisted()
    return try journal.results().map { result in
      guard result.state == .applied, let applied = applied[result.id],
        applied.intent.revision == result.revision
      else { return result }
      return IntentResult(
        id: result.id, revision: result.revision, manifest: result.manifest, state: result.state,
        reason: delisted.contains(result.manifest) ? "delisted" : result.reason,
        packageID: result.packageID, plan: applied.plan,
        appliedAt: applied.at)
    }
  }

  private static func devices(
    of site: OpenedSite, egress: SitePolicy.Egress, asOf: Instant
  ) throws(Refusal) -> [ComplianceRecord] {
    guard egress != .receiptOnly, case .success(let point) = site.point else { return [] }
    var records: [ComplianceRecord] = []
    for applied in try site.journal.read({ try $0.applied() }) {
      do throws(Refusal) {
        records += try point.status(of: EffectKey(applied.intent), asOf: asOf)
      } catch {
        // What the point does not know any more is no reason to tell nothing.
        guard error.exit != .internalError else { throw error }
      }
    }
    return records.sorted {
      ($0.intent.text, $0.device, $0.revision) < ($1.intent.text, $1.device, $1.revision)
    }
  }
}
