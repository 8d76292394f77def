// SPDX-License-Identifier: Apache-2.0
package import Intents
package import Trust

/// The keys that sign for one epoch of a site: its enrolment names the first, and a report that two sign the next one
/// (FORMAT.md, 12). Statements are to be handed in ascending by number.
package struct SigningKeys: Sendable {
  /// Oldest first.
  package private(set) var all: [PublicKey] = []

  package init() {}

  /// The payload of a statement, once a key known so far signs it. What it says of the next key is taken.
  ///
  /// - Throws: `TrustReason.tooFewSignatures`, and what the strict readers refuse.
  package mutating func verified(
    _ envelope: Envelope, named name: String
  ) throws(Refusal) -> [UInt8] {
    let claimed = try Statement(parsing: envelope.unverifiedPayload, named: name)
    if claimed.predicateType == EnrolmentPredicate.type, all.isEmpty {
      let predicate = try EnrolmentPredicate(claimed.predicate)
      let key = try PublicKey(JSONField(predicate.key, at: "\(name): key"))
      let payload = try envelope.verified(by: [key])
      all = [key]
      return payload
    }
    let payload = try envelope.verified(by: all)
    guard claimed.predicateType == ReportPredicate.type,
      let next = try ReportPredicate(claimed.predicate).nextKey
    else { return payload }
    let key = try PublicKey(JSONField(next, at: "\(name): next_key"))
    _ = try envelope.verified(by: [key])
    if !all.contains(key) { all.append(key) }
    return payload
  }
}
