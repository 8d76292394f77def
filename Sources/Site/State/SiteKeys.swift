// SPDX-License-Identifier: Apache-2.0
import Bundles
package import Intents
import SystemPackage
package import Trust

/// The site's own keys.
extension OpenedSite {
  /// Opens the key that signs reports.
  package func key() throws(Refusal) -> SecretKey { try signingKey(profile.keyID) }

  /// Opens the signing key called `id`: the one in force, or the one that is to take its place.
  func signingKey(_ id: KeyID) throws(Refusal) -> SecretKey {
    try folder.checkModes()
    let path = try signingKeyFile(id)
    var bytes = try FileQuery.contents(of: path, cap: SiteLimits.keyFileLength)
    let key = try SecretKey.open(
      keyFile: &bytes, named: path.text, passphrase: try phrase(for: bytes, path.text),
      unprotected: profile.isRehearsal ? .allowedInRehearsal : .refused)
    guard key.id == id else {
      throw Refusal(
        SiteReason.journalDamaged, path.text, seen: "key \(key.id)",
        expected: "key \(id), which the journal names")
    }
    return key
  }

  /// The file of a signing key. A change of keys ends with a rename, which a crash may have left undone.
  private func signingKeyFile(_ id: KeyID) throws(Refusal) -> FilePath {
    try isNext(id) ? folder.nextSiteKey : folder.siteKey
  }

  /// Whether key `id` lies under the name of the key to come.
  func isNext(_ id: KeyID) throws(Refusal) -> Bool {
    guard FileQuery.status(folder.nextSiteKey) != nil else { return false }
    return try openPart(folder.nextSiteKey)?.id == id
  }

  private func openPart(_ path: FilePath) throws(Refusal) -> PublicKey? {
    let bytes = try FileQuery.contents(of: path, cap: SiteLimits.keyFileLength)
    return PublicKey(ed25519: try KeyFile(parsing: bytes, named: path.text).publicBytes)
  }

  /// The public half of the key that signs reports; told by the open part of the key file.
  package func publicKey() throws(Refusal) -> PublicKey {
    let path = try signingKeyFile(profile.keyID)
    guard let key = try openPart(path), key.id == profile.keyID else {
      throw Refusal(
        SiteReason.journalDamaged, path.text, seen: "another key",
        expected: "key \(profile.keyID)")
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
      keyFile: &bytes, named: folder.openingKey.text,
      passphrase: try phrase(for: bytes, folder.openingKey.text),
      unprotected: profile.isRehearsal ? .allowedInRehearsal : .refused)
  }

  /// The passphrase, asked for only when the file is protected.
  private func phrase(for bytes: [UInt8], _ name: String) throws(Refusal) -> Passphrase? {
    try KeyFile(parsing: bytes, named: name).isProtected ? try passphrase() : nil
  }
}
