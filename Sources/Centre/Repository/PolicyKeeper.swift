// SPDX-License-Identifier: Apache-2.0
import Bundles
import Foundation
import GRDB
package import Intents
import Trust

/// Policies of sites: drafts, and those that role policy lists.
package struct PolicyKeeper {
  private let profile: CentreProfile

  package init(of profile: CentreProfile) { self.profile = profile }

  /// Books `policy` as the draft that the next `sign` takes. The same policy again changes nothing.
  ///
  /// - Returns: whether it differs from what is signed or drafted now.
  package func apply(_ policy: SitePolicy, at now: Instant) throws(Refusal) -> Bool {
    guard let site = policy.site else { return false }
    _ = try profile.ledger.site(site)
    if !profile.isRehearsal, policy.operators < 2 {
      throw Refusal(
        CentreReason.policyForbids, "policy of \(site), operators", seen: "1",
        expected: "2 outside a rehearsal")
    }
    let policy = policy.returning(to: try profile.ledger.recipient())
    // A signed policy whose text is not here is replaced by any that is applied.
    let signed: Entry? = try? signed(site)
    if (try draft(site) ?? signed)?.policy == policy { return false }
    let bytes = PolicyDocument.encoded(policy, for: site, salt: RandomID.generate())
    let drafted = try waiting()[site]?.digest.hex ?? ""
    try profile.ledger.write { database in
      try database.execute(
        sql: "DELETE FROM policies WHERE site = ? AND signed_version IS NULL AND sha256 <> ?",
        arguments: [site.text, drafted])
      try database.execute(
        sql: "INSERT INTO policies(site, sha256, bytes, applied_at) VALUES (?, ?, ?, ?)",
        arguments: [site.text, Digest.sha256(bytes).hex, Data(bytes), now.description])
      try LedgerAudit.append(
        "policy.drafted", ["site": site.text, "sha256": Digest.sha256(bytes).hex], at: now,
        in: database)
    }
    return true
  }

  /// A policy with its bytes and whether role policy lists it.
  package struct Entry: Sendable {
    package let policy: SitePolicy
    package let bytes: [UInt8]
    /// Version of role policy that first listed it; nil for a draft.
    package let signedVersion: Int64?
    package let appliedAt: Instant
  }

  /// The draft of a site if there is one, else its signed policy.
  package func newest(_ site: SiteID) throws(Refusal) -> Entry? {
    if let draft = try draft(site) { return draft }
    return try signed(site)
  }

  /// The policy that the next `sign` takes; nil when none was applied since the last.
  private func draft(_ site: SiteID) throws(Refusal) -> Entry? {
    try entry(
      """
      SELECT * FROM policies WHERE site = ? AND signed_version IS NULL ORDER BY rowid DESC
      """, [site.text])
  }

  /// The policy that role policy lists for a site.
  ///
  /// - Throws: `CentreReason.policyTextMissing` when its text was applied on another copy of this centre.
  package func signed(_ site: SiteID) throws(Refusal) -> Entry? {
    guard let files = try Repository(of: profile).published(),
      let listed = try files.roles().policy.policies[site]
    else { return nil }
    let found = try entry(
      "SELECT * FROM policies WHERE site = ? AND sha256 = ?", [site.text, listed.digest.hex])
    guard let found else {
      throw Refusal(
        CentreReason.policyTextMissing, "policy of \(site)", seen: "none with this hash",
        expected: listed.digest.hex)
    }
    return found
  }

  /// Drafts role policy with the newest policy of every site.
  ///
  /// - Returns: where that stands, and the sites whose policy is new; nil when there is nothing to sign.
  package func sign(
    keys: KeyRing, at now: Instant
  ) throws(Refusal) -> (standing: Ceremonies.Standing, sites: [SiteID])? {
    let ceremonies = Ceremonies(of: profile)
    let revision = try ceremonies.revision(at: now)
    var policies = revision.roles.policy.policies
    var drafts: [SiteID] = []
    for site in try profile.ledger.sites().map(\.id) {
      guard let entry = try draft(site) else { continue }
      drafts.append(site)
      policies[site] = TargetEntry(name: "policy/\(site).json", of: entry.bytes)
    }
    if drafts.isEmpty { return nil }
    let standing = try ceremonies.open(
      "policies of \(drafts.map(\.text).joined(separator: ", "))",
      revision.policies(policies), keys: keys, at: now)
    return (standing, drafts)
  }

  /// The document of a policy that a draft names.
  func bytes(of digest: Digest, _ site: SiteID) throws(Refusal) -> [UInt8] {
    let row = try profile.ledger.read { database in
      try Row.fetchOne(
        database, sql: "SELECT bytes FROM policies WHERE site = ? AND sha256 = ?",
        arguments: [site.text, digest.hex])
    }
    guard let row else {
      throw Refusal(
        CentreReason.ledgerDamaged, "ledger, policies", seen: "no policy \(digest) of \(site)",
        expected: "the one that was drafted")
    }
    return Array(row["bytes"] as Data)
  }

  /// Policies that wait for signatures in a draft of role policy; they are kept whatever is applied meanwhile.
  private func waiting() throws(Refusal) -> [SiteID: TargetEntry] {
    for waiting in try Ceremonies(of: profile).waiting() where waiting.roles.contains(.policy) {
      guard case .success(let ceremony) = waiting.ceremony else { continue }
      return ceremony.drafts.proposed.policy.policies
    }
    return [:]
  }

  private func entry(_ sql: String, _ arguments: StatementArguments) throws(Refusal) -> Entry? {
    let row = try profile.ledger.read { try Row.fetchOne($0, sql: sql, arguments: arguments) }
    guard let row else { return nil }
    let bytes = Array(row["bytes"] as Data)
    return Entry(
      policy: try PolicyDocument.policy(parsing: bytes), bytes: bytes,
      signedVersion: row["signed_version"], appliedAt: try row.parsed("applied_at") { Instant($0) })
  }
}
