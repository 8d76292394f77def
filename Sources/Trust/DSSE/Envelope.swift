// SPDX-License-Identifier: Apache-2.0
package import Intents

/// A DSSE 1.0 envelope: a payload, its type, and signatures over both. Nothing in it counts before
/// `verified(by:threshold:)`. FORMAT.md, 12.
package struct Envelope: Sendable, Hashable {
  /// One signature with the id of the key that made it. What is malformed does not verify.
  package struct Signature: Sendable, Hashable {
    package let keyid: String
    package let bytes: [UInt8]
  }

  /// The payload type of every envelope of ours: an in-toto Statement.
  package static let statementType = "application/vnd.in-toto+json"

  /// Not trusted until verified.
  package let unverifiedPayload: [UInt8]
  package let payloadType: String
  package let signatures: [Signature]

  /// The SHA-256 of the payload: what a report is known by.
  package var payloadDigest: Digest { .sha256(unverifiedPayload) }

  /// Reads an envelope by exact rules: the fields `payload`, `payloadType`, `signatures` and no other; strict
  /// base64; in each signature `keyid` and `sig` and no other; no key id twice.
  ///
  /// - Throws: `TrustReason.malformedEnvelope`, `.malformedBase64`, `.repeatedKeyID`, `.tooManyKeys`, or what
  ///   strict JSON refuses.
  package init(parsing bytes: [UInt8], named name: String) throws(Refusal) {
    try self.init(try JSONField(parsing: bytes, named: name))
  }

  /// Reads an envelope that is part of another text, by the same rules.
  package init(_ root: JSONField) throws(Refusal) {
    let name = root.place
    try Envelope.exactly(["payload", "payloadType", "signatures"], root)
    unverifiedPayload = try Envelope.base64(root["payload"])
    payloadType = try root["payloadType"].string()
    let entries = try root["signatures"].array()
    guard entries.count <= TrustLimits.keysOfRole else {
      throw Refusal(
        TrustReason.tooManyKeys, name, seen: "\(entries.count) signatures",
        expected: "at most \(TrustLimits.keysOfRole)")
    }
    var signatures: [Signature] = []
    var ids: Set<[UInt8]> = []
    for entry in entries {
      try Envelope.exactly(["keyid", "sig"], entry)
      let keyid = try entry["keyid"].string()
      guard ids.insert(Array(keyid.utf8)).inserted else {
        throw Refusal(TrustReason.repeatedKeyID, name, seen: "\(keyid) twice", expected: "once")
      }
      signatures.append(Signature(keyid: keyid, bytes: try Envelope.base64(entry["sig"])))
    }
    self.signatures = signatures
  }

  private init(payload: [UInt8], type: String, signatures: [Signature]) {
    unverifiedPayload = payload
    payloadType = type
    self.signatures = signatures
  }

  /// An envelope around `payload`, signed by each of `keys`.
  package static func sign(
    payload: [UInt8], type: String = statementType, by keys: [SecretKey]
  ) -> Envelope {
    let message = preAuthenticationEncoding(payload, type: type)
    return Envelope(
      payload: payload, type: type,
      signatures: keys.map { Signature(keyid: $0.id.hex, bytes: $0.sign(message)) })
  }

  /// This envelope with one more signature.
  package func adding(signatureBy key: SecretKey) -> Envelope {
    let message = Envelope.preAuthenticationEncoding(unverifiedPayload, type: payloadType)
    let others = signatures.filter { $0.keyid != key.id.hex }
    return Envelope(
      payload: unverifiedPayload, type: payloadType,
      signatures: others + [Signature(keyid: key.id.hex, bytes: key.sign(message))])
  }

  /// The payload, once `threshold` distinct public keys of `keys` have signed it and its type is `type`.
  ///
  /// - Throws: `TrustReason.otherPayloadType`, `.tooFewSignatures`, `.unsupportedKeyTypes`.
  package func verified(
    by keys: [PublicKey], threshold: Int = 1, type: String = statementType
  ) throws(Refusal) -> [UInt8] {
    guard payloadType == type else {
      throw Refusal(
        TrustReason.otherPayloadType, "DSSE envelope", seen: payloadType, expected: type)
    }
    let message = Envelope.preAuthenticationEncoding(unverifiedPayload, type: payloadType)
    var tally = SignatureTally(threshold: threshold)
    let known = Dictionary(keys.map { ($0.id.hex, $0) }, uniquingKeysWith: { first, _ in first })
    for signature in signatures {
      if let key = known[signature.keyid] { tally.count(key, signature.bytes, over: message) }
    }
    try tally.check("DSSE envelope")
    return unverifiedPayload
  }

  /// The bytes that signatures are made over (DSSE 1.0, "PAE").
  package static func preAuthenticationEncoding(_ payload: [UInt8], type: String) -> [UInt8] {
    Array("DSSEv1 \(type.utf8.count) \(type) \(payload.count) ".utf8) + payload
  }

  /// The envelope as a compact JSON text.
  package var encoded: [UInt8] { json.encoded }

  package var json: JSONValue {
    let entries = signatures.map { signature -> JSONValue in
      ["keyid": .string(signature.keyid), "sig": .string(Base64.encode(signature.bytes))]
    }
    return [
      "payload": .string(Base64.encode(unverifiedPayload)), "payloadType": .string(payloadType),
      "signatures": .array(entries),
    ]
  }

  private static func exactly(_ keys: [String], _ field: JSONField) throws(Refusal) {
    guard case .object(let object) = field.value, object.members.map(\.key) == keys else {
      let seen: String =
        if case .object(let object) = field.value {
          object.members.map(\.key).joined(separator: ", ")
        } else {
          "no object"
        }
      throw Refusal(
        TrustReason.malformedEnvelope, field.place, seen: seen,
        expected: "exactly \(keys.joined(separator: ", "))")
    }
  }

  private static func base64(_ field: JSONField) throws(Refusal) -> [UInt8] {
    let text = try field.string()
    guard let bytes = Base64.decode(text) else {
      throw Refusal(
        TrustReason.malformedBase64, field.place, seen: String(text.prefix(60)),
        expected: "standard alphabet, padded, no unused bits")
    }
    return bytes
  }
}
