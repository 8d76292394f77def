// SPDX-License-Identifier: Apache-2.0
package import Bundles
package import Intents
import Trust

/// Something that people are asked to approve, in words and as what they sign.
package struct Question: Sendable {
  /// What stands over it, such as `plan`, `date`.
  package let kind: String
  /// One for each capacity in which it is approved; all over the same digest.
  package let subjects: [ApprovalSubject]
  /// For people.
  package let words: [String]
  /// How many days an approval of it may count.
  package let days: Int64

  /// The digits that a person types.
  package var digits: String { subjects.first?.digits ?? "" }
  package var plan: Digest? { subjects.first?.plan }
}

/// An expired bundle that somebody wants to take all the same.
package struct BreakGlass: Hashable, Sendable {
  package let number: Int64
  package let fingerprint: Digest
  /// When the first of its roles expired.
  package let expired: Instant
  package let reason: String

  package init(number: Int64, fingerprint: Digest, expired: Instant, reason: String) {
    self.number = number
    self.fingerprint = fingerprint
    self.expired = expired
    self.reason = reason
  }

  /// What may be given as reason: it is signed, logged and reported.
  package static func isReason(_ text: String) -> Bool {
    (1...200).contains(text.unicodeScalars.count)
      && text.unicodeScalars.allSatisfy { $0.value >= 32 && $0.value != 127 }
  }

  var json: JSONValue {
    [
      "n": .integer(number), "fingerprint": .string(fingerprint.hex),
      "expired": .string(expired.description), "reason": .string(reason),
    ]
  }

  init(_ field: JSONField) throws(Refusal) {
    number = try field["n"].integer(in: 1...TrustLimits.jsonInteger)
    fingerprint = try field["fingerprint"].digest()
    expired = try field["expired"].instant()
    reason = try field["reason"].string()
  }

  /// What people approve.
  package func subject(site: SiteID, epoch: RandomID) -> ApprovalSubject {
    ApprovalSubject(
      role: .breakGlass, site: site, epoch: epoch, plan: .sha256(json.canonical),
      fingerprint: fingerprint, number: number)
  }
}

/// That a day is today's, for a site whose clock cannot be believed.
package struct DateClaim: Hashable, Sendable {
  package let date: Instant
  /// The floor of time when it was claimed: once that moves, the claim is spent.
  package let floor: Instant

  /// What people approve. The number is that of the newest bundle that verified, if there is one: with the next
  /// bundle the claim is spent.
  func subject(_ profile: SiteProfile, _ trust: TrustState) -> ApprovalSubject {
    let claim: JSONValue = [
      "date": .string(date.description), "floor": .string(floor.description),
    ]
    return ApprovalSubject(
      role: .date, site: profile.site, epoch: profile.epoch, plan: .sha256(claim.canonical),
      fingerprint: trust.line?.fingerprint, number: trust.line?.n)
  }
}
