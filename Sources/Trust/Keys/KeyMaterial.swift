// SPDX-License-Identifier: Apache-2.0
private import CSodium
private import Crypto
private import CryptoExtras
import Intents

// One verifier for each algorithm, in all programs: what one of them takes, all take.

extension PublicKey.Material {
  /// Reads `keyval` for a key type and scheme of TUF 1.0.31, 4.2; any other pair is unknown.
  ///
  /// - Throws: `TrustReason.malformedField`.
  init(keytype: String, scheme: String, _ values: JSONField) throws(Refusal) {
    switch (keytype, scheme) {
    case ("ed25519", "ed25519"):
      self = .ed25519(try values["public"].digest().bytes)
    case ("ecdsa", "ecdsa-sha2-nistp256"), ("ecdsa-sha2-nistp256", "ecdsa-sha2-nistp256"):
      self = try values["public"].parsed("a P-256 key in PEM", PublicKey.Material.ecdsa(pem:))
    case ("rsa", "rsassa-pss-sha256"):
      self = try values["public"].parsed(
        "an RSA key of at least 2048 bits in PEM", PublicKey.Material.rsa(pem:))
    default:
      self = .unknown(keytype: keytype, scheme: scheme)
    }
  }

  private static func ecdsa(pem: String) -> Self? {
    // Whatever is wrong with it, the caller names the field.
    guard let key = try? P256.Signing.PublicKey(pemRepresentation: pem) else { return nil }
    return .ecdsaP256(Array(key.x963Representation))
  }

  private static func rsa(pem: String) -> Self? {
    guard let key = try? _RSA.Signing.PublicKey(pemRepresentation: pem) else { return nil }
    return .rsaPSS(Array(key.pkcs1DERRepresentation))
  }
}

extension PublicKey {
  /// Whether `signature` over `message` is by this key. Never throws: what is malformed is not valid.
  ///
  /// Ed25519 is libsodium's, which refuses low-order and non-canonical input. ECDSA takes DER, RSA-PSS a salt as
  /// long as the hash, both over SHA-256 and through swift-crypto.
  package func isValid(_ signature: [UInt8], over message: [UInt8]) -> Bool {
    switch material {
    case .unknown: return false
    case .ed25519(let key):
      guard key.count == 32, signature.count == 64 else { return false }
      Sodium.start()
      return crypto_sign_verify_detached(signature, message, UInt64(message.count), key) == 0
    case .ecdsaP256(let key):
      guard let key = try? P256.Signing.PublicKey(x963Representation: key),
        let signature = try? P256.Signing.ECDSASignature(derRepresentation: signature)
      else { return false }
      return key.isValidSignature(signature, for: SHA256.hash(data: message))
    case .rsaPSS(let key):
      guard let key = try? _RSA.Signing.PublicKey(derRepresentation: key) else { return false }
      return key.isValidSignature(
        _RSA.Signing.RSASignature(rawRepresentation: signature), for: SHA256.hash(data: message),
        padding: .PSS)
    }
  }
}
