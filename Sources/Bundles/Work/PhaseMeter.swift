// SPDX-License-Identifier: Apache-2.0
import Synchronization

/// Gets how far long work is, in bytes. A phase begins when its name or its total is another one, or when it has ended.
package typealias PhaseProgress =
  @Sendable (_ phase: String, _ done: Int64, _ total: Int64) -> Void

/// Adds up the bytes of one phase, from any thread, and tells of them: nothing done when it begins, all done when it
/// ends, and a step now and then between. Where there is nothing to do it tells nothing.
package final class PhaseMeter: Sendable {
  private struct State {
    var done: Int64 = 0
    var told: Int64 = 0
  }

  /// Bytes after which it tells again, at the latest: a fraction of a second's work, so that who listens may choose.
  private static let longestStep: Int64 = 1 << 20

  private let phase: String
  private let total: Int64
  private let step: Int64
  private let report: PhaseProgress
  private let state = Mutex(State())

  /// Begins the phase.
  ///
  /// - Parameter total: bytes, as far as they are known beforehand.
  package init(_ phase: String, of total: Int64, _ report: @escaping PhaseProgress) {
    self.phase = phase
    self.total = total
    self.report = report
    step = min(max(total / 100, 1), PhaseMeter.longestStep)
    if total > 0 { report(phase, 0, total) }
  }

  package func add(_ bytes: Int64) {
    guard total > 0 else { return }
    // Told while the state is locked, so that no thread tells of less than another one did before.
    state.withLock { state in
      // The end is told by `finish` alone: the total may be short of some small files.
      state.done = min(state.done + bytes, total - 1)
      guard state.done - state.told >= step else { return }
      state.told = state.done
      report(phase, state.done, total)
    }
  }

  /// Ends the phase, once all of it went well. Work that is refused leaves it where it was.
  package func finish() {
    if total > 0 { report(phase, total, total) }
  }
}
