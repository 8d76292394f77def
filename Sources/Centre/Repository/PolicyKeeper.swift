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
    if try newest(site)?.policy == policy { return false }
    let bytes = PolicyDocument.encoded(policy, for: site, salt: RandomID.generate())
    try profile.ledger.write { database in
      try database.execute(
        sql: "DELETE FROM policies WHERE site = ? AND signed_version IS NULL",
        arguments: [site.text])
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
    try entry(
      "SELECT * FROM policies WHERE site = ? ORDER BY signed_version IS NULL DESC, signed_version DESC",
      site)
  }

  /// The policy that role policy lists for a site.
  package func signed(_ site: SiteID) throws(Refusal) -> Entry? {
    try entry(
      """
      SELECT * FROM policies WHERE site = ? AND signed_version IS NOT NULL
      ORDER BY signed_version DESC
      """, site)
  }

  /// Signs all drafts into a new version of role policy.
  ///
  /// - Returns: its version and the sites whose policy is new; nil when there is no draft.
  package func sign(keys: KeyRing, at now: Instant) throws(Refusal) -> (Int64, [SiteID])? {
    let repository = Repository(of: profile)
    var policies: [SiteID: TargetEntry] = [:]
    var drafts: [SiteID] = []
    for site in try profile.ledger.sites().map(\.id) {
      guard let entry = try newest(site) else { continue }
      if entry.signedVersion == nil { drafts.append(site) }
      policies[site] = TargetEntry(name: "policy/\(site).json", of: entry.bytes)
    }
    if drafts.isEmpty { return nil }
    let version = try repository.roles().policy.header.version + 1
    let role = PolicyRole(
      header: Repository.header(version: version, days: CentreLimits.offlineDays, at: now),
      policies: policies)
    let file = try MetadataFile.signed(
      role.json, by: [try keys.signer(.policy)], named: "policy.json")
    try RoleSize.check(file, .policy)
    try profile.ledger.write { database in
      try Repository.store(file, .policy, version: version, in: database)
      for site in drafts {
        try database.execute(
          sql: "UPDATE policies SET signed_version = ? WHERE site = ? AND signed_version IS NULL",
          arguments: [version, site.text])
        try LedgerAudit.append(
          "policy.signed", ["site": site.text, "role_version": String(version)], at: now,
          in: database)
      }
    }
    return (version, drafts)
  }

  private func entry(_ sql: String, _ site: SiteID) throws(Refusal) -> Entry? {
    let row = try profile.ledger.read { try Row.fetchOne($0, sql: sql, arguments: [site.text]) }
    guard let row else { return nil }
    let bytes = Array(row["bytes"] as Data)
    return Entry(
      policy: try PolicyDocument.policy(parsing: bytes), bytes: bytes,
      signedVersion: row["signed_version"], appliedAt: try row.parsed("applied_at") { Instant($0) })
  }
}
