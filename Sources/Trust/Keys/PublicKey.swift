// SPDX-License-Identifier: Apache-2.0
private import CSodium
package import Intents

/// A public key in TUF's form, with its id. Keys of a type that is not known are kept, so that a threshold
/// can be met without them. FORMAT.md, 3.
package struct PublicKey: Sendable, Hashable {
  /// What signatures are checked with.
  package enum Material: Hashable, Sendable {
    /// 32 bytes (RFC 8032).
    case ed25519([UInt8])
    /// A type that a newer version may know; verifies nothing.
    case unknown(keytype: String, scheme: String)
  }

  package let id: KeyID
  package let material: Material
  /// The key as it stood in the file, or as we write it.
  package let json: JSONValue

  /// Nil unless `bytes` are 32.
  package init?(ed25519 bytes: [UInt8]) {
    guard bytes.count == 32 else { return nil }
    material = .ed25519(bytes)
    json = [
      "keytype": "ed25519", "scheme": "ed25519", "keyval": ["public": .string(Hex.encode(bytes))],
    ]
    id = KeyID(.sha256(json.canonical))
  }

  /// Reads a key in TUF's form.
  ///
  /// - Parameter listed: the id that the file gives it, which must be the right one; nil computes it.
  /// - Throws: `TrustReason.malformedField`, `TrustReason.otherKeyID` with both values.
  package init(_ field: JSONField, listedAs listed: String? = nil) throws(Refusal) {
    let keytype = try field["keytype"].string()
    let scheme = try field["scheme"].string()
    let values = try field["keyval"]
    _ = try values.object()
    if keytype == "ed25519", scheme == "ed25519" {
      material = .ed25519(try values["public"].digest().bytes)
    } else {
      material = .unknown(keytype: keytype, scheme: scheme)
    }
    json = field.value
    id = KeyID(.sha256(json.canonical))
    if let listed, KeyID(listed) != id {
      throw Refusal(TrustReason.otherKeyID, field.place, seen: listed, expected: id.hex)
    }
  }

  package var isSupported: Bool {
    if case .unknown = material { false } else { true }
  }

  /// Whether `signature` over `message` is by this key. Never throws: what is malformed is not valid.
  ///
  /// libsodium refuses low-order and non-canonical input; it is the one Ed25519 verifier of all programs.
  package func isValid(_ signature: [UInt8], over message: [UInt8]) -> Bool {
    switch material {
    case .unknown: return false
    case .ed25519(let key):
      guard key.count == 32, signature.count == 64 else { return false }
      Sodium.start()
      return crypto_sign_verify_detached(signature, message, UInt64(message.count), key) == 0
    }
  }

  package static func == (left: PublicKey, right: PublicKey) -> Bool { left.id == right.id }
  package func hash(into hasher: inout Hasher) { hasher.combine(id) }
}
