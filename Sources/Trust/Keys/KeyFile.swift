// SPDX-License-Identifier: Apache-2.0
package import Intents

/// The open part of a key file: all but the secret. One JSON object; the secret in it is either
/// `ciphertext` (XChaCha20-Poly1305 under a key that Argon2id makes of a passphrase, bound to all other
/// fields) or, in a rehearsal only, `secret` in hex. `checksum` tells a damaged file from a wrong passphrase.
package struct KeyFile: Sendable {
  /// What the key is for. One key never serves two.
  package enum KeyType: String, Sendable { case ed25519, minisign, x25519 }

  /// Where a key file without encryption may be opened.
  package enum Unprotected: Sendable { case refused, allowedInRehearsal }

  /// How the secret lies in the file.
  enum Protection: Sendable {
    case none
    case passphrase(
      salt: [UInt8], passes: Int64, memory: Int64, nonce: [UInt8], ciphertext: [UInt8])
  }

  package let keytype: KeyType
  /// 64 hex digits (TUF), 16 (minisign), or the recipient `age1…` (X25519).
  package let keyid: String
  /// The 32 bytes of the public key.
  package let publicBytes: [UInt8]
  let protection: Protection
  /// The fields that the ciphertext is bound to, in canonical form.
  let boundFields: [UInt8]

  package var isProtected: Bool {
    if case .none = protection { false } else { true }
  }

  /// Reads all but the secret; of a file without encryption, `bytes` still hold the secret afterwards.
  ///
  /// - Throws: `TrustReason.damagedKeyFile`, `TrustReason.unsupportedKeyFile`, or what strict JSON refuses.
  package init(parsing bytes: [UInt8], named name: String) throws(Refusal) {
    let file = try JSONField(parsing: bytes, named: name)
    guard try file["_type"].string() == "waybill-key" else {
      throw try file["_type"].wrong("waybill-key")
    }
    let format = try file["format"].integer(in: 0...TrustLimits.jsonInteger)
    let encryption = try file["encryption"].string()
    guard format == 1, encryption == "none" || encryption == KeyFile.encryption else {
      throw Refusal(
        TrustReason.unsupportedKeyFile, name, seen: "format \(format), \(encryption)",
        expected: "format 1, none or \(KeyFile.encryption)")
    }
    let open = KeyFile.without(["checksum", "secret"], try file.object())
    let checksum = try file["checksum"].digest()
    guard Digest.sha256(open.canonical) == checksum else {
      throw Refusal(
        TrustReason.damagedKeyFile, name, seen: Digest.sha256(open.canonical).hex,
        expected: "checksum \(checksum)")
    }
    keytype = try file["keytype"].parsed("ed25519, minisign or x25519") { KeyType(rawValue: $0) }
    keyid = try file["keyid"].string()
    publicBytes = try file["public"].digest().bytes
    boundFields =
      KeyFile.without(["checksum", "ciphertext", "secret"], try file.object()).canonical
    protection = try encryption == "none" ? .none : KeyFile.passphraseProtection(file)
  }

  static let encryption = "argon2id-xchacha20poly1305"

  private static func passphraseProtection(_ file: JSONField) throws(Refusal) -> Protection {
    .passphrase(
      salt: try hex(file, "salt", count: 16),
      passes: try file["passes"].integer(in: TrustLimits.argonPassesRead),
      memory: try file["memory"].integer(in: TrustLimits.argonMemoryRead),
      nonce: try hex(file, "nonce", count: 24), ciphertext: try hex(file, "ciphertext", count: 48))
  }

  private static func hex(_ file: JSONField, _ key: String, count: Int) throws(Refusal) -> [UInt8] {
    try file[key].parsed("\(2 * count) lower-case hex digits") { text in
      Hex.decode(text).flatMap { $0.count == count ? $0 : nil }
    }
  }

  static func without(_ keys: Set<String>, _ object: JSONObject) -> JSONValue {
    .object(JSONObject(object.members.filter { !keys.contains($0.key) }.map { ($0.key, $0.value) }))
  }
}
