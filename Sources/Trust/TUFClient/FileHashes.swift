// SPDX-License-Identifier: Apache-2.0
private import struct Crypto.SHA512
package import Intents

/// The hashes that a role lists of a file: SHA-256, SHA-512 or both. Others beside them are not looked at.
package struct FileHashes: Sendable, Hashable {
  package let sha256: Digest?
  /// 128 lower-case hex digits.
  package let sha512: String?

  /// - Throws: `TrustReason.unsupportedHashes` when there is none that this version knows.
  init(_ field: JSONField) throws(Refusal) {
    sha256 = try field.optional("sha256")?.digest()
    sha512 = try field.optional("sha512")?.parsed("128 lower-case hex digits") { text in
      Hex.decode(text)?.count == 64 ? text : nil
    }
    guard sha256 != nil || sha512 != nil else {
      throw Refusal(
        TrustReason.unsupportedHashes, field.place, seen: field.wrong("").seen,
        expected: "sha256 or sha512")
    }
  }

  /// The one that a stored target's name begins with in a consistent snapshot.
  var leading: String { sha256?.hex ?? sha512 ?? "" }

  /// - Throws: `TrustReason.otherHash`.
  func check(_ bytes: [UInt8], named name: String) throws(Refusal) {
    var hasher = FileHasher(for: self)
    bytes.withUnsafeBytes { hasher.update($0) }
    try hasher.check(named: name)
  }
}

/// Running hashes of a file, compared at its end with all that are listed.
struct FileHasher: Sendable {
  private let listed: FileHashes
  private var sha256 = SHA256Stream()
  private var sha512 = SHA512()

  init(for listed: FileHashes) { self.listed = listed }

  mutating func update(_ bytes: UnsafeRawBufferPointer) {
    if listed.sha256 != nil { sha256.update(bytes) }
    if listed.sha512 != nil { sha512.update(bufferPointer: bytes) }
  }

  /// - Throws: `TrustReason.otherHash`.
  func check(named name: String) throws(Refusal) {
    if let expected = listed.sha256 {
      try FileHasher.compare(sha256.finalize().hex, expected.hex, name)
    }
    if let expected = listed.sha512 {
      try FileHasher.compare(Hex.encode(Array(sha512.finalize())), expected, name)
    }
  }

  private static func compare(
    _ seen: String, _ expected: String, _ name: String
  ) throws(Refusal) {
    guard seen == expected else {
      throw Refusal(TrustReason.otherHash, name, seen: seen, expected: expected)
    }
  }
}
