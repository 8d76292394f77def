// SPDX-License-Identifier: Apache-2.0
package import Intents

/// A public key in TUF's form, with its id. Keys of a type that is not known are kept, so that a threshold
/// can be met without them. FORMAT.md, 3.
package struct PublicKey: Sendable, Hashable {
  /// What signatures are checked with.
  package enum Material: Hashable, Sendable {
    /// 32 bytes (RFC 8032).
    case ed25519([UInt8])
    /// A point of P-256, uncompressed: 65 bytes (SEC 1, 2.3.3).
    case ecdsaP256([UInt8])
    /// An RSA key of at least 2048 bits, as PKCS #1 DER (RFC 8017, A.1.1).
    case rsaPSS([UInt8])
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
  /// - Parameters:
  ///   - listed: the id that the file gives it; nil computes it.
  ///   - rules: whether that must be the right one, and whether a key that cannot be read is refused.
  /// - Throws: `TrustReason.malformedField`, `TrustReason.otherKeyID` with both values.
  package init(
    _ field: JSONField, listedAs listed: String? = nil, rules: KeyRules = .papers
  ) throws(Refusal) {
    let keytype = try field["keytype"].string()
    let scheme = try field["scheme"].string()
    let values = try field["keyval"]
    _ = try values.object()
    do {
      material = try Material(keytype: keytype, scheme: scheme, values)
    } catch {
      // It can sign nothing, which is no reason to lose the other keys of the file.
      guard rules == .repository else { throw error }
      material = .unknown(keytype: keytype, scheme: scheme)
    }
    json = field.value
    id = KeyID(.sha256(json.canonical))
    if rules == .papers, let listed, KeyID(listed) != id {
      throw Refusal(TrustReason.otherKeyID, field.place, seen: listed, expected: id.hex)
    }
  }

  package var isSupported: Bool {
    if case .unknown = material { false } else { true }
  }

  /// Whether this and `other` are one key, whatever ids and spellings they stand under.
  package func isSameKey(as other: PublicKey) -> Bool {
    isSupported ? material == other.material : id == other.id
  }

  package static func == (left: PublicKey, right: PublicKey) -> Bool { left.id == right.id }
  package func hash(into hasher: inout Hasher) { hasher.combine(id) }
}
