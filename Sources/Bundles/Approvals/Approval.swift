// SPDX-License-Identifier: Apache-2.0
package import Intents
package import Trust

/// What one person says by signing: that this may be done, until then (FORMAT.md, 12).
package struct Approval: Hashable, Sendable {
  package static let type = "urn:waybill:approval:1"
  /// Under this name the digest of what is approved stands among the subjects of the statement.
  private static let plan = "plan"

  package let subject: ApprovalSubject
  /// When it was given, and until when it counts, by the clock of the host where it was given.
  package let at: Instant
  package let expires: Instant
  /// Whether it was given in a rehearsal, which production never counts.
  package let isRehearsal: Bool

  package init(subject: ApprovalSubject, at: Instant, expires: Instant, isRehearsal: Bool) {
    self.subject = subject
    self.at = at
    self.expires = expires
    self.isRehearsal = isRehearsal
  }

  /// Signs it.
  package func signed(by key: SecretKey) -> Envelope {
    let statement = Statement(
      subjects: [Statement.Subject(name: Approval.plan, digest: subject.plan)],
      predicateType: Approval.type, predicate: predicate)
    return Envelope.sign(payload: statement.encoded, by: [key])
  }

  private var predicate: JSONValue {
    var members: [(String, JSONValue)] = [
      ("role", .string(subject.role.rawValue)), ("site_id", .string(subject.site.text)),
      ("epoch", .string(subject.epoch.text)), ("at", .instant(at)), ("expires", .instant(expires)),
      ("rehearsal", .bool(isRehearsal)),
    ]
    if let fingerprint = subject.fingerprint {
      members.append(("fingerprint", .digest(fingerprint)))
    }
    if let number = subject.number { members.append(("n", .integer(number))) }
    return .object(JSONObject(members))
  }

  /// Reads a payload whose signature was checked. Every field must be known: what approves something else in
  /// a way that is not understood approves nothing.
  ///
  /// - Throws: `TrustReason.malformedField`, or what strict JSON refuses.
  package init(parsing payload: [UInt8]) throws(Refusal) {
    let statement = try Statement(parsing: payload, named: "approval")
    let predicate = statement.predicate
    guard statement.predicateType == Approval.type else {
      throw predicate.wrong("a predicate of type \(Approval.type)")
    }
    guard statement.subjects.count == 1, let plan = statement.digest(ofSubject: Approval.plan)
    else {
      throw predicate.wrong("exactly one subject, \(Approval.plan)")
    }
    try predicate.only([
      "role", "site_id", "epoch", "at", "expires", "rehearsal", "fingerprint", "n",
    ])
    let number = try predicate.optional("n").map { (field) throws(Refusal) in
      try field.integer(in: 1...TrustLimits.jsonInteger)
    }
    subject = ApprovalSubject(
      role: try predicate["role"].choice(ApprovalSubject.Role.self),
      site: try predicate["site_id"].siteID(), epoch: try predicate["epoch"].randomID(), plan: plan,
      fingerprint: try predicate.optional("fingerprint")?.digest(), number: number)
    at = try predicate["at"].instant()
    expires = try predicate["expires"].instant()
    isRehearsal = try predicate["rehearsal"].bool()
  }
}
