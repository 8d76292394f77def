// SPDX-License-Identifier: Apache-2.0
import Bundles
package import Intents
import SystemPackage
package import Trust

/// Replaces the key that signs reports. Until the centre has acknowledged a report that names the new one, both sign;
/// from then on the new one alone (R19).
package struct KeyRenewal {
  package struct Outcome: Sendable {
    package let old: KeyID
    package let new: KeyID
    /// Whether this key was made by an earlier run and is not in force yet.
    package let isRepeat: Bool
  }

  private let site: OpenedSite
  private let clock: Instant

  package init(_ site: OpenedSite, clock: Instant) {
    self.site = site
    self.clock = clock
  }

  /// - Parameters:
  ///   - fresh: taken unless one waits already.
  ///   - passphrase: that of the site's keys, which protects this one too; nil in a rehearsal.
  /// - Throws: `SiteReason.epochEnded`, `.notEnrolled`, and what opening the old key is refused with.
  package func run(
    _ fresh: SecretKey, protectedBy passphrase: Passphrase?
  ) throws(Refusal) -> Outcome {
    try site.requireLiving()
    let (enrolment, waiting) = try site.journal.read { (try $0.report(0), try $0.nextKey()) }
    guard enrolment != nil else {
      throw Refusal(
        SiteReason.notEnrolled, "site \(site.profile.site)", seen: "no report 0",
        expected: "the enrolment")
    }
    let old = try site.key()
    if let waiting { return Outcome(old: old.id, new: waiting.id, isRepeat: true) }
    try site.settleKeys()
    let file =
      if let passphrase { try fresh.keyFile(protectedBy: passphrase) } else {
        try fresh.unprotectedKeyFile()
      }
    try DurableFile.write(file, to: site.folder.nextSiteKey)
    try site.journal.write { journal in
      let text = String(decoding: fresh.publicKey.json.encoded, as: UTF8.self)
      try journal.setValue(text, of: JournalFact.nextKey)
      try journal.setValue("true", of: JournalFact.returnDue)
      try journal.log("key.renewed", ["old": old.id.hex, "new": fresh.id.hex], at: clock)
    }
    return Outcome(old: old.id, new: fresh.id, isRepeat: false)
  }
}

extension OpenedSite {
  /// Gives the key in force the name of the key in force: what a crash behind the acknowledgement left undone. The
  /// key before is destroyed by it.
  func settleKeys() throws(Refusal) {
    let id = try journal.read { try $0.profile().keyID }
    guard try isNext(id) else { return }
    try DurableFile.rename(folder.nextSiteKey, to: folder.siteKey)
  }
}

extension JournalTransaction {
  /// The key that is to take the place of the one in force.
  package func nextKey() throws -> PublicKey? {
    guard let text = try value(JournalFact.nextKey) else { return nil }
    return try PublicKey(
      JSONField(parsing: Array(text.utf8), named: "journal, \(JournalFact.nextKey)"))
  }

  /// Whether an acknowledgement of report `seq` puts the next key in force.
  func isNextKey(acknowledgedBy seq: Int64) throws -> Bool {
    guard let since = try value(JournalFact.nextKeySince).flatMap({ Int64($0) }) else {
      return false
    }
    return since <= seq
  }

  /// Puts the next key in force once a report that names it is acknowledged.
  func takeNextKey(acknowledged seq: Int64, at now: Instant) throws {
    guard try isNextKey(acknowledgedBy: seq), let next = try nextKey() else { return }
    try setValue(next.id.hex, of: "key_id")
    try removeValue(JournalFact.nextKey)
    try removeValue(JournalFact.nextKeySince)
    try log("key.in-force", ["key": next.id.hex, "acknowledged": "\(seq)"], at: now)
  }
}
