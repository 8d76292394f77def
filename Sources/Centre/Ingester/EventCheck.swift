// SPDX-License-Identifier: Apache-2.0
package import Bundles
package import Intents

/// Holds the events of a report, one after the other, against what its site has signed before: FORMAT.md, 12 and
/// the rules R20 and S18. Pure, and holds two lines at a time.
package struct EventCheck {
  /// What the centre has booked of the site's log in this epoch.
  package struct Known: Hashable, Sendable {
    /// Where the base of the report ends.
    package let base: AuditHead
    /// Number of the newest line that is held; all before it are held too.
    package let newest: Int64
    /// The furthest that a report with a lower number reaches.
    package let least: Int64
    /// The least far that a report with a higher number reaches; nil when there is none.
    package let most: Int64?

    package init(base: AuditHead, newest: Int64, least: Int64, most: Int64?) {
      self.base = base
      self.newest = newest
      self.least = least
      self.most = most
    }
  }

  private let known: Known
  /// `audit_head` of the report.
  private let head: Digest
  private let site: SiteID
  private var first: Int64?
  private var last: AuditHead?

  package init(_ site: SiteID, head: Digest, known: Known) {
    self.site = site
    self.head = head
    self.known = known
  }

  /// Takes the next event.
  ///
  /// - Parameter held: the hash of a line of the site's log that the centre holds, by its number.
  /// - Returns: whether the centre does not hold it yet.
  /// - Throws: `CentreReason.reportMismatch` (10), `.logRewritten` (41).
  package mutating func take(
    _ event: AuditEvent, held: (Int64) throws(Refusal) -> Digest?
  ) throws(Refusal) -> Bool {
    if let last {
      guard event.seq == last.seq + 1, event.previous == last.digest else {
        throw mismatch(
          "events.ndjson", "event \(event.seq) behind \(event.previous)",
          "event \(last.seq + 1) behind \(last.digest)")
      }
    } else {
      first = event.seq
      try join(event, held: held)
    }
    last = AuditHead(seq: event.seq, digest: event.digest)
    guard event.seq <= known.newest else { return true }
    guard let digest = try held(event.seq) else { return true }
    guard digest == event.digest else {
      throw rewritten("event \(event.seq) of \(site)", event.digest.hex, digest.hex)
    }
    return false
  }

  /// Looks at the end.
  ///
  /// - Returns: number of the line that the report reaches to.
  package func finish() throws(Refusal) -> Int64 {
    let end = last ?? known.base
    guard head == end.digest else {
      throw mismatch(
        "audit_head", head.hex, "\(end.digest), that of event \(end.seq), the last that is known")
    }
    let start = known.base.seq + 1
    if let first, first != start {
      throw mismatch("events.ndjson", "event \(first) first", "event \(start), behind its base")
    }
    guard end.seq >= known.least else {
      throw rewritten(
        "log of \(site)", "\(end.seq) events", "at least \(known.least), as signed before")
    }
    if let most = known.most, end.seq > most {
      throw rewritten("log of \(site)", "\(end.seq) events", "at most \(most), as signed later")
    }
    return end.seq
  }

  /// Holds the first event against the line before it.
  private func join(
    _ event: AuditEvent, held: (Int64) throws(Refusal) -> Digest?
  ) throws(Refusal) {
    let before = event.seq - 1
    guard before > 0 else {
      guard before == 0, event.previous == AuditEvent.origin else {
        throw mismatch(
          "events.ndjson", "event \(event.seq) behind \(event.previous)",
          "event 1 behind \(AuditEvent.origin), the hash of nothing")
      }
      return
    }
    guard before <= known.newest, let digest = try held(before) else {
      throw mismatch(
        "events.ndjson", "event \(event.seq) first", "event \(known.base.seq + 1), behind its base")
    }
    guard event.previous == digest else {
      throw rewritten("event \(before) of \(site)", event.previous.hex, digest.hex)
    }
  }

  private func mismatch(_ subject: String, _ seen: String, _ expected: String) -> Refusal {
    Refusal(CentreReason.reportMismatch, subject, seen: seen, expected: expected)
  }

  private func rewritten(_ subject: String, _ seen: String, _ expected: String) -> Refusal {
    Refusal(CentreReason.logRewritten, subject, seen: seen, expected: expected)
  }
}
