// SPDX-License-Identifier: Apache-2.0
import Bundles
import Intents
import Trust

/// What orders must agree with before a plan is made of them: who this site is, what it reported, and what
/// release signers vouch for.
struct OrdersCheck {
  let site: OpenedSite
  let verified: VerifiedPapers
  let orders: Orders

  /// - Returns: notes for people.
  func run() throws(Refusal) -> [String] {
    var notes: [String] = []
    try checkEnrolment(&notes)
    try checkAcknowledgement(&notes)
    try checkManifests(&notes)
    return notes
  }

  /// S31. That of the life before is noted, until the centre has acknowledged a report of this one.
  private func checkEnrolment(_ notes: inout [String]) throws(Refusal) {
    guard let record = orders.enrolment else { return }
    let profile = site.profile
    if record.epoch == profile.restoredFrom,
      try site.journal.read({ try $0.base(of: profile.epoch) }) == nil
    {
      notes.append(
        "the centre has not accepted this site's new life yet; it names epoch \(record.epoch)")
      return
    }
    let own: [(String, String, String)] = [
      ("epoch", record.epoch.text, profile.epoch.text),
      ("root fingerprint", record.rootFingerprint.hex, profile.rootFingerprint.hex),
      ("key", Digest.sha256(record.key.canonical).hex, try expectedKey().hex),
      ("recipient", record.recipient.description, try site.recipient().description),
    ]
    for (what, seen, expected) in own where seen != expected {
      throw Refusal(
        SiteReason.otherEnrolment, "enrolment.json: \(what)", seen: seen, expected: expected)
    }
  }

  /// The key that the centre must know: the new one from the bundle on that acknowledges a report which names it.
  private func expectedKey() throws(Refusal) -> KeyID {
    let profile = site.profile
    guard let ack = orders.acknowledgement?.document, ack.epoch == profile.epoch else {
      return profile.keyID
    }
    return try site.journal.read { journal in
      guard try journal.isNextKey(acknowledgedBy: ack.report.seq) else { return profile.keyID }
      return try journal.nextKey()?.id ?? profile.keyID
    }
  }

  /// S19. An acknowledgement of another epoch is noted and is no base.
  private func checkAcknowledgement(_ notes: inout [String]) throws(Refusal) {
    guard let ack = orders.acknowledgement?.document else { return }
    guard ack.epoch == site.profile.epoch else {
      notes.append("the centre acknowledges a report of epoch \(ack.epoch), which is not ours")
      return
    }
    let own = try site.journal.read { try $0.report(ack.report.seq) }
    guard let own, own.digest == ack.report.digest else {
      throw Refusal(
        SiteReason.otherAcknowledgement, "ack.json",
        seen: "report \(ack.report.seq) with hash \(ack.report.digest)",
        expected: own.map { "hash \($0.digest)" } ?? "a report that this site wrote")
    }
    try checkLog(ack.siteHead)
  }

  /// R20: what the centre holds of this site's log must be in it.
  private func checkLog(_ held: AuditHead) throws(Refusal) {
    let (own, head) = try site.journal.read { journal in
      (try journal.auditDigest(held.seq), try journal.auditHead())
    }
    guard own != held.digest else { return }
    throw Refusal(
      SiteReason.logCut, "ack.json: site_head",
      seen: "line \(held.seq) of this site's log with hash \(held.digest)",
      expected: own.map { "hash \($0)" } ?? "at most line \(head.seq), where the log ends")
  }

  /// T20, T40: every manifest is released, unless it is what stands there already.
  private func checkManifests(_ notes: inout [String]) throws(Refusal) {
    let applied = Set(try site.journal.read { try $0.applied().map(\.intent.manifest) })
    for digest in Set(orders.intents.intents.map(\.manifest)).sorted() {
      guard let release = verified.release(manifest: digest) else {
        guard applied.contains(digest) else {
          throw Refusal(
            SiteReason.notVouched, "content \(ContentID(manifest: digest))",
            seen: "manifest \(digest)", expected: "one that role content lists")
        }
        notes.append(
          "content \(ContentID(manifest: digest)) is delisted; what is installed stays")
        continue
      }
      guard let file = orders.manifests[digest] else {
        throw Refusal(
          SiteReason.orderDiffers, "orders.tar", seen: "no \(release.target.name)",
          expected: "the manifest of every content that an intent names")
      }
      let manifest = try file.check()
      guard manifest.line == release.line, manifest.counter == release.counter else {
        throw Refusal(
          SiteReason.manifestDiffers, release.target.name,
          seen: "line \(manifest.line), counter \(manifest.counter)",
          expected: "line \(release.line), counter \(release.counter)")
      }
    }
  }
}
