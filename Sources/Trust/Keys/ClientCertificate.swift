// SPDX-License-Identifier: Apache-2.0
private import struct Crypto.SHA256
private import CryptoExtras
package import Intents

/// An RSA key and the certificate over it, with which a program proves at a token server who it is (RFC 7523).
///
/// The key lies in BoringSSL's memory, which does the arithmetic, and not in guarded pages; it is never written,
/// shown or handed out.
package final class ClientCertificate: Sendable {
  /// SHA-256 of the certificate's DER: the value of `x5t#S256` before it is encoded (RFC 7515, 4.1.8).
  package let fingerprint: Intents.Digest
  private let key: _RSA.Signing.PrivateKey

  /// Takes and wipes a PEM file with a private key, PKCS #8 or PKCS #1, of 2048 bits or more and not encrypted.
  ///
  /// - Parameters:
  ///   - certificate: PEM; the first certificate in it counts. May be a copy of the same file.
  ///   - name: of the key file, for refusals.
  /// - Throws: `TrustReason.damagedKeyFile` when either cannot be read or they do not belong together.
  package init(
    wipingKey pem: inout [UInt8], certificate: [UInt8], named name: String
  ) throws(Refusal) {
    defer { wipe(&pem) }
    guard let certificate = PEM.firstBlock(of: ["CERTIFICATE"], in: certificate)?.bytes else {
      throw ClientCertificate.damaged(name, "no certificate", "a certificate in PEM")
    }
    let labels = ["PRIVATE KEY", "RSA PRIVATE KEY", "ENCRYPTED PRIVATE KEY"]
    guard var block = PEM.firstBlock(of: labels, in: pem), block.label != labels[2] else {
      throw ClientCertificate.damaged(
        name, "no plain private key", "an RSA key in PEM without a passphrase")
    }
    defer { wipe(&block.bytes) }
    // What BoringSSL says may quote the input, so it is not repeated.
    guard let key = try? _RSA.Signing.PrivateKey(derRepresentation: block.bytes) else {
      throw ClientCertificate.damaged(name, block.label, "an RSA key of at least 2048 bits")
    }
    // The certificate holds modulus and exponent of its key as they are (RFC 5280, 4.1.2.7).
    guard PEM.contains(Array(key.publicKey.pkcs1DERRepresentation), in: certificate) else {
      throw ClientCertificate.damaged(name, "a certificate over another key", "one over this key")
    }
    self.key = key
    fingerprint = Intents.Digest.sha256(certificate)
  }

  /// A signature by RSASSA-PSS over SHA-256 with a salt of 32 bytes: PS256 (RFC 7518, 3.5). Another one each
  /// time.
  ///
  /// - Throws: `TrustReason.cryptography`.
  package func sign(_ message: [UInt8]) throws(Refusal) -> [UInt8] {
    guard let signature = try? key.signature(for: SHA256.hash(data: message), padding: .PSS) else {
      throw Refusal(TrustReason.cryptography, "RSA-PSS", seen: "no signature", expected: "one")
    }
    return Array(signature.rawRepresentation)
  }

  private static func damaged(_ name: String, _ seen: String, _ expected: String) -> Refusal {
    Refusal(TrustReason.damagedKeyFile, name, seen: seen, expected: expected)
  }
}

/// Text around base64 (RFC 7468), read from bytes so that a secret never becomes a `String`.
private enum PEM {
  /// The first block under one of `labels`; what stands around blocks is ignored. Nil when there is none or its
  /// base64 is not right.
  static func firstBlock(
    of labels: [String], in text: [UInt8]
  ) -> (label: String, bytes: [UInt8])? {
    var label: String?
    var body: [UInt8] = []
    // Nothing of it may be left behind in a buffer that was outgrown.
    body.reserveCapacity(text.count)
    defer { wipe(&body) }
    for line in text.split(separator: UInt8(ascii: "\n")) {
      let line = line.last == UInt8(ascii: "\r") ? line.dropLast() : line
      if let open = label {
        if line.elementsEqual("-----END \(open)-----".utf8) {
          return Base64.decode(body).map { (open, $0) }
        }
        body += line
      } else {
        label = labels.first { line.elementsEqual("-----BEGIN \($0)-----".utf8) }
      }
    }
    return nil
  }

  static func contains(_ part: [UInt8], in whole: [UInt8]) -> Bool {
    guard part.count <= whole.count else { return false }
    return (0...whole.count - part.count).contains { whole[$0...].starts(with: part) }
  }
}
