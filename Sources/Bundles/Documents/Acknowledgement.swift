// SPDX-License-Identifier: Apache-2.0
package import Intents
package import Trust

/// A report by its number and the SHA-256 of its DSSE payload.
package struct ReportPoint: Hashable, Sendable {
  package let seq: Int64
  package let digest: Digest

  package init(seq: Int64, digest: Digest) {
    self.seq = seq
    self.digest = digest
  }

  init(_ field: JSONField) throws(Refusal) {
    seq = try field["seq"].count()
    digest = try field["sha256"].digest()
  }

  var members: [(String, JSONValue)] {
    [("seq", .integer(seq)), ("sha256", .digest(digest))]
  }
}

/// `ack.json`: the newest report that the centre has booked (FORMAT.md, 11).
package struct Acknowledgement: Hashable, Sendable {
  package let site: SiteID
  package let epoch: RandomID
  package let report: ReportPoint
  /// Head of the centre's audit log.
  package let auditHead: AuditHead
  /// The newest line of the site's own log that the centre holds in this epoch.
  package let siteHead: AuditHead

  package init(
    site: SiteID, epoch: RandomID, report: ReportPoint, auditHead: AuditHead, siteHead: AuditHead
  ) {
    self.site = site
    self.epoch = epoch
    self.report = report
    self.auditHead = auditHead
    self.siteHead = siteHead
  }

  package var encoded: [UInt8] {
    let members =
      DocumentHeader.members(type: "waybill-ack") + report.members + [
        ("site_id", .string(site.text)), ("epoch", .string(epoch.text)),
        ("audit_head", auditHead.json), ("site_head", siteHead.json),
      ]
    return JSONValue.object(JSONObject(members)).encoded
  }

  package init(parsing bytes: [UInt8]) throws(Refusal) {
    let document = try JSONField(parsing: bytes, named: "ack.json")
    try DocumentHeader.check(document, type: "waybill-ack")
    site = try document["site_id"].siteID()
    epoch = try document["epoch"].randomID()
    report = try ReportPoint(document)
    auditHead = try AuditHead(document["audit_head"])
    siteHead = try AuditHead(document["site_head"])
  }
}

/// `enrolment.json`: which key the centre enrolled for a site (FORMAT.md, 11).
package struct EnrolmentRecord: Hashable, Sendable {
  package let site: SiteID
  package let epoch: RandomID
  /// The site's public key in its TUF form.
  package let key: JSONValue
  /// Whom bundles for the site are sealed to.
  package let recipient: AgeRecipient
  package let rootFingerprint: Digest

  package init(
    site: SiteID, epoch: RandomID, key: JSONValue, recipient: AgeRecipient, rootFingerprint: Digest
  ) {
    self.site = site
    self.epoch = epoch
    self.key = key
    self.recipient = recipient
    self.rootFingerprint = rootFingerprint
  }

  package var encoded: [UInt8] {
    let members =
      DocumentHeader.members(type: "waybill-enrolment") + [
        ("site_id", .string(site.text)), ("epoch", .string(epoch.text)), ("key", key),
        ("recipient", .string(recipient.description)),
        ("root_fingerprint", .digest(rootFingerprint)),
      ]
    return JSONValue.object(JSONObject(members)).encoded
  }

  package init(parsing bytes: [UInt8]) throws(Refusal) {
    let document = try JSONField(parsing: bytes, named: "enrolment.json")
    try DocumentHeader.check(document, type: "waybill-enrolment")
    site = try document["site_id"].siteID()
    epoch = try document["epoch"].randomID()
    key = try document["key"].value
    recipient = try document["recipient"].ageRecipient()
    rootFingerprint = try document["root_fingerprint"].digest()
  }
}
