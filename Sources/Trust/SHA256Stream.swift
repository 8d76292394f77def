package import Intents

// SPDX-License-Identifier: Apache-2.0
import struct Crypto.SHA256

/// A running SHA-256 (FIPS 180-4) through swift-crypto, which uses the processor's instructions where libsodium
/// does not.
package struct SHA256Stream: Sendable {
  private var state = SHA256()

  package init() {}

  package mutating func update(_ bytes: UnsafeRawBufferPointer) {
    state.update(bufferPointer: bytes)
  }

  package mutating func update(_ bytes: [UInt8]) {
    bytes.withUnsafeBytes { state.update(bufferPointer: $0) }
  }

  package mutating func update(_ bytes: ArraySlice<UInt8>) {
    bytes.withUnsafeBytes { state.update(bufferPointer: $0) }
  }

  /// The digest of all bytes so far; the stream may go on.
  package func finalize() -> Digest {
    let result = state.finalize()
    guard let digest = Digest(bytes: Array(result)) else {
      preconditionFailure("SHA-256 is 32 bytes")
    }
    return digest
  }
}

extension Digest {
  package static func sha256(_ bytes: [UInt8]) -> Digest {
    var stream = SHA256Stream()
    stream.update(bytes)
    return stream.finalize()
  }

  package static func sha256(_ bytes: UnsafeRawBufferPointer) -> Digest {
    var stream = SHA256Stream()
    stream.update(bytes)
    return stream.finalize()
  }
}
