// SPDX-License-Identifier: Apache-2.0
import Bundles
import Intents

extension FileLock {
  /// The lock on `waybill/lock` of a library, held while something changes.
  ///
  /// - Throws: `DistributionReason.busy` when another process, or another point of this one, has it.
  init(_ layout: LibraryLayout) throws(Refusal) {
    try self.init(layout.lock) { _ in
      Refusal(
        DistributionReason.busy, layout.lock.text, seen: "a lock of another process",
        expected: "no lock")
    }
  }
}
