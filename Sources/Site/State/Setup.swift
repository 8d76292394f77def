// SPDX-License-Identifier: Apache-2.0
package import Bundles
import Distribution
package import Intents
package import SystemPackage
package import Trust

/// Makes a new site.
package struct Setup: Sendable {
  package let site: SiteID
  /// The root that the centre handed out.
  package let rootFile: FilePath
  /// What each person typed from the paper.
  package let fingerprints: [Digest]
  package let library: FilePath
  package let siteCode: String
  /// Who may approve here.
  package let operators: [Approver]
  /// The epoch that ended when the host was restored from an old copy; nil for a site without a life before.
  package var restoredFrom: RandomID?

  package init(
    site: SiteID, rootFile: FilePath, fingerprints: [Digest], library: FilePath, siteCode: String,
    operators: [Approver]
  ) {
    self.site = site
    self.rootFile = rootFile
    self.fingerprints = fingerprints
    self.library = library
    self.siteCode = siteCode
    self.operators = operators
  }

  /// A site of one person, without operators.
  package init(
    site: SiteID, rootFile: FilePath, fingerprint: Digest, library: FilePath, siteCode: String
  ) {
    self.init(
      site: site, rootFile: rootFile, fingerprints: [fingerprint], library: library,
      siteCode: siteCode, operators: [])
  }

  /// The keys that a site is made with.
  package struct Keys {
    /// Signs reports.
    package let signing: SecretKey
    /// Opens what is sealed to the site.
    package let opening: AgeIdentity
    /// Encrypts both; nil leaves them open, in a rehearsal only.
    let passphrase: Passphrase?

    package init(signing: SecretKey, opening: AgeIdentity, passphrase: Passphrase?) {
      self.signing = signing
      self.opening = opening
      self.passphrase = passphrase
    }
  }

  /// Makes a rehearsal, which can never become production.
  package func createRehearsal(
    in folder: StateFolder, epoch: RandomID, key: SecretKey, identity: AgeIdentity, clock: Instant
  ) throws(Refusal) -> SiteProfile {
    try create(
      in: folder, isRehearsal: true, epoch: epoch,
      keys: Keys(signing: key, opening: identity, passphrase: nil), clock: clock)
  }

  /// Makes a production site.
  ///
  /// - Throws: besides what every set-up throws, `SiteReason.secondPersonMissing` when fewer than two people are
  ///   enrolled or have typed the fingerprint.
  package func createProduction(
    in folder: StateFolder, epoch: RandomID, keys: Keys, clock: Instant
  ) throws(Refusal) -> SiteProfile {
    guard operators.count >= 2, fingerprints.count >= 2 else {
      throw Refusal(
        SiteReason.tooFewPeople, "init", seen: "\(min(operators.count, fingerprints.count)) people",
        expected: "two people, each with a key of their own, who type the fingerprint")
    }
    guard keys.passphrase != nil else {
      throw Refusal(
        TrustReason.unprotectedKey, "keys of the site", seen: "no passphrase", expected: "one")
    }
    return try create(in: folder, isRehearsal: false, epoch: epoch, keys: keys, clock: clock)
  }

  /// Checks everything first, then creates folder, keys, library and, last, the journal.
  private func create(
    in folder: StateFolder, isRehearsal: Bool, epoch: RandomID, keys: Keys, clock: Instant
  ) throws(Refusal) -> SiteProfile {
    let (bytes, trust) = try checkRoot(isRehearsal: isRehearsal)
    try Approver.requireDifferent(operators, in: "operators")
    guard !folder.hasSite else {
      throw Refusal(
        SiteReason.stateExists, folder.path.text, seen: "a journal", expected: "no site")
    }
    guard let code = SiteCode(siteCode) else {
      throw Refusal(
        SiteReason.wrongOption, "--site-code", seen: siteCode, expected: SiteCode.rule)
    }
    let profile = SiteProfile(
      site: site, epoch: epoch, keyID: keys.signing.id, rootFingerprint: .sha256(bytes),
      isRehearsal: isRehearsal, library: library, siteCode: siteCode, restoredFrom: restoredFrom)
    try folder.create()
    let lock = try FileLock(folder, now: clock)
    try DurableFile.write(bytes, to: folder.root)
    let signing =
      if let phrase = keys.passphrase { try keys.signing.keyFile(protectedBy: phrase) } else {
        try keys.signing.unprotectedKeyFile()
      }
    try DurableFile.write(signing, to: folder.siteKey)
    try DurableFile.write(
      try keys.opening.keyFile(protectedBy: keys.passphrase), to: folder.openingKey)
    try LibraryPoint.create(at: library, id: OpenedSite.pointID, siteCode: code)
    _ = try Journal.create(folder.journal, profile: profile, at: clock) { journal in
      try journal.setTrust(trust, at: clock)
      for person in operators {
        try journal.enrol(person)
        try journal.log(
          "operator.enrolled", ["name": person.name.text, "key": person.key.id.hex], at: clock)
      }
    }
    _ = consume lock
    return profile
  }

  /// The root, once every person has typed its fingerprint and it is of the right kind (S30, P12).
  package func checkRoot(isRehearsal: Bool) throws(Refusal) -> (bytes: [UInt8], trust: TrustState) {
    let bytes = try FileQuery.contents(of: rootFile, cap: TrustLimits.rootLength)
    let seen = Digest.sha256(bytes)
    for typed in fingerprints where typed != seen {
      throw Refusal(
        SiteReason.otherFingerprint, rootFile.text, seen: seen.hex,
        expected: "\(typed.hex), as typed")
    }
    let trust = try pinned(bytes)
    guard trust.root.isRehearsal == isRehearsal else {
      throw Refusal(
        SiteReason.otherRehearsal, rootFile.text,
        seen: isRehearsal ? "the root of a production centre" : "the root of a rehearsal",
        expected: isRehearsal ? "that of a rehearsal" : "that of a production centre")
    }
    return (bytes, trust)
  }

  /// A root that cannot be read vouches for itself no more than one that nobody signed (T33).
  private func pinned(_ bytes: [UInt8]) throws(Refusal) -> TrustState {
    do throws(Refusal) {
      return try TrustState(pinnedRoot: bytes)
    } catch {
      guard error.exit == .damaged else { throw error }
      throw Refusal(
        TrustReason.brokenPinnedRoot, rootFile.text, seen: "\(error.code) \(error)",
        expected: "a root that its own keys signed")
    }
  }
}
