// SPDX-License-Identifier: Apache-2.0
import Synchronization

/// Gets how far long work is, in bytes.
package typealias CentreProgress =
  @Sendable (_ phase: String, _ done: Int64, _ total: Int64) -> Void

/// Adds up the bytes of one phase, from any thread, and tells of them once a percent.
final class PhaseMeter: Sendable {
  private struct State {
    var done: Int64 = 0
    var percent: Int64 = -1
  }

  private let phase: String
  private let total: Int64
  private let report: CentreProgress
  private let state = Mutex(State())

  /// - Parameter total: bytes, as far as they are known beforehand.
  init(_ phase: String, of total: Int64, _ report: @escaping CentreProgress) {
    self.phase = phase
    self.total = max(total, 1)
    self.report = report
  }

  func add(_ bytes: Int64) {
    let (total, report, phase) = (total, report, phase)
    state.withLock { state in
      // The end is told by `finish` alone: the total may be short of some small files.
      state.done = min(state.done + bytes, total - 1)
      let percent = Int64(Double(state.done) / Double(total) * 100)
      guard percent > state.percent else { return }
      state.percent = percent
      report(phase, state.done, total)
    }
  }

  /// Ends the phase, for good or ill.
  func finish() { report(phase, total, total) }
}
