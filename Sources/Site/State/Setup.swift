// SPDX-License-Identifier: Apache-2.0
import Bundles
import Distribution
package import Intents
package import SystemPackage
package import Trust

/// Makes a new rehearsal site. Production set-up needs two people who type the fingerprint from paper, and
/// comes with a later version.
package struct Setup: Sendable {
  package let site: SiteID
  /// The root that the centre handed out.
  package let rootFile: FilePath
  /// What the paper says.
  package let fingerprint: Digest
  package let library: FilePath
  package let siteCode: String

  package init(
    site: SiteID, rootFile: FilePath, fingerprint: Digest, library: FilePath, siteCode: String
  ) {
    self.site = site
    self.rootFile = rootFile
    self.fingerprint = fingerprint
    self.library = library
    self.siteCode = siteCode
  }

  /// Checks everything first, then creates folder, key, library and, last, the journal.
  ///
  /// - Parameters:
  ///   - epoch: fresh random bits.
  ///   - key: a fresh key that signs reports.
  ///   - identity: a fresh key that opens what is sealed to the site.
  package func createRehearsal(
    in folder: StateFolder, epoch: RandomID, key: SecretKey, identity: AgeIdentity, clock: Instant
  ) throws(Refusal) -> SiteProfile {
    let bytes = try FileQuery.contents(of: rootFile, cap: TrustLimits.rootLength)
    let seen = Digest.sha256(bytes)
    guard seen == fingerprint else {
      throw Refusal(
        SiteReason.otherFingerprint, rootFile.text, seen: seen.hex, expected: fingerprint.hex)
    }
    let trust = try TrustState(pinnedRoot: bytes)
    guard trust.root.isRehearsal else {
      throw Refusal(
        SiteReason.otherRehearsal, rootFile.text, seen: "the root of a production centre",
        expected: "that of a rehearsal")
    }
    guard !folder.hasSite else {
      throw Refusal(
        SiteReason.stateExists, folder.path.text, seen: "a journal", expected: "no site")
    }
    guard let code = SiteCode(siteCode) else {
      throw Refusal(
        SiteReason.wrongOption, "--site-code", seen: siteCode, expected: SiteCode.rule)
    }
    let profile = SiteProfile(
      site: site, epoch: epoch, keyID: key.id, rootFingerprint: seen, isRehearsal: true,
      library: library, siteCode: siteCode)
    try folder.create()
    let lock = try FileLock(folder, now: clock)
    try DurableFile.write(bytes, to: folder.root)
    try DurableFile.write(try key.unprotectedKeyFile(), to: folder.siteKey)
    try DurableFile.write(try identity.keyFile(protectedBy: nil), to: folder.openingKey)
    try LibraryPoint.create(at: library, id: OpenedSite.pointID, siteCode: code)
    _ = try Journal.create(folder.journal, profile: profile, at: clock) { journal in
      try journal.setTrust(trust, at: clock)
    }
    _ = consume lock
    return profile
  }

  /// The refusal of every set-up that is not a rehearsal.
  package static func productionRefusal(_ folder: StateFolder) -> Refusal {
    Refusal(
      SiteReason.productionNotReady, folder.path.text, seen: "init without --rehearsal",
      expected: "two people who type the fingerprint, in a later version")
  }
}

extension OpenedSite {
  /// Opens the key that signs reports.
  package func key() throws(Refusal) -> SecretKey {
    try folder.checkModes()
    var bytes = try FileQuery.contents(of: folder.siteKey, cap: SiteLimits.keyFileLength)
    let key = try SecretKey.open(
      keyFile: &bytes, named: folder.siteKey.text, passphrase: nil,
      unprotected: profile.isRehearsal ? .allowedInRehearsal : .refused)
    guard key.id == profile.keyID else {
      throw Refusal(
        SiteReason.journalDamaged, folder.siteKey.text, seen: "key \(key.id)",
        expected: "key \(profile.keyID), which the journal names")
    }
    return key
  }

  /// Whom bundles for this site are sealed to; told by the open part of the key file.
  package func recipient() throws(Refusal) -> AgeRecipient {
    let name = folder.openingKey.text
    let bytes = try FileQuery.contents(of: folder.openingKey, cap: SiteLimits.keyFileLength)
    guard let recipient = AgeRecipient(try KeyFile(parsing: bytes, named: name).publicBytes) else {
      throw Refusal(
        SiteReason.journalDamaged, name, seen: "another kind of key", expected: "an X25519 key")
    }
    return recipient
  }

  /// Opens the key that opens what is sealed to this site.
  package func identity() throws(Refusal) -> AgeIdentity {
    try folder.checkModes()
    var bytes = try FileQuery.contents(of: folder.openingKey, cap: SiteLimits.keyFileLength)
    return try AgeIdentity.open(
      keyFile: &bytes, named: folder.openingKey.text, passphrase: nil,
      unprotected: profile.isRehearsal ? .allowedInRehearsal : .refused)
  }
}
