// SPDX-License-Identifier: Apache-2.0
import Bundles
import Foundation
import GRDB
package import Intents

/// Where every site stands, from what the centre sent and what the site has signed.
package struct SiteStatus: Sendable {
  package let site: SiteID
  /// Newest number that was written to a medium; 0 before the first.
  package let exported: Int64
  /// Newest number that the site's newest booked report says is applied.
  package let applied: Int64
  /// Newest booked report; nil until the first return.
  package let seq: Int64?
  /// When that report was written at the site.
  package let asOf: Instant?
  /// Whether `asOf` cannot be true: then silence is counted from when the report was ingested (R09).
  package let isTimeDoubtful: Bool
  /// Days since the last sign of life, when they pass the courier period.
  package let overdueDays: Int64?
  package let desired: Int64
  package let intents: [IntentStanding]
  /// Device records by state, over all intents.
  package let devices: [ComplianceRecord.State: Int64]

  /// One desired or reported intent.
  package struct IntentStanding: Sendable {
    package let id: Name
    /// nil when it is not desired any more.
    package let desiredRevision: Int64?
    /// nil when the site has not reported it.
    package let reportedRevision: Int64?
    package let state: IntentState?
    package let reason: String?
    /// Why it lacks approvals that policy asked for: applied all the same, and a matter for the officer (R25).
    package let unapproved: String?
  }

  /// All sites, ascending.
  package static func all(in profile: CentreProfile, at now: Instant) throws(Refusal)
    -> [SiteStatus]
  {
    var all: [SiteStatus] = []
    for site in try profile.ledger.sites() {
      all.append(try SiteStatus(site, in: profile, at: now))
    }
    return all
  }

  init(_ site: SiteRecord, in profile: CentreProfile, at now: Instant) throws(Refusal) {
    self.site = site.id
    let ledger = profile.ledger
    let newest = try ledger.newestReport(of: site)
    seq = newest?.point.seq
    asOf = newest?.asOf
    isTimeDoubtful = newest?.isTimeDoubtful ?? false
    applied = newest?.number ?? 0
    exported = try ledger.read { database in
      try Int64.fetchOne(
        database, sql: "SELECT max(n) FROM bundles WHERE site = ? AND state = 'written'",
        arguments: [site.id.text]) ?? 0
    }
    let heard = newest.map { $0.isTimeDoubtful ? $0.receivedAt : $0.asOf }
    let silent = now.days(since: heard ?? site.enrolledAt)
    overdueDays = silent > CentreLimits.courierPeriod ? silent : nil
    let wanted = try ledger.intents(site: site.id, currentOnly: true).map(\.intent)
    desired = Int64(wanted.count)
    let flaws = try ledger.read { database in
      try Row.fetchAll(
        database,
        sql: "SELECT id, unapproved FROM site_intents WHERE site = ? AND unapproved IS NOT NULL",
        arguments: [site.id.text]
      ).map { ($0["id"] as String, $0["unapproved"] as String) }
    }
    intents = SiteStatus.standings(
      desired: wanted, reported: newest?.state?.intents ?? [],
      unapproved: Dictionary(flaws) { first, _ in first })
    let counts = try ledger.read { database in
      try Row.fetchAll(
        database, sql: "SELECT state, count(*) AS count FROM devices WHERE site = ? GROUP BY state",
        arguments: [site.id.text])
    }
    var devices: [ComplianceRecord.State: Int64] = [:]
    for row in counts {
      devices[try row.parsed("state") { ComplianceRecord.State(rawValue: $0) }] = row["count"]
    }
    self.devices = devices
  }

  private static func standings(
    desired: [DeploymentIntent], reported: [IntentResult], unapproved: [String: String]
  ) -> [IntentStanding] {
    let ids = Set(desired.map(\.id)).union(reported.map(\.id)).sorted()
    return ids.map { id in
      let result = reported.first { $0.id == id }
      return IntentStanding(
        id: id, desiredRevision: desired.first { $0.id == id }?.revision,
        reportedRevision: result?.revision, state: result?.state, reason: result?.reason,
        unapproved: unapproved[id.text])
    }
  }
}
