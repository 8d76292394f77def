// SPDX-License-Identifier: Apache-2.0
import Bundles
import Intents
import SystemPackage
import Trust

/// Takes a bundle whose content is staged: in one transaction its number, versions and floors, its policy, its
/// acknowledgement and its whole desired state become ours.
struct Acceptance {
  let site: OpenedSite
  let clock: Instant
  let verified: VerifiedPapers
  let state: TrustState
  let papers: Papers
  let orders: Orders
  let plan: Plan
  /// Promised files that frames of the bundle build on and that are not here as they should be.
  let lostReferences: Set<Digest>
  /// Why it was taken, if it had expired.
  let breakGlass: String?
  /// Numbers of the line that never came, between the bundle before and this one.
  let missed: ClosedRange<Int64>?
  let isClockBehind: Bool

  func record() throws(Refusal) {
    let manifests = try keepManifests()
    let holdings = try Holdings(of: site)
    try holdings.noteBrokenPromises(at: clock)
    try site.journal.write { journal in
      if let policy = orders.policy { try journal.setDocument(.policy, policy.bytes) }
      try journal.setTrust(state, at: clock)
      try journal.setMetadata(signedFiles())
      let ack = try record(orders.acknowledgement?.document, journal)
      for manifest in manifests { try journal.record(manifest) }
      // Those of the bundle before are kept for one more report.
      if let before = try journal.newestBundle(), before.number < verified.n {
        try journal.forgetApprovals(before: before.number)
      }
      try journal.setDesired(orders.intents.intents)
      try journal.setDelisted(
        try journal.applied().map(\.intent.manifest).filter {
          verified.release(manifest: $0) == nil
        })
      if plan.sawPoint {
        try journal.setNeeded(
          Set(plan.needed).union(holdings.lost).union(lostReferences), at: clock)
      }
      for digest in lostReferences.sorted().prefix(SiteLimits.filesNamed) {
        try journal.log("reference.lost", ["sha256": digest.hex], at: clock)
      }
      try PlanResults(plan).record(journal, at: clock)
      try journal.record(
        KnownBundle(
          number: verified.n, fingerprint: verified.fingerprint, state: .staged, at: clock))
      try journal.setValue("\(verified.n)", of: JournalFact.number)
      try journal.setValue("true", of: JournalFact.returnDue)
      try journal.log(
        "bundle.taken",
        [
          "n": "\(verified.n)", "fingerprint": verified.fingerprint.hex, "plan": plan.digest.hex,
          "expires": "\(verified.expires)",
        ].merging(ack) { old, _ in old }, at: clock)
      if verified.isExpired {
        try journal.log(
          "bundle.break-glass",
          [
            "n": "\(verified.n)", "expired": "\(verified.expires)", "reason": breakGlass ?? "",
          ], at: clock)
      }
      try noteOddities(journal)
      try journal.ask(nil)
      try journal.setValue("\(verified.expires)", of: JournalFact.expires)
      try journal.setValue("\(verified.issued)", of: JournalFact.issued)
    }
    try site.settleKeys()
    try site.folder.clearStaging()
  }

  /// What the centre should know of, and what stopped nothing (S04, S10).
  private func noteOddities(_ journal: JournalTransaction) throws {
    if let missed {
      try journal.log(
        "bundles.missed",
        ["from": "\(missed.lowerBound)", "through": "\(missed.upperBound)"], at: clock)
    }
    guard isClockBehind else { return }
    let reason = SiteReason.clockBehind
    let floor = "\(verified.time.now)"
    try journal.log("clock.behind", ["code": reason.code, "floor": floor], at: clock)
    try journal.note(
      StateDocument.Sighting(
        at: clock, code: reason.code, subject: "the clock says \(clock); \(floor) was used"))
  }

  /// Remembers what the centre acknowledges, and the heads to hold each other's logs against (R20).
  ///
  /// - Returns: what the log tells of it.
  private func record(
    _ ack: Acknowledgement?, _ journal: JournalTransaction
  ) throws -> [String: String] {
    guard let ack else { return [:] }
    try journal.setValue("\(ack.auditHead)", of: JournalFact.centreHead)
    var facts = ["centre_head": "\(ack.auditHead)"]
    guard ack.epoch == site.profile.epoch else { return facts }
    try journal.record(ack, at: clock)
    try journal.takeNextKey(acknowledged: ack.report.seq, at: clock)
    try journal.setValue("\(ack.siteHead)", of: JournalFact.siteHead)
    facts["site_head"] = "\(ack.siteHead)"
    facts["ack_seq"] = "\(ack.report.seq)"
    facts["ack_sha256"] = ack.report.digest.hex
    return facts
  }

  /// The metadata that vouch for policy and acknowledgement, by role, and `ack.json`.
  private func signedFiles() -> [(name: String, bytes: [UInt8])] {
    let kept: Set = ["timestamp", "snapshot", "targets", "policy", "site"]
    var files = papers.metadataByRole.filter { kept.contains($0.role) }
      .map { (name: "\($0.role).json", bytes: $0.bytes) }
    if let ack = orders.acknowledgement { files.append(("ack.json", ack.bytes)) }
    return files
  }

  /// Copies the manifests to where they stay; they are whole and durable before the journal names them.
  private func keepManifests() throws(Refusal) -> [KnownManifest] {
    var known: [KnownManifest] = []
    for (digest, file) in orders.manifests.sorted(by: { $0.key < $1.key }) {
      let kept = ManifestFile(digest, in: site.folder)
      if try !kept.isWhole() { try DurableFile.rename(file.path, to: kept.path) }
      known.append(KnownManifest(try kept.header(), digest: digest))
    }
    return known
  }
}

/// Single facts that the journal remembers by name.
enum JournalFact {
  /// The newest N that was taken.
  static let number = "n"
  /// Whether something happened since the last report was written.
  static let returnDue = "return_due"
  /// The newest head of the centre's log that was verified.
  static let centreHead = "centre_head"
  /// The newest line of this site's log that the centre is known to hold.
  static let siteHead = "site_head"
  /// When the newest bundle was issued, and when it expires.
  static let issued = "issued"
  static let expires = "expires"
  /// An expired bundle that somebody asked to take, until one is taken.
  static let breakGlass = "break_glass"
  /// The date that people were asked to confirm last.
  static let claimedDate = "claimed_date"
  /// The number of the report that waits for its review.
  static let reviewDue = "review_due"
  /// What showed that this epoch has ended; not there while it lives.
  static let epochEnded = "epoch_ended"
  /// The key that is to take the place of the one in force, in its TUF form, and the first report that names it.
  static let nextKey = "next_key"
  static let nextKeySince = "next_key_since"
  /// Manifests of applied content that role content lists no more.
  static let delisted = "delisted"
  /// The description of the distribution point, as `point set` took it; not there for the embedded library.
  static let point = "point"
}

/// How the intents of a plan stand before it is applied.
struct PlanResults {
  private let plan: Plan

  init(_ plan: Plan) { self.plan = plan }

  func record(_ journal: JournalTransaction, at now: Instant) throws {
    let applied = Dictionary(
      try journal.applied().map { ($0.intent.id, $0) }, uniquingKeysWith: { first, _ in first })
    for item in plan.items {
      let result = item.result(item.refusal, packageID: applied[item.intent.id]?.packageID)
      try journal.setResult(result, code: item.refusal?.code, at: now)
    }
    try journal.pruneResults()
  }
}
