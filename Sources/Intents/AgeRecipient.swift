// SPDX-License-Identifier: Apache-2.0

/// Whom a file is sealed to: an X25519 public key, written `age1…` as `age-keygen` prints it
/// (C2SP age, "The X25519 recipient type").
package struct AgeRecipient: Hashable, Sendable, CustomStringConvertible {
  package static let length = 32
  package let bytes: [UInt8]

  /// Nil unless there are 32 bytes.
  package init?(_ bytes: [UInt8]) {
    guard bytes.count == Self.length else { return nil }
    self.bytes = bytes
  }

  /// Nil unless `text` is an age recipient in lower case.
  package init?(_ text: String) {
    guard let bytes = Bech32.decode(text, prefix: "age") else { return nil }
    self.init(bytes)
  }

  package var description: String { Bech32.encode(bytes, prefix: "age") }
}
