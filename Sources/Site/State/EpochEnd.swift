// SPDX-License-Identifier: Apache-2.0
import Bundles
package import Intents

/// A life of the site ends when the centre acknowledges what it never wrote: its host was restored from an old copy, and
/// numbers that this copy would give out are used (S19). Nothing of that epoch is written any more; `init
/// --restored-from` begins a new one.
extension OpenedSite {
  /// - Throws: `SiteReason.epochEnded`.
  package func requireLiving() throws(Refusal) {
    guard let seen = try journal.read({ try $0.value(JournalFact.epochEnded) }) else { return }
    throw Refusal(
      SiteReason.epochEnded, "epoch \(profile.epoch) of \(profile.site)", seen: seen,
      expected: "acknowledgements of reports that this state wrote")
  }

  /// Ends this epoch.
  ///
  /// - Parameter refusal: of the acknowledgement that shows it.
  func endEpoch(for refusal: Refusal, at now: Instant) throws(Refusal) {
    let seen = "\(refusal.seen), where \(refusal.expected) was expected"
    try journal.write { journal in
      guard try journal.value(JournalFact.epochEnded) == nil else { return }
      try journal.setValue(seen, of: JournalFact.epochEnded)
      try journal.log("epoch.ended", ["code": refusal.code, "seen": refusal.seen], at: now)
    }
  }
}
