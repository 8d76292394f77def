// SPDX-License-Identifier: Apache-2.0
private import CSodium
package import Intents

/// A key of 32 secret bytes that a key file holds.
protocol KeyFileKey {
  /// The 32 bytes of its public key.
  var openBytes: [UInt8] { get }

  /// Takes the 32 secret bytes as `fill` writes them into guarded memory.
  init(_ fill: (UnsafeMutablePointer<UInt8>) throws(Refusal) -> Void) throws(Refusal)

  /// Refuses the key when its secret is published (P07).
  func refuseTestOnly(in name: String) throws(Refusal)

  /// Lends the 32 secret bytes, in guarded memory.
  func withSeed<Result, Failure: Error>(
    _ body: (UnsafePointer<UInt8>) throws(Failure) -> Result
  ) throws(Failure) -> Result
}

extension SecretKey: KeyFileKey {
  var openBytes: [UInt8] {
    guard case .ed25519(let open) = publicKey.material else {
      preconditionFailure("a secret key is Ed25519")
    }
    return open
  }

  func refuseTestOnly(in name: String) throws(Refusal) {
    try TestOnlyKeys.refuse([publicKey], in: name)
  }

  /// The key file of this key, protected by `passphrase`.
  package func keyFile(protectedBy passphrase: Passphrase) throws(Refusal) -> [UInt8] {
    try KeyFile.encoded(self, .ed25519, keyid: id.hex, passphrase: passphrase)
  }

  /// The key file of this key without encryption; for a rehearsal only. It holds the secret.
  package func unprotectedKeyFile() throws(Refusal) -> [UInt8] {
    try KeyFile.encoded(self, .ed25519, keyid: id.hex, passphrase: nil)
  }

  /// Opens a key file. A secret that stands in `bytes` as it is goes straight to guarded memory, and zeros take
  /// its place (hand over the only copy).
  ///
  /// - Throws: `TrustReason.wrongPassphrase`, `.missingPassphrase`, `.unprotectedKey`, `.damagedKeyFile`,
  ///   `.testOnlyKey` outside a rehearsal, and what `KeyFile.init` throws.
  package static func open(
    keyFile bytes: inout [UInt8], named name: String, passphrase: Passphrase?,
    unprotected: KeyFile.Unprotected = .refused
  ) throws(Refusal) -> SecretKey {
    let (file, key): (KeyFile, SecretKey) = try KeyFile.open(
      &bytes, named: name, passphrase: passphrase, unprotected: unprotected)
    guard file.keytype == .ed25519, file.keyid == key.id.hex else {
      throw Refusal(
        TrustReason.damagedKeyFile, name, seen: "\(file.keytype) \(file.keyid)",
        expected: "ed25519 \(key.id)")
    }
    return key
  }
}

extension KeyFile {
  private static let placeholder = String(repeating: "0", count: 64)
  private static let secretMember = Array("\"secret\":\"".utf8)

  static func encoded(
    _ key: some KeyFileKey, _ keytype: KeyType, keyid: String, passphrase: Passphrase?
  ) throws(Refusal) -> [UInt8] {
    var members: [(String, JSONValue)] = [
      ("_type", "waybill-key"), ("format", 1), ("keyid", .string(keyid)),
      ("keytype", .string(keytype.rawValue)), ("public", .string(Hex.encode(key.openBytes))),
      ("encryption", passphrase == nil ? "none" : .string(encryption)),
    ]
    if let passphrase {
      let salt = RandomBytes.generate(count: 16)
      let nonce = RandomBytes.generate(count: 24)
      members += [
        ("memory", .integer(TrustLimits.argonMemory)), ("nonce", .string(Hex.encode(nonce))),
        ("passes", .integer(TrustLimits.argonPasses)), ("salt", .string(Hex.encode(salt))),
      ]
      let sealing = try passphrase.key(
        salt: salt, passes: TrustLimits.argonPasses, memory: TrustLimits.argonMemory)
      let bound = JSONValue.object(JSONObject(members)).canonical
      members.append(("ciphertext", .string(Hex.encode(seal(key, with: sealing, nonce, bound)))))
    }
    let checksum = Digest.sha256(JSONValue.object(JSONObject(members)).canonical)
    members.append(("checksum", .string(checksum.hex)))
    if passphrase == nil { members.append(("secret", .string(placeholder))) }
    var bytes = JSONValue.object(JSONObject(members)).encoded
    if passphrase == nil { place(key, into: &bytes) }
    return bytes
  }

