// SPDX-License-Identifier: Apache-2.0
private import CSodium
package import Intents

/// Bytes from the system's generator, through libsodium.
package enum RandomBytes {
  package static func generate(count: Int) -> [UInt8] {
    Sodium.start()
    var bytes = [UInt8](repeating: 0, count: count)
    randombytes_buf(&bytes, count)
    return bytes
  }
}

extension RandomID {
  /// 128 fresh random bits.
  package static func generate() -> RandomID {
    guard let id = RandomID(bytes: RandomBytes.generate(count: 16)) else {
      preconditionFailure("16 bytes make a random id")
    }
    return id
  }
}
