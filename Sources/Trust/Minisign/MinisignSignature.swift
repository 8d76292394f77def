// SPDX-License-Identifier: Apache-2.0
private import CSodium
package import Intents

/// The four lines of a `.minisig` file, prehashed (`ED`). Nothing in it counts before
/// `MinisignPublicKey.verify`. FORMAT.md, 13; minisign(1).
package struct MinisignSignature: Sendable, Hashable {
  package let keyID: MinisignKeyID
  package let untrustedComment: String
  package let trustedComment: String
  let signature: [UInt8]
  let globalSignature: [UInt8]

  /// Reads the four lines strictly: prefixes, LF, canonical base64, nothing behind.
  ///
  /// - Throws: `TrustReason.malformedMinisign`, `.legacyMinisign`, `.unacceptableComment`.
  package init(parsing bytes: [UInt8], named name: String) throws(Refusal) {
    let lines = try MinisignText.lines(bytes, count: 4, of: name)
    untrustedComment = try MinisignText.comment(
      lines[0], after: MinisignSignature.untrusted, TrustLimits.untrustedComment)
    trustedComment = try MinisignText.comment(
      lines[2], after: MinisignSignature.trusted, TrustLimits.trustedComment)
    guard let first = Base64.decode(lines[1]), first.count == 74,
      let keyID = MinisignKeyID(first[2..<10]), let second = Base64.decode(lines[3]),
      second.count == 64
    else {
      throw Refusal(
        TrustReason.malformedMinisign, name, seen: "other text in line 2 or 4",
        expected: "base64 of 74 and of 64 bytes")
    }
    guard first.starts(with: "ED".utf8) else {
      throw Refusal(
        first.starts(with: "Ed".utf8) ? TrustReason.legacyMinisign : .malformedMinisign, name,
        seen: Hex.encode(first.prefix(2)), expected: "ED (prehashed)")
    }
    self.keyID = keyID
    signature = Array(first[10...])
    globalSignature = second
  }

  init(
    keyID: MinisignKeyID, untrustedComment: String, trustedComment: String, signature: [UInt8],
    globalSignature: [UInt8]
  ) {
    self.keyID = keyID
    self.untrustedComment = untrustedComment
    self.trustedComment = trustedComment
    self.signature = signature
    self.globalSignature = globalSignature
  }

  /// The four lines.
  package var encoded: [UInt8] {
    Array(
      """
      \(MinisignSignature.untrusted)\(untrustedComment)
      \(Base64.encode(Array("ED".utf8) + keyID.bytes + signature))
      \(MinisignSignature.trusted)\(trustedComment)
      \(Base64.encode(globalSignature))

      """.utf8)
  }

  /// What the global signature is over.
  var signedComment: [UInt8] { signature + Array(trustedComment.utf8) }

  private static let untrusted = "untrusted comment: "
  private static let trusted = "trusted comment: "

  /// BLAKE2b-512 of a file (RFC 7693): what the signature is over.
  static func prehash(_ file: [UInt8]) -> [UInt8] {
    Sodium.start()
    var hash = [UInt8](repeating: 0, count: 64)
    let status = crypto_generichash(&hash, 64, file, UInt64(file.count), nil, 0)
    precondition(status == 0, "crypto_generichash reported \(status)")
    return hash
  }
}

extension MinisignSecretKey {
  /// Signs `file`. The comments must be one line each, without control characters.
  ///
  /// - Throws: `TrustReason.unacceptableComment`, `.malformedMinisign`.
  package func sign(
    _ file: [UInt8], untrustedComment: String, trustedComment: String
  ) throws(Refusal) -> MinisignSignature {
    let untrusted = try MinisignText.comment(
      untrustedComment, after: "", TrustLimits.untrustedComment)
    let trusted = try MinisignText.comment(trustedComment, after: "", TrustLimits.trustedComment)
    let signature = key.sign(MinisignSignature.prehash(file))
    return MinisignSignature(
      keyID: id, untrustedComment: untrusted, trustedComment: trusted, signature: signature,
      globalSignature: key.sign(signature + Array(trusted.utf8)))
  }
}

extension MinisignPublicKey {
  /// Checks that this key signed `file` and the trusted comment.
  ///
  /// - Parameter expected: what the untrusted comment must be, so that any changed byte is found; nil
  ///   takes any, as minisign does.
  /// - Throws: `TrustReason.otherMinisignKey`, `.falseMinisign`, `.unacceptableComment`.
  package func verify(
    _ signature: MinisignSignature, over file: [UInt8], untrustedComment expected: String?
  ) throws(Refusal) {
    guard signature.keyID == id else {
      throw Refusal(
        TrustReason.otherMinisignKey, "minisign signature", seen: "\(signature.keyID)",
        expected: "\(id)")
    }
    guard key.isValid(signature.signature, over: MinisignSignature.prehash(file)) else {
      throw Refusal(
        TrustReason.falseMinisign, "signature of the file", seen: "false", expected: "one by \(id)")
    }
    guard key.isValid(signature.globalSignature, over: signature.signedComment) else {
      throw Refusal(
        TrustReason.falseMinisign, "signature of the trusted comment", seen: "false",
        expected: "one by \(id)")
    }
    if let expected, !expected.utf8.elementsEqual(signature.untrustedComment.utf8) {
      throw Refusal(
        TrustReason.unacceptableComment, "untrusted comment", seen: signature.untrustedComment,
        expected: expected)
    }
  }
}
