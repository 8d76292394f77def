// SPDX-License-Identifier: Apache-2.0
private import CSodium
import Intents

/// HKDF-SHA-256 (RFC 5869) for one block of output, and HMAC-SHA-256, both over guarded memory.
enum AgeKeyDerivation {
  /// The 32 bytes of HKDF(`secret`, `salt`, `info`).
  static func key(
    from secret: borrowing GuardedMemory, salt: [UInt8], info: String
  ) throws(Refusal) -> GuardedMemory {
    var extracted = try GuardedMemory(count: 32)
    let count = secret.count
    extracted.write { extracted in
      secret.read { secret in
        var state = crypto_auth_hmacsha256_state()
        crypto_auth_hmacsha256_init(&state, salt, salt.count)
        crypto_auth_hmacsha256_update(&state, secret, UInt64(count))
        crypto_auth_hmacsha256_final(&state, extracted)
        sodium_memzero(&state, MemoryLayout.size(ofValue: state))
      }
    }
    var key = try GuardedMemory(count: 32)
    key.write { key in
      extracted.read { extracted in
        authenticate(Array(info.utf8) + [1], under: extracted, into: key)
      }
    }
    return key
  }

  /// HMAC-SHA-256 of `message` under `key`, which is of 32 bytes.
  static func tag(_ message: [UInt8], under key: borrowing GuardedMemory) -> [UInt8] {
    var tag = [UInt8](repeating: 0, count: 32)
    tag.withUnsafeMutableBufferPointer { tag in
      guard let base = tag.baseAddress else { return }
      key.read { key in authenticate(message, under: key, into: base) }
    }
    return tag
  }

  /// Compares in constant time.
  static func equal(_ left: [UInt8], _ right: [UInt8]) -> Bool {
    left.count == right.count && sodium_memcmp(left, right, left.count) == 0
  }

  private static func authenticate(
    _ message: [UInt8], under key: UnsafePointer<UInt8>, into tag: UnsafeMutablePointer<UInt8>
  ) {
    var state = crypto_auth_hmacsha256_state()
    crypto_auth_hmacsha256_init(&state, key, 32)
    crypto_auth_hmacsha256_update(&state, message, UInt64(message.count))
    crypto_auth_hmacsha256_final(&state, tag)
    sodium_memzero(&state, MemoryLayout.size(ofValue: state))
  }
}
