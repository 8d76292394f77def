// SPDX-License-Identifier: Apache-2.0
private import CSodium
package import Intents

/// An Ed25519 key that signs. Its secret lies in guarded memory from the first byte on and is never in an
/// array or a text.
package final class SecretKey: Sendable {
  /// libsodium's 64 bytes: seed, then public key.
  private let pair: GuardedMemory
  package let publicKey: PublicKey

  /// Takes the 32 bytes of a seed as `fill` writes them into guarded memory.
  init(_ fill: (UnsafeMutablePointer<UInt8>) throws(Refusal) -> Void) throws(Refusal) {
    var seed = try GuardedMemory(count: 32)
    try seed.write(fill)
    var pair = try GuardedMemory(count: 64)
    var open = [UInt8](repeating: 0, count: 32)
    let status = pair.write { pair in
      seed.read { seed in crypto_sign_seed_keypair(&open, pair, seed) }
    }
    guard status == 0, let publicKey = PublicKey(ed25519: open) else {
      throw Refusal(
        TrustReason.cryptography, "crypto_sign_seed_keypair", seen: "\(status)", expected: "0")
    }
    self.publicKey = publicKey
    self.pair = pair
  }

  /// A fresh key from the system's generator.
  package static func generate() throws(Refusal) -> SecretKey {
    try SecretKey { randombytes_buf($0, 32) }
  }

  /// The key of a known seed of 32 bytes; for test keys, which are no secret.
  package convenience init(seed: [UInt8]) throws(Refusal) {
    guard seed.count == 32 else {
      throw Refusal(
        TrustReason.cryptography, "seed", seen: "\(seed.count) bytes", expected: "32 bytes")
    }
    try self.init { $0.update(from: seed, count: 32) }
  }

  package var id: KeyID { publicKey.id }

  /// The 64 bytes of the signature over `message` (RFC 8032, pure Ed25519: the same each time).
  package func sign(_ message: [UInt8]) -> [UInt8] {
    var signature = [UInt8](repeating: 0, count: 64)
    let status = pair.read { pair in
      crypto_sign_detached(&signature, nil, message, UInt64(message.count), pair)
    }
    precondition(status == 0, "crypto_sign_detached reported \(status)")
    return signature
  }

  /// Lends the 32 bytes of the seed, in guarded memory.
  func withSeed<Result, Failure: Error>(
    _ body: (UnsafePointer<UInt8>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try pair.read(body)
  }
}
