// SPDX-License-Identifier: Apache-2.0
import Intents
import Trust

extension FuzzTarget {
  /// The open part of a key file: all that is read before a passphrase is asked for.
  static let keyFile = FuzzTarget(
    "key-file", seeds: { Samples.keyFiles.map(checked) }, mend: checked
  ) {
    bytes in
    let file = try KeyFile(parsing: bytes, named: "key")
    try promise("a public key of 32 bytes", file.publicBytes.count == 32)
    try promise("a secret is sealed, or is not", file.isProtected || !file.keyid.isEmpty)
  }

  /// With the checksum that fits the other fields.
  private static func checked(_ bytes: [UInt8]) -> [UInt8] {
    guard case .object(let file)? = try? JSONValue(parsing: bytes, named: "key") else {
      return bytes
    }
    let open = file.members.filter { !["checksum", "secret"].contains($0.key) }.map {
      ($0.key, $0.value)
    }
    let checksum = Digest.sha256(JSONValue.object(JSONObject(open)).canonical)
    return JSONValue.object(JSONObject(open + [("checksum", .string(checksum.hex))])).encoded
  }
}
