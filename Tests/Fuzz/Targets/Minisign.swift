// SPDX-License-Identifier: Apache-2.0
import Bundles
import Trust

extension FuzzTarget {
  /// A minisign signature or public key (FORMAT.md, 13). Only the one genuine signature is believed.
  static let minisign = FuzzTarget(
    "minisign",
    seeds: { [try Samples.courier.publicKey.file, try Samples.sumsSignature().encoded] }
  ) { bytes in
    guard bytes.count > 160 else { return try checkKey(bytes) }
    let signature = try MinisignSignature(parsing: bytes, named: "minisig")
    try promise("the same text", signature.encoded == bytes)
    let genuine = try Samples.sumsSignature()
    try Samples.courier.publicKey.verify(
      signature, over: Samples.sums.bytes, untrustedComment: genuine.untrustedComment)
    try promise("no other signature that verifies", bytes == genuine.encoded)
  }

  private static func checkKey(_ bytes: [UInt8]) throws {
    let key = try MinisignPublicKey(file: bytes)
    let again = try must("read the key that was written") { try MinisignPublicKey(file: key.file) }
    try promise("the same key", again == key)
  }
}
