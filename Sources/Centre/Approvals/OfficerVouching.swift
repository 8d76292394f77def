// SPDX-License-Identifier: Apache-2.0
package import Bundles
package import Intents
package import Trust

/// Who vouches for a new officer. One person who makes keys under several names must not become several officers: in
/// production the holders of role policy do it, as many as that role asks for, or two officers that there are.
package struct OfficerVouching: Sendable {
  /// Predicate type of the statement. It stays inside the centre.
  package static let type = "urn:waybill:officer:1"

  private let policy: RoleKeys
  private let officers: [Approver]
  private let now: Instant

  /// - Parameter policy: the keys of role policy as published.
  package init(policy: RoleKeys, officers: [Approver], at now: Instant) {
    self.policy = policy
    self.officers = officers
    self.now = now
  }

  /// Signs that `officer` is who they say they are; counts for 30 days.
  package static func statement(
    for officer: Approver, by key: SecretKey, at now: Instant
  ) -> Envelope {
    let predicate: JSONValue = [
      "name": .string(officer.name.text), "key": officer.key.json,
      "at": .string(now.description),
      "expires": .string(now.adding(days: BundleLimits.approvalDays).description),
    ]
    let statement = Statement(
      subjects: [.init(name: "officer", digest: digest(of: officer))], predicateType: type,
      predicate: predicate)
    return .sign(payload: statement.encoded, by: [key])
  }

  /// What is vouched for: the digest of the person's open file.
  package static func digest(of officer: Approver) -> Digest { .sha256(officer.file) }

  /// - Throws: `CentreReason.officerNotVouched` with who counted and why others did not.
  package func check(_ officer: Approver, _ statements: [Envelope]) throws(Refusal) {
    var holders: Set<PublicKey> = []
    var people: [Approver] = []
    var notes: [String] = []
    for statement in statements {
      if let fault = fault(in: statement, for: officer) {
        notes.append(fault)
        continue
      }
      if let key = policy.keys.first(where: { isSigned(statement, by: $0) }) {
        holders.insert(key)
      } else if let person = officers.first(where: { isSigned(statement, by: $0.key) }) {
        if !people.contains(where: { $0.isSamePerson(as: person) }) { people.append(person) }
      } else {
        notes.append("one by \(statement.signatures.first?.keyid.prefix(8) ?? "nobody")")
      }
    }
    if holders.count >= policy.threshold || people.count >= 2 { return }
    let rest = notes.isEmpty ? "" : "; not counted: \(notes.prefix(4).joined(separator: "; "))"
    throw Refusal(
      CentreReason.officerNotVouched, "officer \(officer.name), key \(officer.key.id)",
      seen: "\(holders.count) holders of role policy, \(people.count) officers\(rest)",
      expected: "\(policy.threshold) holders of role policy, or 2 officers")
  }

  private func isSigned(_ statement: Envelope, by key: PublicKey) -> Bool {
    (try? statement.verified(by: [key])) != nil  // by somebody else, which is told
  }

  /// What is wrong with a statement, whoever signed it.
  private func fault(in statement: Envelope, for officer: Approver) -> String? {
    do throws(Refusal) {
      let claim = try Statement(parsing: statement.unverifiedPayload, named: "statement")
      guard claim.predicateType == Self.type,
        claim.digest(ofSubject: "officer") == Self.digest(of: officer)
      else { return "one about somebody or something else" }
      let (at, expires) = (
        try claim.predicate["at"].instant(), try claim.predicate["expires"].instant()
      )
      guard expires > now, at <= now.adding(days: 1),
        expires <= at.adding(days: BundleLimits.approvalDays)
      else { return "one given \(at), until \(expires)" }
      return nil
    } catch {
      return "one that cannot be read: \(error)"
    }
  }
}

extension OfficerDesk {
  /// Enrols an officer; outside a rehearsal enough people must vouch for them.
  ///
  /// - Throws: `CentreReason.officerNotVouched`, `DocumentReason.samePersonTwice`.
  package func enrol(_ officer: Approver, vouchedFor statements: [Envelope]) throws(Refusal) {
    if !profile.isRehearsal {
      let roles = try Repository(of: profile).roles()
      try OfficerVouching(
        policy: roles.targets.policy, officers: try profile.ledger.officers(), at: now
      ).check(officer, statements)
    }
    try profile.ledger.add(officer: officer, at: now)
  }
}