  static func open<Key: KeyFileKey>(
    _ bytes: inout [UInt8], named name: String, passphrase: Passphrase?, unprotected: Unprotected
  ) throws(Refusal) -> (KeyFile, Key) {
    var secret = try GuardedMemory(count: 32)
    let isPlain = take(from: &bytes, into: &secret)
    let file = try KeyFile(parsing: bytes, named: name)
    switch file.protection {
    case .none:
      guard case .allowedInRehearsal = unprotected else {
        throw Refusal(
          TrustReason.unprotectedKey, name, seen: "encryption none", expected: encryption)
      }
      guard isPlain else {
        throw Refusal(
          TrustReason.damagedKeyFile, name, seen: "no secret", expected: "64 lower-case hex digits")
      }
    case .passphrase(let salt, let passes, let memory, let nonce, let ciphertext):
      guard let passphrase else {
        throw Refusal(TrustReason.missingPassphrase, name, seen: "none", expected: "one")
      }
      while true {
        let sealing = try passphrase.key(salt: salt, passes: passes, memory: memory)
        if unseal(ciphertext, with: sealing, nonce, file.boundFields, into: &secret) { break }
        if try passphrase.isTypedAnew() { continue }
        throw Refusal(
          TrustReason.wrongPassphrase, name, seen: "another passphrase",
          expected: "the one of key \(file.keyid)")
      }
    }
    let key = try Key { seed in secret.read { seed.update(from: $0, count: 32) } }
    guard key.openBytes == file.publicBytes else {
      throw Refusal(
        TrustReason.damagedKeyFile, name, seen: "a secret of another key",
        expected: "that of \(Hex.encode(file.publicBytes))")
    }
    if case .refused = unprotected { try key.refuseTestOnly(in: name) }
    return (file, key)
  }

  private static func seal(
    _ key: some KeyFileKey, with sealing: borrowing GuardedMemory, _ nonce: [UInt8],
    _ bound: [UInt8]
  ) -> [UInt8] {
    var ciphertext = [UInt8](repeating: 0, count: 48)
    let status = sealing.read { sealing in
      key.withSeed { seed in
        crypto_aead_xchacha20poly1305_ietf_encrypt(
          &ciphertext, nil, seed, 32, bound, UInt64(bound.count), nil, nonce, sealing)
      }
    }
    precondition(status == 0, "crypto_aead_xchacha20poly1305_ietf_encrypt reported \(status)")
    return ciphertext
  }

  private static func unseal(
    _ ciphertext: [UInt8], with sealing: borrowing GuardedMemory, _ nonce: [UInt8],
    _ bound: [UInt8], into secret: inout GuardedMemory
  ) -> Bool {
    secret.write { secret in
      sealing.read { sealing in
        crypto_aead_xchacha20poly1305_ietf_decrypt(
          secret, nil, nil, ciphertext, UInt64(ciphertext.count), bound, UInt64(bound.count), nonce,
          sealing) == 0
      }
    }
  }
}

extension KeyFile {
  /// Writes the seed in hex over the placeholder.
  private static func place(_ key: some KeyFileKey, into bytes: inout [UInt8]) {
    guard let start = secretDigits(in: bytes) else {
      preconditionFailure("the placeholder is there")
    }
    bytes.withUnsafeMutableBufferPointer { buffer in
      key.withSeed { seed in
        for index in 0..<64 {
          let value = index.isMultiple(of: 2) ? seed[index / 2] >> 4 : seed[index / 2] & 15
          buffer[start + index] = value < 10 ? 48 + value : 87 + value
        }
      }
    }
  }

  /// Moves the seed from its hex digits into guarded memory and leaves zeros; false when there is none.
  private static func take(from bytes: inout [UInt8], into secret: inout GuardedMemory) -> Bool {
    guard let start = secretDigits(in: bytes) else { return false }
    return bytes.withUnsafeMutableBufferPointer { buffer in
      secret.write { secret in
        var isHex = true
        for index in 0..<64 {
          let byte = buffer[start + index]
          buffer[start + index] = UInt8(ascii: "0")
          switch byte {
          case 48...57: secret[index / 2] = secret[index / 2] << 4 | (byte - 48)
          case 97...102: secret[index / 2] = secret[index / 2] << 4 | (byte - 87)
          default: isHex = false
          }
        }
        return isHex
      }
    }
  }

  /// Where the 64 digits of the member `secret` begin, as we write it: compact.
  private static func secretDigits(in bytes: [UInt8]) -> Int? {
    let need = secretMember.count + 64
    guard bytes.count >= need else { return nil }
    return (0...bytes.count - need).first { start in
      bytes[start] == UInt8(ascii: "\"") && bytes[start...].starts(with: secretMember)
    }.map { $0 + secretMember.count }
  }
}
