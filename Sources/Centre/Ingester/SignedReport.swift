// SPDX-License-Identifier: Apache-2.0
import Bundles
import Intents
import Trust

/// A report whose signature by a key of a known site holds, and whose waybill it vouches for. The key
/// decides whose it is, not the name of a folder.
struct SignedReport {
  let site: SiteRecord
  /// What the key that signed it counts for.
  let standing: KnownSigner.Standing
  let predicate: ReportPredicate
  let waybill: Waybill
  /// SHA-256 of the DSSE payload.
  let digest: Digest
  let envelope: [UInt8]
  /// The key that is to sign alone once this report is acknowledged. It signed this report too.
  let nextKey: PublicKey?
  private let statement: Statement

  /// - Throws: `CentreReason.unknownSigner` (11), `.reportMismatch` (10), and what the strict readers refuse.
  init(_ papers: Papers, among signers: [KnownSigner]) throws(Refusal) {
    let bytes = Array(papers["report.dsse.json"] ?? [])
    let envelope = try Envelope(parsing: bytes, named: "report.dsse.json")
    let claimed = envelope.signatures.map(\.keyid)
    guard let signer = signers.first(where: { claimed.contains($0.key.id.hex) }) else {
      throw Refusal(
        CentreReason.unknownSigner, "report.dsse.json",
        seen: "signed by \(claimed.joined(separator: ", "))",
        expected: "the key of an enrolled site")
    }
    let payload = try envelope.verified(by: [signer.key], threshold: 1)
    let site = signer.site
    standing = signer.standing
    statement = try Statement(parsing: payload, named: "report.dsse.json")
    try SignedReport.match(
      "payload type and predicate type",
      seen: "\(envelope.payloadType), \(statement.predicateType)",
      expected: "\(Envelope.statementType), \(ReportPredicate.type)")
    predicate = try ReportPredicate(statement.predicate)
    guard predicate.site == site.id else {
      throw Refusal(
        CentreReason.unknownSigner, "report of \(predicate.site)", seen: "signed by \(site.id)",
        expected: "a signature by \(predicate.site)")
    }
    nextKey = try SignedReport.nextKey(predicate, signing: envelope)
    let waybillBytes = Array(papers["waybill.json"] ?? [])
    try SignedReport.match(
      "waybill.json", seen: Digest.sha256(waybillBytes).hex,
      expected: statement.digest(ofSubject: "waybill.json")?.hex ?? "no such subject")
    waybill = try papers.waybill()
    try SignedReport.match(
      "waybill.json, site, epoch and seq", seen: "\(waybill.siteID) \(waybill.kind)",
      expected: "\(site.id) \(Waybill.Kind.back(epoch: predicate.epoch, seq: predicate.seq))")
    self.site = site
    digest = envelope.payloadDigest
    self.envelope = bytes
  }

  /// - Throws: `CentreReason.siteKeyNotInForce` when the new key did not sign as well (R19).
  private static func nextKey(
    _ predicate: ReportPredicate, signing envelope: Envelope
  ) throws(Refusal) -> PublicKey? {
    guard let next = predicate.nextKey else { return nil }
    let key = try PublicKey(JSONField(next, at: "report.dsse.json: predicate.next_key"))
    if !predicate.isRehearsal { try TestOnlyKeys.refuse([key], in: "report.dsse.json") }
    do {
      _ = try envelope.verified(by: [key], threshold: 1)
    } catch {
      throw Refusal(
        CentreReason.siteKeyNotInForce, "report \(predicate.seq) of \(predicate.site)",
        seen: "no signature by the new key \(key.id)", expected: "signatures by both keys")
    }
    return key
  }

  /// Names of the statement's subjects beside the waybill and the state.
  var evidenceSubjects: [String] {
    statement.subjects.map(\.name).filter { $0 != "waybill.json" && $0 != "state.json" }
  }

  /// Refuses bytes that are not what the statement says of `subject`.
  func check(_ subject: String, is digest: Digest) throws(Refusal) {
    try SignedReport.match(
      subject, seen: digest.hex,
      expected: statement.digest(ofSubject: subject)?.hex ?? "no such subject")
  }

  static func match(_ subject: String, seen: String, expected: String) throws(Refusal) {
    guard seen.utf8.elementsEqual(expected.utf8) else {
      throw Refusal(CentreReason.reportMismatch, subject, seen: seen, expected: expected)
    }
  }
}
