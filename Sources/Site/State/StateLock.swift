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
