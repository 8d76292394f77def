// SPDX-License-Identifier: Apache-2.0
import Bundles
package import Intents
import Trust

/// An enrolment file (report seq 0) whose signature by the key inside it holds. FORMAT.md, 12.
package struct SiteEnrolment: Sendable {
  package let site: SiteID
  package let epoch: RandomID
  package let rootFingerprint: Digest
  package let isRehearsal: Bool
  /// SHA-256 of the DSSE payload: what both sides read to each other over the second channel.
  package let fingerprint: Digest
  /// The epoch before, where the host says that it was restored from an old copy.
  package let restoredFrom: RandomID?
  private let predicate: EnrolmentPredicate
  let key: PublicKey
  let bytes: [UInt8]

  /// - Throws: `CentreReason.enrolmentSignature`, `TrustReason.testOnlyKey` outside a rehearsal, or what the strict readers refuse.
  package init(parsing bytes: [UInt8], named name: String) throws(Refusal) {
    let envelope = try Envelope(parsing: bytes, named: name)
    let claimed = try EnrolmentPredicate(
      try Statement(parsing: envelope.unverifiedPayload, named: name).predicate)
    let key = try PublicKey(JSONField(claimed.key, at: "\(name): predicate.key"))
    let payload: [UInt8]
    do {
      payload = try envelope.verified(by: [key], threshold: 1)
    } catch {
      throw Refusal(
        CentreReason.enrolmentSignature, name, seen: error.seen,
        expected: "a signature by \(key.id)")
    }
    let statement = try Statement(parsing: payload, named: name)
    guard envelope.payloadType == Envelope.statementType,
      statement.predicateType == EnrolmentPredicate.type,
      statement.digest(ofSubject: "root.json") == claimed.rootFingerprint
    else {
      throw Refusal(
        CentreReason.enrolmentSignature, name, seen: statement.predicateType,
        expected: "\(EnrolmentPredicate.type) about root.json")
    }
    if !claimed.isRehearsal {
      try TestOnlyKeys.refuse([key], in: name)
      try TestOnlyKeys.refuse(claimed.recipient, in: name)
    }
    predicate = claimed
    self.key = key
    self.bytes = bytes
    site = claimed.site
    epoch = claimed.epoch
    rootFingerprint = claimed.rootFingerprint
    isRehearsal = claimed.isRehearsal
    restoredFrom = claimed.restoredFrom
    fingerprint = envelope.payloadDigest
  }

  /// Adds the site, once the fingerprint from the second channel is this one. A new epoch of a site that is enrolled
  /// already waits for officers, in a rehearsal too; until they confirm it nothing changes.
  package func enrol(
    in profile: CentreProfile, confirmed: Digest, at now: Instant
  ) throws(Refusal) -> SiteRecord {
    try check(in: profile, confirmed: confirmed)
    let record = record(at: now)
    guard let known = try profile.ledger.sites().first(where: { $0.id == site }) else {
      try profile.ledger.add(record, enrolment: bytes, at: now)
      return record
    }
    try profile.ledger.propose(self, besides: known, at: now)
    return record
  }

  private func check(in profile: CentreProfile, confirmed: Digest) throws(Refusal) {
    guard confirmed == fingerprint else {
      throw Refusal(
        CentreReason.fingerprintDiffers, "enrolment of \(site)", seen: fingerprint.hex,
        expected: "\(confirmed.hex), as typed")
    }
    guard isRehearsal == profile.isRehearsal else {
      throw Refusal(
        CentreReason.rehearsalMixed, "enrolment of \(site)",
        seen: isRehearsal ? "a rehearsal site" : "a production site",
        expected: profile.isRehearsal ? "a rehearsal site" : "a production site")
    }
    let roots = try Repository(of: profile).roots()
    guard roots.values.contains(where: { Digest.sha256($0) == rootFingerprint }) else {
      throw Refusal(
        CentreReason.fingerprintDiffers, "root of \(site)", seen: rootFingerprint.hex,
        expected: "the fingerprint of one of this centre's roots")
    }
  }

  /// The site as this enrolment has it.
  func record(at now: Instant) -> SiteRecord {
    let points = predicate.points.map { "\($0.id) (\($0.kind))" }.joined(separator: ", ")
    return SiteRecord(
      id: site, epoch: epoch, key: key.json, keyID: key.id.hex, recipient: predicate.recipient,
      rootFingerprint: rootFingerprint,
      points: points, agent: predicate.agent, enrolment: fingerprint, enrolledAt: now,
      operators: predicate.operators)
  }
}
