// SPDX-License-Identifier: Apache-2.0
package import Intents

/// Makes calls with retries, and leaves an overloaded host alone. Clock, sleep, jitter and what is kept over
/// restarts are the caller's.
package final class PatientClient {
  package typealias Send = (HTTPRequest) throws(Refusal) -> HTTPResponse

  /// What time and chance are here.
  package struct Timing {
    package let now: () -> Instant
    /// Waits so many seconds; may throw to end the call, for a signal.
    package let sleep: (Int64) throws(Refusal) -> Void
    /// Seconds to add to a wait of so many.
    package let jitter: (Int64) -> Int64

    package init(
      now: @escaping () -> Instant, sleep: @escaping (Int64) throws(Refusal) -> Void,
      jitter: @escaping (Int64) -> Int64 = { _ in 0 }
    ) {
      self.now = now
      self.sleep = sleep
      self.jitter = jitter
    }
  }

  /// Where the breaker of one host is kept.
  package struct Memory {
    package let load: () throws(Refusal) -> String?
    package let save: (String) throws(Refusal) -> Void

    package init(
      load: @escaping () throws(Refusal) -> String?,
      save: @escaping (String) throws(Refusal) -> Void
    ) {
      self.load = load
      self.save = save
    }
  }

  private let client: Send
  private let timing: Timing
  private let memory: Memory
  /// The smallest read that shows whether the host is well again.
  private let probe: HTTPRequest
  private var breaker: CircuitBreaker?

  package init(
    _ client: @escaping Send, probe: HTTPRequest, timing: Timing, memory: Memory
  ) {
    self.client = client
    self.probe = probe
    self.timing = timing
    self.memory = memory
  }

  /// Sends `request`, again and again where that may help.
  ///
  /// - Returns: the last answer, whatever its status; it can be 429 or 503 when waiting had no end.
  /// - Throws: what the client throws, and `HTTPReason.leftAlone` while the host is left alone.
  package func send(
    _ request: HTTPRequest, repeating repetition: Retry.Repetition
  ) throws(Refusal) -> HTTPResponse {
    var retry = Retry(repetition)
    while true {
      try passGate(request.place)
      do throws(Refusal) {
        let response = try client(request)
        try note { $0.note(status: response.status, at: timing.now()) }
        let outcome = Retry.Outcome.answer(
          status: response.status, retryAfter: response[header: "Retry-After"])
        guard try goesOn(after: outcome, &retry) else { return response }
      } catch {
        guard let reason = error.reason as? HTTPReason, reason != .leftAlone else { throw error }
        try note { $0.noteBroken(at: timing.now()) }
        guard try goesOn(after: .failure(reason), &retry) else { throw error }
      }
    }
  }

  /// Waits where the verdict says so; false when the call is over. An open breaker ends it: nobody sleeps for
  /// a minute in the middle of a step.
  private func goesOn(
    after outcome: Retry.Outcome, _ retry: inout Retry
  ) throws(Refusal) -> Bool {
    guard case .wait(let seconds) = retry.verdict(after: outcome, at: timing.now()),
      case .closed = try currentBreaker().gate(at: timing.now())
    else { return false }
    try timing.sleep(seconds + max(0, timing.jitter(seconds)))
    return true
  }

  private func passGate(_ place: String) throws(Refusal) {
    switch try currentBreaker().gate(at: timing.now()) {
    case .closed: return
    case .open(let until):
      throw Refusal(
        HTTPReason.leftAlone, place, seen: "too many answers 503",
        expected: "no call before \(until)"
      )
    case .probe:
      do throws(Refusal) {
        let status = try client(probe).status
        // What a server in trouble says to a probe is 503, whichever of its errors it is.
        try note { $0.note(status: status >= 500 ? 503 : status, at: timing.now()) }
      } catch {
        try note { $0.noteBroken(at: timing.now()) }
        throw error
      }
      if case .open = try currentBreaker().gate(at: timing.now()) { try passGate(place) }
    }
  }

  private func currentBreaker() throws(Refusal) -> CircuitBreaker {
    if let breaker { return breaker }
    // A text that is none of ours is as none: the next answer decides.
    let loaded = try memory.load().flatMap { CircuitBreaker($0) } ?? CircuitBreaker()
    breaker = loaded
    return loaded
  }

  private func note(_ change: (inout CircuitBreaker) -> Void) throws(Refusal) {
    let old = try currentBreaker()
    var new = old
    change(&new)
    guard new != old else { return }
    breaker = new
    try memory.save(new.text)
  }
}
