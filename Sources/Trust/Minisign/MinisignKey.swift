// SPDX-License-Identifier: Apache-2.0
package import Intents

/// The 8 bytes that name a minisign key, shown as minisign does: 16 upper-case hex digits, last byte first.
package struct MinisignKeyID: Hashable, Sendable, CustomStringConvertible {
  package let bytes: [UInt8]

  /// Nil unless there are 8.
  package init?(_ bytes: some Collection<UInt8>) {
    guard bytes.count == 8 else { return nil }
    self.bytes = Array(bytes)
  }

  package var description: String { Hex.encode(bytes.reversed()).uppercased() }
}

/// The key that `minisign -V -P` takes: Ed25519 with an id, 56 characters of base64.
package struct MinisignPublicKey: Hashable, Sendable {
  package let id: MinisignKeyID
  let key: PublicKey

  init(id: MinisignKeyID, key: PublicKey) {
    self.id = id
    self.key = key
  }

  /// Reads the 56 characters.
  ///
  /// - Throws: `TrustReason.malformedMinisign`.
  package init(_ text: some StringProtocol) throws(Refusal) {
    guard let bytes = Base64.decode(text), bytes.count == 42, bytes.starts(with: "Ed".utf8),
      let id = MinisignKeyID(bytes[2..<10]), let key = PublicKey(ed25519: Array(bytes[10...]))
    else {
      throw Refusal(
        TrustReason.malformedMinisign, "minisign public key", seen: String(text.prefix(60)),
        expected: "56 characters of base64 that begin with RW")
    }
    self.id = id
    self.key = key
  }

  /// Reads the two lines of a `.pub` file.
  ///
  /// - Throws: `TrustReason.malformedMinisign`, `.unacceptableComment`.
  package init(file bytes: [UInt8]) throws(Refusal) {
    let lines = try MinisignText.lines(bytes, count: 2, of: "minisign public key")
    _ = try MinisignText.comment(
      lines[0], after: "untrusted comment: ", TrustLimits.untrustedComment)
    try self.init(lines[1])
  }

  /// The 56 characters.
  package var text: String {
    guard case .ed25519(let bytes) = key.material else {
      preconditionFailure("a minisign key is Ed25519")
    }
    return Base64.encode(Array("Ed".utf8) + id.bytes + bytes)
  }

  /// The two lines of a `.pub` file.
  package var file: [UInt8] {
    Array("untrusted comment: minisign public key \(id)\n\(text)\n".utf8)
  }
}

/// A key that signs `SHA256SUMS`: a damage check for people without our programs, never trust. It is never a
/// key of TUF or DSSE.
package struct MinisignSecretKey: Sendable {
  package let id: MinisignKeyID
  let key: SecretKey

  /// A fresh key with a fresh id.
  package static func generate() throws(Refusal) -> MinisignSecretKey {
    guard let id = MinisignKeyID(RandomBytes.generate(count: 8)) else {
      preconditionFailure("8 bytes make an id")
    }
    return MinisignSecretKey(id: id, key: try .generate())
  }

  /// The key of a known seed; for test keys, which are no secret.
  package init(seed: [UInt8], id: MinisignKeyID) throws(Refusal) {
    self.init(id: id, key: try SecretKey(seed: seed))
  }

  private init(id: MinisignKeyID, key: SecretKey) {
    self.id = id
    self.key = key
  }

  package var publicKey: MinisignPublicKey { MinisignPublicKey(id: id, key: key.publicKey) }

  /// The key file of this key, protected by `passphrase`.
  package func keyFile(protectedBy passphrase: Passphrase) throws(Refusal) -> [UInt8] {
    try KeyFile.encoded(key, .minisign, keyid: Hex.encode(id.bytes), passphrase: passphrase)
  }

  /// The key file of this key without encryption; for a rehearsal only. It holds the secret.
  package func unprotectedKeyFile() throws(Refusal) -> [UInt8] {
    try KeyFile.encoded(key, .minisign, keyid: Hex.encode(id.bytes), passphrase: nil)
  }

  /// Opens a key file; see `SecretKey.open`.
  package static func open(
    keyFile bytes: inout [UInt8], named name: String, passphrase: Passphrase?,
    unprotected: KeyFile.Unprotected = .refused
  ) throws(Refusal) -> MinisignSecretKey {
    let (file, key): (KeyFile, SecretKey) = try KeyFile.open(
      &bytes, named: name, passphrase: passphrase, unprotected: unprotected)
    guard file.keytype == .minisign, let raw = Hex.decode(file.keyid), let id = MinisignKeyID(raw)
    else {
      throw Refusal(
        TrustReason.damagedKeyFile, name, seen: "\(file.keytype) \(file.keyid)",
        expected: "minisign and 16 hex digits")
    }
    return MinisignSecretKey(id: id, key: key)
  }
}
