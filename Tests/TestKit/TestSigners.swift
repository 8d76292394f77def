// SPDX-License-Identifier: Apache-2.0
import Crypto
import CryptoExtras
import Foundation
import Intents
package import Trust

/// Signs metadata in a test, with a key of any kind that TUF knows.
package protocol TestSigner: Sendable {
  /// The public half in TUF's form.
  var json: JSONValue { get }
  /// What signatures and roles name it by.
  var keyid: String { get }
  func signature(over message: [UInt8]) -> [UInt8]
}

extension TestSigner {
  /// The SHA-256 of the key, as securesystemslib makes ids.
  package var keyid: String { Digest.sha256(json.canonical).hex }
}

extension SecretKey: TestSigner {
  package var json: JSONValue { publicKey.json }
  package func signature(over message: [UInt8]) -> [UInt8] { sign(message) }
}

/// An ECDSA P-256 key with DER signatures.
package struct ECDSASigner: TestSigner {
  private let key = P256.Signing.PrivateKey()
  package let json: JSONValue

  /// - Parameter keytype: `ecdsa`, or the older `ecdsa-sha2-nistp256`.
  package init(keytype: String = "ecdsa") {
    json = [
      "keytype": .string(keytype), "scheme": "ecdsa-sha2-nistp256",
      "keyval": ["public": .string(key.publicKey.pemRepresentation + "\n")],
    ]
  }

  package func signature(over message: [UInt8]) -> [UInt8] {
    let signature = try? key.signature(for: Crypto.SHA256.hash(data: message))
    return Array(signature?.derRepresentation ?? Data())
  }
}

/// An RSA key of 2048 bits.
package struct RSASigner: TestSigner {
  private let key: _RSA.Signing.PrivateKey
  package let json: JSONValue

  package init() {
    key = RSASigner.shared
    json = [
      "keytype": "rsa", "scheme": "rsassa-pss-sha256",
      "keyval": ["public": .string(key.publicKey.pemRepresentation + "\n")],
    ]
  }

  package func signature(over message: [UInt8]) -> [UInt8] {
    let signature = try? key.signature(for: Crypto.SHA256.hash(data: message), padding: .PSS)
    return Array(signature?.rawRepresentation ?? Data())
  }

  /// One for all tests: making one takes a while.
  private static let shared: _RSA.Signing.PrivateKey = {
    guard let key = try? _RSA.Signing.PrivateKey(keySize: .bits2048) else {
      preconditionFailure("a key of 2048 bits can be made")
    }
    return key
  }()
}
