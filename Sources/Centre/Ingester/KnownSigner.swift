// SPDX-License-Identifier: Apache-2.0
import Bundles
import GRDB
import Intents
import Trust

/// A key that may have signed a return, whose it is, and what it counts for.
struct KnownSigner {
  enum Standing {
    case inForce
    /// Named by a booked report, and not acknowledged by any bundle yet.
    case next
    /// Signed the reports below this number.
    case former(below: Int64)
    /// Of an enrolment that officers have not confirmed.
    case unconfirmed(restoredFrom: RandomID?)
    /// Of an epoch that is over.
    case ended
    case revoked(SiteKeyRevocation)
  }

  let key: PublicKey
  let site: SiteRecord
  let standing: Standing

  /// The keys of all sites; those that must not be believed first.
  static func all(in profile: CentreProfile, at now: Instant) throws(Refusal) -> [KnownSigner] {
    let ledger = profile.ledger
    let desk = OfficerDesk(of: profile, at: now)
    var revoked: [KnownSigner] = []
    var others: [KnownSigner] = []
    for site in try ledger.sites() {
      for revocation in try ledger.revocations(of: site.id) {
        revoked.append(
          KnownSigner(key: revocation.key, site: site, standing: .revoked(revocation)))
      }
      others += try signers(of: site, in: ledger, isConfirmed: try desk.isConfirmed(site))
      guard let waiting = try ledger.waitingEnrolment(of: site.id) else { continue }
      others.append(
        KnownSigner(
          key: waiting.key, site: waiting.record(at: now),
          standing: .unconfirmed(restoredFrom: waiting.restoredFrom)))
    }
    return revoked + others
  }

  private static func signers(
    of site: SiteRecord, in ledger: Ledger, isConfirmed: Bool
  ) throws(Refusal) -> [KnownSigner] {
    let current = try site.publicKey()
    let standing: Standing = isConfirmed ? .inForce : .unconfirmed(restoredFrom: nil)
    var signers = [KnownSigner(key: current, site: site, standing: standing)]
    let renewals = try ledger.renewals(of: site)
    let enrolled = try ledger.read { database in
      try Ledger.signingKeys(of: site.id, epoch: site.epoch, in: database).all
    }
    // Each key signed below the number at which the next one was named.
    for (key, next) in zip(enrolled + renewals.map(\.key), renewals) where key != current {
      signers.append(KnownSigner(key: key, site: site, standing: .former(below: next.seq)))
    }
    signers += renewals.filter { $0.number == nil }.map {
      KnownSigner(key: $0.key, site: site, standing: .next)
    }
    for key in try ledger.endedKeys(of: site.id) {
      signers.append(KnownSigner(key: key, site: site, standing: .ended))
    }
    return signers
  }
}

extension Ledger {
  /// The keys of epochs of `site` that are over.
  func endedKeys(of site: SiteID) throws(Refusal) -> [PublicKey] {
    try read { database in
      let epochs = try String.fetchAll(
        database, sql: "SELECT epoch FROM epochs WHERE site = ? AND standing = 'ended'",
        arguments: [site.text])
      var keys: [PublicKey] = []
      for epoch in epochs.compactMap({ RandomID($0) }) {
        keys += try Ledger.signingKeys(of: site, epoch: epoch, in: database).all
        let texts = try String.fetchAll(
          database, sql: "SELECT key FROM renewals WHERE site = ? AND epoch = ?",
          arguments: [site.text, epoch.text])
        keys += try texts.map { text throws(Refusal) in try Ledger.key(text) }
      }
      return keys
    }
  }
}
