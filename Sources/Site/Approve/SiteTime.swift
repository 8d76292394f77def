// SPDX-License-Identifier: Apache-2.0
package import Bundles
package import Intents
package import Trust

/// Which time a site goes by now, and why.
package struct SiteTime: Sendable {
  package let reading: TimeReading
  /// The latest verified `issued`: no earlier moment is believed.
  package let floor: Instant
  /// The latest moment at which the clock is believed.
  package let ceiling: Instant
  /// A date that was claimed and is not spent, and who confirmed it.
  package let claim: (date: Instant, people: [Approver], isGranted: Bool)?

  package init(of site: OpenedSite, clock: Instant) throws(Refusal) {
    let trust = try site.trust()
    floor = trust.timeFloor
    ceiling = trust.newestIssued.adding(days: TrustLimits.clockAheadOfIssued)
    claim = try SiteTime.claim(at: site, trust, clock)
    if let claim, claim.isGranted {
      reading = TimeReading(now: claim.date, source: .confirmed, clock: clock)
    } else {
      reading = trust.reading(of: clock)
    }
  }

  /// The date that enough people confirmed, for the next bundle; nil while there is none.
  package var confirmed: Instant? {
    claim.flatMap { $0.isGranted ? $0.date : nil }
  }

  /// Why this time, in words.
  package var words: String {
    switch reading.source {
    case .clock: "the clock lies between the floor and the newest signature + 400 days"
    case .confirmed:
      "\(claim?.people.count ?? 0) people confirmed the date; it counts for the next bundle"
    case .floor where reading.clock < floor: "the clock is behind what was already signed"
    case .floor: "the clock is too far ahead of everything that was signed"
    }
  }

  private static func claim(
    at site: OpenedSite, _ trust: TrustState, _ clock: Instant
  ) throws(Refusal) -> (date: Instant, people: [Approver], isGranted: Bool)? {
    let (text, kept) = try site.journal.read {
      (try $0.value(JournalFact.claimedDate), try $0.approvals())
    }
    guard let date = text.flatMap({ Instant($0) }), date >= trust.timeFloor else { return nil }
    let subject = DateClaim(date: date, floor: trust.timeFloor).subject(site.profile, trust)
    let verdict = try site.judge(try site.policy(), clock: clock).at(clock)
      .judge(kept, for: subject)
    guard !verdict.people.isEmpty else { return nil }
    return (date, verdict.people, verdict.isGranted)
  }
}

extension OpenedSite {
  /// Remembers which date people are asked to confirm.
  package func claim(_ date: Instant) throws(Refusal) {
    try journal.write { try $0.setValue(date.description, of: JournalFact.claimedDate) }
  }
}
