// SPDX-License-Identifier: Apache-2.0
package import Intents

/// Leaves a host alone that says three times in a row that it is overloaded (configmgr.md, 7.1): 60 seconds,
/// then one probe; 120, 240 and at most 600 while probes fail. A value; who keeps it over restarts keeps its
/// `text`.
package struct CircuitBreaker: Hashable, Sendable {
  package enum Gate: Hashable, Sendable {
    case closed
    /// One small call first; what it brings decides.
    case probe
    case open(until: Instant)
  }

  /// Answers 503 in a row.
  private var refusals: Int
  /// How often it has opened without closing in between.
  private var openings: Int
  /// Until when it is open; nil while it is closed.
  private var until: Instant?

  package init() {
    refusals = 0
    openings = 0
    until = nil
  }

  package func gate(at now: Instant) -> Gate {
    guard let until else { return .closed }
    // A clock that was set back must not keep it shut for longer than any pause.
    let longest = now.adding(seconds: HTTPLimits.longestPause)
    return now < until && until <= longest ? .open(until: until) : .probe
  }

  /// Books an answer. Any but 503 closes it and resets the count.
  package mutating func note(status: Int, at now: Instant) {
    guard status == 503 else {
      self = CircuitBreaker()
      return
    }
    refusals += 1
    if until != nil || refusals >= HTTPLimits.refusals { open(at: now) }
  }

  /// Books a transfer without an answer: only a probe counts it.
  package mutating func noteBroken(at now: Instant) {
    if until != nil { open(at: now) }
  }

  private mutating func open(at now: Instant) {
    openings += 1
    var pause = HTTPLimits.firstPause
    for _ in 1..<min(openings, 8) { pause = min(2 * pause, HTTPLimits.longestPause) }
    until = now.adding(seconds: min(pause, HTTPLimits.longestPause))
    refusals = 0
  }

  /// Three numbers and blanks between them, such as `0 2 2026-11-01T00:02:00Z`; `-` for no moment.
  package var text: String { "\(refusals) \(openings) \(until?.description ?? "-")" }

  /// Nil for any text but that of a breaker.
  package init?(_ text: some StringProtocol) {
    let parts = text.split(separator: " ", omittingEmptySubsequences: false)
    guard parts.count == 3, let refusals = Int(parts[0]), let openings = Int(parts[1]),
      (0...1000).contains(refusals), (0...1_000_000).contains(openings)
    else { return nil }
    let until = Instant(parts[2])
    guard parts[2] == "-" || until != nil else { return nil }
    self.refusals = refusals
    self.openings = openings
    self.until = until
  }
}
