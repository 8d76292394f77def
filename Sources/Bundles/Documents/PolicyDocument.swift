// SPDX-License-Identifier: Apache-2.0
package import Intents
import Trust

/// `policy/<site>.json` (FORMAT.md, 10).
package enum PolicyDocument {
  package static func encoded(_ policy: SitePolicy, for site: SiteID, salt: RandomID) -> [UInt8] {
    let members: [(String, JSONValue)] =
      DocumentHeader.members(type: "waybill-policy") + [
        ("site_id", .string(site.text)), ("salt", .string(salt.text)),
        ("sealing", .string(policy.sealing.rawValue)), ("egress", .string(policy.egress.rawValue)),
        ("removals", .string(policy.removals.rawValue)), ("operators", .integer(policy.operators)),
        ("collections", .sorted(policy.collections.map(\.text))),
        ("scope_ceiling", .sorted(policy.scopeCeiling.map(\.text))),
        ("approvals", .string(policy.approvals.rawValue)),
        ("approvers", .sorted(policy.approvers.map(\.hex))),
        ("break_glass_days", .integer(policy.breakGlassDays)),
        ("egress_review", .string(policy.egressReview.rawValue)),
      ] + (policy.returnsTo.map { [("returns_to", .string($0.description))] } ?? [])
    return JSONValue.object(JSONObject(members)).encoded
  }

  package static func policy(parsing bytes: [UInt8]) throws(Refusal) -> SitePolicy {
    let document = try JSONField(parsing: bytes, named: "policy")
    try DocumentHeader.check(document, type: "waybill-policy")
    var collections: Set<CollectionName> = []
    for element in try document["collections"].array() {
      collections.insert(try element.collection())
    }
    let days = try document.optional("break_glass_days").map { (field) throws(Refusal) in
      try field.integer(in: SitePolicy.breakGlassRange)
    }
    return SitePolicy(
      site: try document["site_id"].siteID(),
      sealing: try document["sealing"].choice(SitePolicy.Sealing.self),
      egress: try document["egress"].choice(SitePolicy.Egress.self),
      removals: try document["removals"].choice(SitePolicy.Removals.self),
      operators: try document["operators"].integer(in: 1...2), collections: collections,
      scopeCeiling: try document["scope_ceiling"].tags(),
      returnsTo: try document.optional("returns_to")?.ageRecipient(),
      approvals: try document.optional("approvals")?.choice(SitePolicy.Approvals.self),
      approvers: Set(try document.optional("approvers")?.digests() ?? []),
      breakGlassDays: days ?? 0,
      egressReview: try document.optional("egress_review")?.choice(SitePolicy.EgressReview.self)
        ?? .none)
  }
}
