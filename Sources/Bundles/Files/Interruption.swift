// SPDX-License-Identifier: Apache-2.0
import Glibc
package import Intents
import Synchronization

private let isWanted = Atomic<Bool>(false)

private func note(_: CInt) { isWanted.store(true, ordering: .relaxed) }

/// The wish of a person or of the system that a long command ends (SIGINT, SIGTERM). It ends at the next safe
/// point, between two blocks, frames or effects; a second signal ends the process at once.
package enum Interruption {
  /// Notes the next signal to end instead of dying of it. For commands whose loops call `check`.
  package static func listen() {
    // Also makes the flag, before a handler needs it.
    isWanted.store(false, ordering: .relaxed)
    var action = sigaction()
    action.__sigaction_handler.sa_handler = note
    // Calls that wait, such as for a person's answer, end too: no SA_RESTART.
    action.sa_flags = CInt(bitPattern: UInt32(SA_RESETHAND))
    for signal in [SIGINT, SIGTERM] { sigaction(signal, &action, nil) }
  }

  /// - Throws: `BundleReason.interrupted` (3) after a signal.
  package static func check() throws(Refusal) {
    guard isWanted.load(ordering: .relaxed) else { return }
    throw Refusal(
      BundleReason.interrupted, "this command", seen: "a signal to end",
      expected: "to work to the end", changed: "what was done before the signal, and is kept")
  }
}

extension Refusal {
  /// Whether a signal was the reason.
  package var isInterruption: Bool { reason as? BundleReason == .interrupted }

  /// Whether it says nothing about the bundle, the content or the point, but that the run ends here: a fault of
  /// this machine, or a signal.
  package var endsRun: Bool { exit == .internalError || isInterruption }
}
