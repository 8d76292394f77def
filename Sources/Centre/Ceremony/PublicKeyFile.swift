// SPDX-License-Identifier: Apache-2.0
package import Intents
package import Trust

/// What a key holder hands in: the public key in TUF form, its id, and whose it is. No secret, and no trust
/// either: whoever takes it compares the id with the holder over another channel.
package struct PublicKeyFile: Sendable {
  package let key: PublicKey
  /// Whose key it is, in a few words; may be empty.
  package let label: String

  package init(key: PublicKey, label: String) {
    self.key = key
    self.label = label
  }

  /// - Throws: `CentreReason.wrongField`, `TrustReason.otherKeyID`, and what the strict reader refuses.
  package init(parsing bytes: [UInt8], named name: String) throws(Refusal) {
    let file = try JSONField(parsing: bytes, named: name)
    guard try file["_type"].string() == PublicKeyFile.type,
      try file["format"].integer(in: 0...TrustLimits.jsonInteger) == 1
    else { throw try file["_type"].wrong("\(PublicKeyFile.type), format 1") }
    key = try PublicKey(try file["key"], listedAs: try file["keyid"].string())
    guard key.isSupported else { throw try file["key"].wrong("an Ed25519 key") }
    label = try PublicKeyFile.label(try file["label"].string(), at: "\(name): label")
  }

  package var encoded: [UInt8] {
    let file: JSONValue = [
      "_type": .string(PublicKeyFile.type), "format": 1, "key": key.json,
      "keyid": .string(key.id.hex), "label": .string(label),
    ]
    return file.encoded + [UInt8(ascii: "\n")]
  }

  /// Takes a label of at most 100 characters on one line.
  package static func label(_ text: String, at place: String) throws(Refusal) -> String {
    guard text.count <= 100, text.allSatisfy({ !$0.isNewline }) else {
      throw Refusal(
        CentreReason.wrongField, place, seen: "\(text.count) characters",
        expected: "at most 100 characters on one line")
    }
    return text
  }

  private static let type = "waybill-public-key"
}

extension PublicKey {
  /// The first 8 digits of its id: enough to tell keys of one centre apart, never to trust one.
  package var short: String { String(id.hex.prefix(8)) }
}
