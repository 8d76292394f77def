// SPDX-License-Identifier: Apache-2.0
import Intents

/// Roles that share all targets by the hash of their paths, told in one line: succinct hash bins, TAP 15.
package struct HashBins: Sendable {
  let keys: RoleKeys
  private let prefix: String
  /// Bits of the hash that choose the bin: 1 to 32.
  private let bits: Int

  init(_ field: JSONField, among table: [String: PublicKey]) throws(Refusal) {
    keys = try RoleKeys(field, among: table, rules: .repository)
    bits = Int(try field["bit_length"].integer(in: 1...32))
    prefix = try field["name_prefix"].string()
  }

  /// The one bin that a path falls into. Its number is as many digits long as the last one.
  func bin(of path: TargetPath) -> RoleName? {
    let leading = path.digest.bytes.prefix(4).reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
    let number = String(leading >> UInt32(32 - bits), radix: 16)
    let zeros = String(repeating: "0", count: (bits + 3) / 4 - number.count)
    return RoleName(delegated: "\(prefix)-\(zeros)\(number)")
  }
}
