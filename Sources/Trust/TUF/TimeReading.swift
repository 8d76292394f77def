// SPDX-License-Identifier: Apache-2.0
package import Intents

/// Which moment expiry was checked against, and why.
package struct TimeReading: Sendable, Hashable, CustomStringConvertible {
  package enum Source: String, Sendable {
    /// The host's clock, which lies where it can be believed.
    case clock
    /// The latest verified `issued`, because the clock is behind it or too far ahead.
    case floor
    /// A date that two people confirmed.
    case confirmed
  }

  package let now: Instant
  package let source: Source
  package let clock: Instant

  package init(now: Instant, source: Source, clock: Instant) {
    self.now = now
    self.source = source
    self.clock = clock
  }

  package var description: String { "\(now) (source: \(source.rawValue); clock said \(clock))" }
}

extension TrustState {
  /// Which moment this state goes by where no papers are at hand: the clock where it lies between the floor and the
  /// newest `issued` + 400 days, else the floor.
  package func reading(of clock: Instant) -> TimeReading {
    let last = newestIssued.adding(days: TrustLimits.clockAheadOfIssued)
    let isBelievable = clock >= timeFloor && clock <= last
    return TimeReading(
      now: isBelievable ? clock : timeFloor, source: isBelievable ? .clock : .floor, clock: clock)
  }
}

/// What is known of the time from outside the papers.
struct GivenTime {
  let clock: Instant
  /// A date that people confirmed.
  let confirmed: Instant?
  /// Days after its expiry in which a role is not refused for it.
  let graceDays: Int64
}

/// The rules of time for one set of papers: all roles at once, after the last signature.
struct TimeCheck {
  let roles: VerifiedRoles
  let state: TrustState
  let given: GivenTime

  private var clock: Instant { given.clock }

  /// Which moment to go by: the clock where it lies between the floor and the newest `issued` + 400 days.
  var reading: TimeReading {
    if let confirmed = given.confirmed, confirmed >= state.timeFloor {
      return TimeReading(now: confirmed, source: .confirmed, clock: clock)
    }
    let isBelievable = clock >= state.timeFloor && !isClockFarAhead
    return TimeReading(
      now: isBelievable ? clock : state.timeFloor, source: isBelievable ? .clock : .floor,
      clock: clock)
  }

  var isClockBehind: Bool { clock < state.timeFloor }

  var isClockFarAhead: Bool {
    let newest = max(state.newestIssued, roles.newestIssued)
    return clock > newest.adding(days: TrustLimits.clockAheadOfIssued)
  }

  /// Whether the papers are issued so far ahead of the clock that it is worth a word.
  var isIssuedAhead: Bool {
    let reading = reading
    return reading.source != .floor
      && roles.newestIssued > reading.now.adding(seconds: TrustLimits.issuedAheadUnnoticed)
  }

  /// - Throws: `TrustReason.issuedAfterExpiry`, `.issuedAheadOfClock`, `.issuedFarAhead`, `.expired`,
  ///   `.clockFarAhead`.
  func check() throws(Refusal) {
    try checkIssued()
    let reading = reading
    for (role, header) in roles.headers.sorted(by: { $0.header.expires < $1.header.expires })
    where header.expires.adding(days: given.graceDays) <= reading.now {
      throw Refusal(
        TrustReason.expired, "role \(role.rawValue)", seen: "\(header.expires)",
        expected: "later than \(reading)")
    }
    if isClockFarAhead, reading.source == .floor {
      throw Refusal(
        TrustReason.clockFarAhead, "clock", seen: "\(clock)",
        expected: "at most \(TrustLimits.clockAheadOfIssued) days after "
          + "\(max(state.newestIssued, roles.newestIssued))")
    }
  }

  private func checkIssued() throws(Refusal) {
    for (role, header) in roles.headers where header.issued > header.expires {
      throw issuedAfterExpiry(role, header.issued, header.expires)
    }
    let offline: [MetadataRole] = [.root, .targets, .content, .policy]
    for (role, header) in roles.headers
    where offline.contains(role) && roles.newestIssued > header.expires {
      throw issuedAfterExpiry(role, roles.newestIssued, header.expires)
    }
    let reading = reading
    let bound = reading.now.adding(days: TrustLimits.issuedAheadOfClock)
    if reading.source != .floor, roles.newestIssued > bound {
      throw Refusal(
        TrustReason.issuedAheadOfClock, "issued", seen: "\(roles.newestIssued)",
        expected: "at most \(bound), by \(reading)")
    }
    let highest = state.timeFloor.adding(days: TrustLimits.issuedAheadOfFloor)
    if state.line != nil, reading.source != .confirmed, roles.newestIssued > highest {
      throw Refusal(
        TrustReason.issuedFarAhead, "issued", seen: "\(roles.newestIssued)",
        expected: "at most \(highest)")
    }
  }

  private func issuedAfterExpiry(
    _ role: MetadataRole, _ issued: Instant, _ expires: Instant
  ) -> Refusal {
    Refusal(
      TrustReason.issuedAfterExpiry, "role \(role.rawValue)", seen: "issued \(issued)",
      expected: "not after its expiry \(expires)")
  }
}
