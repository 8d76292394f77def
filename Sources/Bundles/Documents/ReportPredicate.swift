// SPDX-License-Identifier: Apache-2.0
package import Intents
package import Trust

/// What a site says in the predicate of `report.dsse.json` (FORMAT.md, 12).
package struct ReportPredicate: Hashable, Sendable {
  package static let type = "urn:waybill:report:1"

  package let site: SiteID
  package let epoch: RandomID
  package let seq: Int64
  /// Hash of report seq - 1.
  package let previous: Digest
  /// The newest acknowledgement that the site has verified.
  package let base: ReportPoint
  /// Hashes of the reports between base and this one, ascending.
  package let chain: [Digest]
  /// Versions of the roles that the site trusts.
  package let trust: TrustVersions
  /// The newest N that was applied; 0 before the first.
  package let number: Int64
  package let asOf: Instant
  package let auditHead: Digest
  /// The newest head of the centre's log that the site has verified; `origin` before the first.
  package let centreHead: AuditHead
  package let agent: String
  package let isRehearsal: Bool
  /// The epoch before, where the host was restored from an old copy and this is its new life.
  package let restoredFrom: RandomID?
  /// The key, in its TUF form, that signs alone once this report is acknowledged; both sign until then.
  package let nextKey: JSONValue?

  package init(
    site: SiteID, epoch: RandomID, seq: Int64, previous: Digest, base: ReportPoint,
    chain: [Digest], trust: TrustVersions, number: Int64, asOf: Instant, auditHead: Digest,
    centreHead: AuditHead, agent: String, isRehearsal: Bool, restoredFrom: RandomID? = nil,
    nextKey: JSONValue? = nil
  ) {
    self.restoredFrom = restoredFrom
    self.nextKey = nextKey
    self.site = site
    self.epoch = epoch
    self.seq = seq
    self.previous = previous
    self.base = base
    self.chain = chain
    self.trust = trust
    self.number = number
    self.asOf = asOf
    self.auditHead = auditHead
    self.centreHead = centreHead
    self.agent = agent
    self.isRehearsal = isRehearsal
  }

  package var json: JSONValue {
    var members: [(String, JSONValue)] = [
      ("site_id", .string(site.text)), ("epoch", .string(epoch.text)), ("seq", .integer(seq)),
      ("prev", .digest(previous)), ("base", .object(JSONObject(base.members))),
      ("chain", .array(chain.map { .digest($0) })),
      (
        "trust",
        .object(
          JSONObject([
            ("root", .integer(trust.root)), ("targets", .integer(trust.targets)),
            ("content", .integer(trust.content)), ("policy", .integer(trust.policy)),
          ]))
      ),
      ("n", .integer(number)), ("as_of", .instant(asOf)), ("audit_head", .digest(auditHead)),
      ("centre_head", centreHead.json), ("agent", .string(agent)),
      ("rehearsal", .bool(isRehearsal)),
    ]
    if let restoredFrom { members.append(("restored_from", .string(restoredFrom.text))) }
    if let nextKey { members.append(("next_key", nextKey)) }
    return .object(JSONObject(members))
  }

  package init(_ field: JSONField) throws(Refusal) {
    site = try field["site_id"].siteID()
    epoch = try field["epoch"].randomID()
    seq = try field["seq"].integer(in: 1...TrustLimits.jsonInteger)
    previous = try field["prev"].digest()
    base = try ReportPoint(try field["base"])
    chain = try field["chain"].digests()
    let trust = try field["trust"]
    self.trust = TrustVersions(
      root: try trust["root"].count(), targets: try trust["targets"].count(),
      content: try trust["content"].count(), policy: try trust["policy"].count())
    number = try field["n"].count()
    asOf = try field["as_of"].instant()
    auditHead = try field["audit_head"].digest()
    centreHead = try AuditHead(field["centre_head"])
    agent = try field["agent"].string()
    isRehearsal = try field["rehearsal"].bool()
    restoredFrom = try field.optional("restored_from")?.randomID()
    nextKey = try field.optional("next_key")?.value
    guard base.seq < seq, Int64(chain.count) == seq - base.seq - 1,
      (chain.last ?? base.digest) == previous
    else {
      throw field.wrong("base, chain and prev that lead to seq \(seq) without a gap")
    }
  }
}

/// What a site says in the predicate of its enrolment file, report seq 0 (FORMAT.md, 12).
package struct EnrolmentPredicate: Hashable, Sendable {
  package static let type = "urn:waybill:enrolment:1"

  package struct Point: Hashable, Sendable {
    package let id: String
    package let kind: String

    package init(id: String, kind: String) {
      self.id = id
      self.kind = kind
    }
  }

  package let site: SiteID
  package let epoch: RandomID
  /// The site's public key in its TUF form.
  package let key: JSONValue
  /// Whom bundles for the site are sealed to.
  package let recipient: AgeRecipient
  package let rootFingerprint: Digest
  package let points: [Point]
  package let agent: String
  package let asOf: Instant
  package let isRehearsal: Bool
  /// The people who may approve at the site.
  package let operators: [Approver]
  /// The epoch before, where the host was restored from an old copy.
  package let restoredFrom: RandomID?

  package init(
    site: SiteID, epoch: RandomID, key: JSONValue, recipient: AgeRecipient,
    rootFingerprint: Digest, points: [Point], agent: String, asOf: Instant, isRehearsal: Bool,
    operators: [Approver] = [], restoredFrom: RandomID? = nil
  ) {
    self.restoredFrom = restoredFrom
    self.site = site
    self.epoch = epoch
    self.key = key
    self.recipient = recipient
    self.rootFingerprint = rootFingerprint
    self.points = points
    self.agent = agent
    self.asOf = asOf
    self.isRehearsal = isRehearsal
    self.operators = operators
  }

  package var json: JSONValue {
    let points = points.map { point in
      JSONValue.object(JSONObject([("id", .string(point.id)), ("kind", .string(point.kind))]))
    }
    var members: [(String, JSONValue)] = [
      ("site_id", .string(site.text)), ("epoch", .string(epoch.text)), ("seq", 0), ("key", key),
      ("recipient", .string(recipient.description)),
      ("root_fingerprint", .digest(rootFingerprint)), ("distribution_points", .array(points)),
      ("agent", .string(agent)), ("as_of", .instant(asOf)), ("rehearsal", .bool(isRehearsal)),
      ("operators", .array(operators.map(\.json))),
    ]
    if let restoredFrom { members.append(("restored_from", .string(restoredFrom.text))) }
    return .object(JSONObject(members))
  }

  package init(_ field: JSONField) throws(Refusal) {
    site = try field["site_id"].siteID()
    epoch = try field["epoch"].randomID()
    _ = try field["seq"].integer(in: 0...0)
    key = try field["key"].value
    recipient = try field["recipient"].ageRecipient()
    rootFingerprint = try field["root_fingerprint"].digest()
    var points: [Point] = []
    for element in try field["distribution_points"].array() {
      points.append(
        Point(id: try element["id"].string(), kind: try element["kind"].string()))
    }
    self.points = points
    agent = try field["agent"].string()
    asOf = try field["as_of"].instant()
    isRehearsal = try field["rehearsal"].bool()
    var operators: [Approver] = []
    for element in try field.optional("operators")?.array() ?? [] {
      operators.append(try Approver(element))
    }
    try Approver.requireDifferent(operators, in: "operators of the enrolment")
    self.operators = operators
    restoredFrom = try field.optional("restored_from")?.randomID()
  }
}
