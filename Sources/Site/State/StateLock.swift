// SPDX-License-Identifier: Apache-2.0
package import Bundles
package import Intents

extension FileLock {
  /// The right to change a site's state; one process at a time has it (S21).
  ///
  /// - Throws: `SiteReason.stateHeld`, at once.
  package init(_ folder: StateFolder, now: Instant) throws(Refusal) {
    try self.init(folder.lock, now: now) { holder in
      Refusal(
        SiteReason.stateHeld, folder.path.text, seen: "held by \(holder)",
        expected: "no other process")
    }
  }
}

extension StateFolder {
  /// One line in the log that a process was sent away because another holds the state (S21). The log takes it
  /// while the other works: each line is a transaction of its own.
  package func noteSentAway(_ refusal: Refusal, at now: Instant) throws(Refusal) {
    _ = try Journal(opening: journal).write { journal in
      try journal.log(
        SiteEvent.sentAway, ["code": refusal.code, "holder": refusal.seen], at: now)
    }
  }
}
