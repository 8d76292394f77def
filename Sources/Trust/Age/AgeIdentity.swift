// SPDX-License-Identifier: Apache-2.0
private import CSodium
package import Intents

/// An X25519 key that opens what was sealed to its recipient. Its secret lies in guarded memory.
package final class AgeIdentity: Sendable {
  private let secret: GuardedMemory
  package let recipient: AgeRecipient

  /// Takes the 32 bytes of the secret as `fill` writes them into guarded memory.
  init(_ fill: (UnsafeMutablePointer<UInt8>) throws(Refusal) -> Void) throws(Refusal) {
    var secret = try GuardedMemory(count: AgeRecipient.length)
    try secret.write(fill)
    var open = [UInt8](repeating: 0, count: AgeRecipient.length)
    let status = secret.read { crypto_scalarmult_base(&open, $0) }
    guard status == 0, let recipient = AgeRecipient(open) else {
      throw Refusal(
        TrustReason.cryptography, "crypto_scalarmult_base", seen: "\(status)", expected: "0")
    }
    self.recipient = recipient
    self.secret = secret
  }

  /// A fresh key from the system's generator.
  package static func generate() throws(Refusal) -> AgeIdentity {
    try AgeIdentity { randombytes_buf($0, AgeRecipient.length) }
  }

  /// Takes and wipes the text that `age-keygen` writes, `AGE-SECRET-KEY-1…`.
  ///
  /// - Throws: `TrustReason.damagedKeyFile`.
  package convenience init(wiping text: inout [UInt8], named name: String) throws(Refusal) {
    defer { wipe(&text) }
    let upper = text.allSatisfy { !(UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) }
    let lowered = String(decoding: text, as: UTF8.self).lowercased()
    guard upper, var bytes = Bech32.decode(lowered, prefix: "age-secret-key-"),
      bytes.count == AgeRecipient.length
    else {
      throw Refusal(
        TrustReason.damagedKeyFile, name, seen: "\(text.count) bytes",
        expected: "an age identity, AGE-SECRET-KEY-1…")
    }
    defer { wipe(&bytes) }
    try self.init { $0.update(from: bytes, count: AgeRecipient.length) }
  }

  /// Takes and wipes a file that `age-keygen` wrote: comments, then the one identity.
  ///
  /// - Throws: `TrustReason.damagedKeyFile`.
  package convenience init(
    wipingFile bytes: inout [UInt8], named name: String
  ) throws(Refusal) {
    defer { wipe(&bytes) }
    let lines = bytes.split(separator: UInt8(ascii: "\n"))
      .filter { $0.first != UInt8(ascii: "#") }
    guard lines.count == 1, var line = lines.first.map(Array.init) else {
      throw Refusal(
        TrustReason.damagedKeyFile, name, seen: "\(lines.count) identities", expected: "one")
    }
    try self.init(wiping: &line, named: name)
  }

  /// Writes the X25519 shared secret with a public key into `shared`; false for a point of low order.
  func share(with open: [UInt8], into shared: inout GuardedMemory) -> Bool {
    precondition(open.count == AgeRecipient.length && shared.count == AgeRecipient.length)
    return shared.write { shared in
      secret.read { secret in crypto_scalarmult(shared, secret, open) == 0 }
    }
  }
}

extension AgeIdentity: KeyFileKey {
  var openBytes: [UInt8] { recipient.bytes }

  func refuseTestOnly(in name: String) throws(Refusal) {
    try TestOnlyKeys.refuse(recipient, in: name)
  }

  func withSeed<Result, Failure: Error>(
    _ body: (UnsafePointer<UInt8>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try secret.read(body)
  }

  /// The key file of this key, protected by `passphrase`; nil in a rehearsal only.
  package func keyFile(protectedBy passphrase: Passphrase?) throws(Refusal) -> [UInt8] {
    try KeyFile.encoded(self, .x25519, keyid: recipient.description, passphrase: passphrase)
  }

  /// Opens a key file; see `SecretKey.open`.
  package static func open(
    keyFile bytes: inout [UInt8], named name: String, passphrase: Passphrase?,
    unprotected: KeyFile.Unprotected = .refused
  ) throws(Refusal) -> AgeIdentity {
    let (file, key): (KeyFile, AgeIdentity) = try KeyFile.open(
      &bytes, named: name, passphrase: passphrase, unprotected: unprotected)
    guard file.keytype == .x25519, file.keyid == key.recipient.description else {
      throw Refusal(
        TrustReason.damagedKeyFile, name, seen: "\(file.keytype) \(file.keyid)",
        expected: "x25519 \(key.recipient)")
    }
    return key
  }
}

extension JSONField {
  /// A recipient as text.
  package func ageRecipient() throws(Refusal) -> AgeRecipient {
    try parsed("an age recipient, age1…") { AgeRecipient($0) }
  }
}
