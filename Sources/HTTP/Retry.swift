// SPDX-License-Identifier: Apache-2.0
package import Intents

/// Whether one call is to be made again, and when (configmgr.md, 7.1). A value of one call; no clock, no I/O.
package struct Retry: Sendable {
  /// How an attempt ended.
  package enum Outcome: Sendable {
    case answer(status: Int, retryAfter: String?)
    case failure(HTTPReason)
  }

  /// What follows from it.
  package enum Verdict: Hashable, Sendable {
    /// The caller gets the answer or the failure: it is final, or trying again has no use now.
    case take
    /// Make the call again after so many seconds.
    case wait(Int64)
  }

  /// What may be repeated.
  package enum Repetition: Sendable {
    /// Whatever may pass by itself: the call can be made twice without harm.
    case always
    /// Only what certainly had no effect: no connection, or a server that says that it is busy.
    case whenWithoutEffect
  }

  private let repetition: Repetition
  private var waits = 0
  private var internalErrors = 0

  package init(_ repetition: Repetition) { self.repetition = repetition }

  package mutating func verdict(after outcome: Outcome, at now: Instant) -> Verdict {
    guard waits < HTTPLimits.ladder.count, mayRepeat(outcome) else { return .take }
    let step = HTTPLimits.ladder[waits]
    var asked: Int64 = 0
    if case .answer(let status, let text?) = outcome, status == 429 || status == 503 {
      asked = RetryAfter.seconds(text, at: now) ?? 0
    }
    guard asked <= HTTPLimits.longestWait else { return .take }
    waits += 1
    return .wait(max(step, asked))
  }

  private mutating func mayRepeat(_ outcome: Outcome) -> Bool {
    switch outcome {
    case .failure(let reason):
      return reason == .notConnected || reason == .unreachable && repetition == .always
    case .answer(429, _), .answer(503, _):
      return true
    case .answer(500, _):
      internalErrors += 1
      return repetition == .always && internalErrors <= HTTPLimits.internalErrors
    case .answer(408, _), .answer(425, _), .answer(502, _), .answer(504, _):
      return repetition == .always
    case .answer:
      return false
    }
  }
}
