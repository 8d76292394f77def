// SPDX-License-Identifier: Apache-2.0
package import Intents

/// The id of a public key: the SHA-256 of the canonical JSON of its TUF form. FORMAT.md, 3.
package struct KeyID: Hashable, Sendable, Comparable, CustomStringConvertible {
  package let digest: Digest

  package init(_ digest: Digest) { self.digest = digest }

  /// Nil unless `hex` is 64 lower-case hex digits.
  package init?(_ hex: some StringProtocol) {
    guard let digest = Digest(hex: hex) else { return nil }
    self.digest = digest
  }

  package var hex: String { digest.hex }
  package var description: String { hex }
  package static func < (left: KeyID, right: KeyID) -> Bool { left.digest < right.digest }
}
