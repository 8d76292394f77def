// SPDX-License-Identifier: Apache-2.0
package import Bundles
package import Intents
package import Trust

/// How a site stands, as its journal says; the distribution point is not asked.
package struct SiteStatus: Sendable {
  package let profile: SiteProfile
  /// The newest bundle that was taken.
  package let bundle: KnownBundle?
  package let issued: Instant?
  package let expires: Instant?
  /// Days since a newer bundle should have come, by the courier period that the expiry implies (S16).
  package let overdueDays: Int64
  package let rootVersion: Int64
  package let policy: SitePolicy
  /// Who may approve here.
  package let approvers: [Approver]
  /// Ascending by intent.
  package let results: [IntentResult]
  package let needed: [Digest]
  package let isReturnDue: Bool
  package let lastReport: Int64?
  package let acknowledged: Int64?
  /// Whether nothing of this epoch is written any more (S19).
  package let isEnded: Bool
  /// The signing key that waits for its acknowledgement.
  package let nextKey: KeyID?
  /// Files in the store, and their bytes.
  package let stored: (files: Int64, bytes: Int64)

  package init(of site: OpenedSite, clock: Instant) throws(Refusal) {
    profile = site.profile
    let trust = try site.trust()
    rootVersion = trust.root.version
    policy = try site.policy()
    approvers = try site.approvers(policy)
    stored = try site.store.usage()
    let epoch = site.profile.epoch
    let read = try site.journal.read { journal in
      (
        bundle: try journal.newestBundle(), results: try journal.results(),
        needed: try journal.needed(), report: try journal.newestReport()?.seq,
        base: try journal.base(of: epoch)?.seq,
        isDue: try journal.value(JournalFact.returnDue) == "true",
        issued: try journal.value(JournalFact.issued),
        expires: try journal.value(JournalFact.expires),
        isEnded: try journal.value(JournalFact.epochEnded) != nil,
        nextKey: try journal.nextKey()?.id
      )
    }
    bundle = read.bundle
    results = read.results
    needed = read.needed
    lastReport = read.report
    acknowledged = read.base
    isReturnDue = read.isDue && !read.isEnded
    isEnded = read.isEnded
    nextKey = read.nextKey
    let issued = read.issued.flatMap { Instant($0) }
    let expires = read.expires.flatMap { Instant($0) }
    self.issued = issued
    self.expires = expires
    overdueDays = SiteStatus.overdue(issued, expires, clock)
  }

  /// Metadata of a line lives for three courier periods.
  private static func overdue(_ issued: Instant?, _ expires: Instant?, _ clock: Instant) -> Int64 {
    guard let issued, let expires, expires > issued else { return 0 }
    let due = issued.adding(seconds: (expires.seconds - issued.seconds) / 3)
    return max(0, clock.days(since: due))
  }
}

extension OpenedSite {
  /// Hands out the audit log, each line checked.
  package func history(_ each: (AuditEvent) throws -> Void) throws(Refusal) {
    try journal.read { try $0.events(after: 0, each) }
  }
}
