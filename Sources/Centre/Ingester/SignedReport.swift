// SPDX-License-Identifier: Apache-2.0
import Bundles
import Intents
import Trust

/// A report whose signature by the key of an enrolled site holds, and whose waybill it vouches for. The key
/// decides whose it is, not the name of a folder.
struct SignedReport {
  let site: SiteRecord
  let predicate: ReportPredicate
  let waybill: Waybill
  /// SHA-256 of the DSSE payload.
  let digest: Digest
  let envelope: [UInt8]
  private let statement: Statement

  /// - Throws: `CentreReason.unknownSigner` (11), `.reportMismatch` (10), and what the strict readers refuse.
  init(_ papers: Papers, among sites: [SiteRecord]) throws(Refusal) {
    let bytes = Array(papers["report.dsse.json"] ?? [])
    let envelope = try Envelope(parsing: bytes, named: "report.dsse.json")
    let claimed = envelope.signatures.map(\.keyid)
    guard let site = sites.first(where: { claimed.contains($0.keyID) }) else {
      throw Refusal(
        CentreReason.unknownSigner, "report.dsse.json",
        seen: "signed by \(claimed.joined(separator: ", "))",
        expected: "the key of an enrolled site")
    }
    let key = try PublicKey(JSONField(site.key, at: "ledger, key of \(site.id)"))
    let payload = try envelope.verified(by: [key], threshold: 1)
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
