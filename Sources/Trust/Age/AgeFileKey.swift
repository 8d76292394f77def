// SPDX-License-Identifier: Apache-2.0
private import CSodium
import Intents

/// The 16 random bytes that a file is sealed under, wrapped for its recipients in the header.
struct AgeFileKey: ~Copyable {
  private let secret: GuardedMemory

  static let length = 16
  private static let wrappedLength = length + 16
  private static let type = "X25519"
  private static let wrapInfo = "age-encryption.org/v1/X25519"
  private static let zeroNonce = [UInt8](repeating: 0, count: 12)

  private init(_ secret: consuming GuardedMemory) { self.secret = secret }

  /// A fresh one.
  static func generate() throws(Refusal) -> AgeFileKey {
    var secret = try GuardedMemory(count: length)
    secret.write { randombytes_buf($0, length) }
    return AgeFileKey(secret)
  }

  /// Finds the stanza that `identity` opens, and checks the MAC of the header.
  ///
  /// - Throws: `TrustReason.sealedToAnother` (12), `.malformedAge` (10).
  static func open(
    _ header: AgeHeader, for identity: AgeIdentity, named name: String
  ) throws(Refusal) -> AgeFileKey {
    var secret = try GuardedMemory(count: length)
    var isOpen = false
    for stanza in header.stanzas where stanza.arguments[0] == type && !isOpen {
      guard stanza.arguments.count == 2, let share = AgeLines.decode(stanza.arguments[1]),
        share.count == AgeRecipient.length, stanza.body.count == wrappedLength
      else {
        throw Refusal(
          TrustReason.malformedAge, name, seen: stanza.arguments.joined(separator: " "),
          expected: "X25519, a share of 32 bytes and a body of \(wrappedLength)")
      }
      isOpen = try unwrap(stanza.body, share: share, identity, name, into: &secret)
    }
    guard isOpen else {
      throw Refusal(
        TrustReason.sealedToAnother, name, seen: "\(header.stanzas.count) other recipients",
        expected: "sealed to \(identity.recipient)")
    }
    let key = AgeFileKey(secret)
    let mac = AgeKeyDerivation.tag(header.authenticated, under: try key.macKey())
    guard AgeKeyDerivation.equal(mac, header.mac) else {
      throw Refusal(
        TrustReason.malformedAge, name, seen: "a header with another MAC",
        expected: "the MAC of its file key")
    }
    return key
  }

  /// The header that wraps this key for each of `recipients`.
  func header(for recipients: [AgeRecipient]) throws(Refusal) -> [UInt8] {
    var stanzas: [AgeHeader.Stanza] = []
    for recipient in recipients { stanzas.append(try wrap(for: recipient)) }
    let authenticated = AgeHeader.encoded(stanzas)
    let mac = AgeKeyDerivation.tag(authenticated, under: try macKey())
    return authenticated + Array(" \(AgeLines.encode(mac))\n".utf8)
  }

  /// The key of the payload with this nonce.
  func payloadKey(nonce: [UInt8]) throws(Refusal) -> GuardedMemory {
    try AgeKeyDerivation.key(from: secret, salt: nonce, info: "payload")
  }

  private func macKey() throws(Refusal) -> GuardedMemory {
    try AgeKeyDerivation.key(from: secret, salt: [], info: "header")
  }

  private func wrap(for recipient: AgeRecipient) throws(Refusal) -> AgeHeader.Stanza {
    let ephemeral = try AgeIdentity.generate()
    let share = ephemeral.recipient.bytes
    let wrapping = try Self.wrapKey(
      ephemeral, with: recipient.bytes, salt: share + recipient.bytes, "\(recipient)")
    var body = [UInt8](repeating: 0, count: Self.wrappedLength)
    let status = wrapping.read { wrapping in
      secret.read { secret in
        crypto_aead_chacha20poly1305_ietf_encrypt(
          &body, nil, secret, UInt64(Self.length), nil, 0, nil, Self.zeroNonce, wrapping)
      }
    }
    precondition(status == 0, "crypto_aead_chacha20poly1305_ietf_encrypt reported \(status)")
    return AgeHeader.Stanza(arguments: [Self.type, AgeLines.encode(share)], body: body)
  }

  private static func unwrap(
    _ body: [UInt8], share: [UInt8], _ identity: AgeIdentity, _ name: String,
    into secret: inout GuardedMemory
  ) throws(Refusal) -> Bool {
    let wrapping = try wrapKey(
      identity, with: share, salt: share + identity.recipient.bytes, name)
    return secret.write { secret in
      wrapping.read { wrapping in
        crypto_aead_chacha20poly1305_ietf_decrypt(
          secret, nil, nil, body, UInt64(body.count), nil, 0, zeroNonce, wrapping) == 0
      }
    }
  }

  private static func wrapKey(
    _ own: AgeIdentity, with other: [UInt8], salt: [UInt8], _ name: String
  ) throws(Refusal) -> GuardedMemory {
    var shared = try GuardedMemory(count: AgeRecipient.length)
    guard own.share(with: other, into: &shared) else {
      throw Refusal(
        TrustReason.malformedAge, name, seen: "a point of low order", expected: "an X25519 key")
    }
    return try AgeKeyDerivation.key(from: shared, salt: salt, info: wrapInfo)
  }
}
