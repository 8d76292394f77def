// SPDX-License-Identifier: Apache-2.0
package import Intents

/// How many distinct public keys have validly signed one message. A signature that is missing, empty,
/// malformed or false is not counted and never thrown through.
package struct SignatureTally: Sendable {
  package let threshold: Int
  /// Distinct public keys, whatever ids they stand under.
  private var valid: Set<PublicKey.Material> = []
  /// Keys of a type that is not known and that a signature names.
  private var unknown: Set<KeyID> = []

  package init(threshold: Int) { self.threshold = threshold }

  package var found: Int { valid.count }
  package var isMet: Bool { threshold > 0 && valid.count >= threshold }

  /// Counts `signature` if it is by `key` over `message`.
  package mutating func count(_ key: PublicKey, _ signature: [UInt8], over message: [UInt8]) {
    if !key.isSupported {
      unknown.insert(key.id)
    } else if key.isValid(signature, over: message) {
      valid.insert(key.material)
    }
  }

  /// - Throws: `TrustReason.tooFewSignatures`, or `.unsupportedKeyTypes` when keys of unknown types could
  ///   make up what is missing.
  package func check(_ subject: String) throws(Refusal) {
    if isMet { return }
    try checkTypes(subject)
    throw Refusal(
      TrustReason.tooFewSignatures, subject, seen: "\(found) of \(threshold)",
      expected: "\(threshold) of \(threshold)")
  }

  /// - Throws: `TrustReason.unsupportedKeyTypes` when keys of unknown types could make up what is missing.
  func checkTypes(_ subject: String) throws(Refusal) {
    guard !isMet, threshold > 0, found + unknown.count >= threshold else { return }
    throw Refusal(
      TrustReason.unsupportedKeyTypes, subject,
      seen: "\(found) of \(threshold), \(unknown.count) of unknown types",
      expected: "\(threshold) of \(threshold)")
  }
}
