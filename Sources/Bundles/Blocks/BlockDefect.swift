// SPDX-License-Identifier: Apache-2.0
package import Intents

/// A block of a bundle that is not as the waybill lists it.
package struct BlockDefect: Hashable, Sendable {
  package enum Kind: Sendable {
    /// Its bytes are there and wrong.
    case damaged
    /// The file ends before its end.
    case missing
    /// The medium does not give its bytes.
    case unreadable
  }

  /// The file's name in the waybill.
  package let file: String
  /// From 0.
  package let block: Int
  /// Where it begins in the file, bytes.
  package let offset: Int64
  /// Bytes that it should have.
  package let length: Int64
  package let kind: Kind
  /// The digest, the count of bytes or the error that was met.
  package let seen: String
  package let expected: Digest

  /// The refusal that names file, block and offset.
  package var refusal: Refusal {
    let reason: BundleReason =
      switch kind {
      case .damaged: .blockDamaged
      case .missing: .pieceShort
      case .unreadable: .mediumUnreadable
      }
    return Refusal(
      reason, "\(file), block \(block), byte \(offset)", seen: seen,
      expected: kind == .damaged ? expected.hex : "\(length) bytes")
  }
}
