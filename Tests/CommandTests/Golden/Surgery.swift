// SPDX-License-Identifier: Apache-2.0
import Bundles
import TestKit
import Trust

/// Cuts that only a forger makes.
extension JSONValue {
  /// This array with one more element.
  func adding(_ element: JSONValue) -> JSONValue {
    guard case .array(let elements) = self else { return self }
    return .array(elements + [element])
  }

  /// This `signed` of role targets with the delegation called `name` changed.
  func mappingDelegation(
    _ name: JSONValue, _ change: (JSONValue) -> JSONValue
  ) -> JSONValue {
    guard case .array(let roles)? = member("delegations roles") else { return self }
    return setting(
      "delegations roles",
      to: .array(roles.map { $0.member("name") == name ? change($0) : $0 }))
  }
}

extension [UInt8] {
  /// These bytes of a metadata file with other `signatures`.
  func mappingSignatures(_ change: ([JSONValue]) -> [JSONValue]) -> [UInt8] {
    guard let file = try? JSONValue(parsing: self, named: "metadata"),  // the forge wrote it
      case .array(let signatures)? = file.member("signatures")
    else { return self }
    return file.setting("signatures", to: .array(change(signatures))).encoded
  }

  /// These bytes with the first `old` replaced by `new`.
  func replacing(_ old: String, with new: String) -> [UInt8] {
    let text = String(decoding: self, as: UTF8.self)
    precondition(text.contains(old) && Array(text.utf8) == self, "\(old) is there")
    return Array(text.replacing(old, with: new, maxReplacements: 1).utf8)
  }

  /// Writes `field` at `offset` of the header that begins at `start`, with the checksum that fits.
  mutating func setHeader(at start: Int = 0, _ offset: Int, _ field: String) {
    replaceSubrange(start + offset..<start + offset + field.utf8.count, with: field.utf8)
    for index in 148..<156 { self[start + index] = 32 }
    let sum = self[start..<start + 512].reduce(0) { $0 + Int($1) }
    let digits = String(sum, radix: 8)
    let text = String(repeating: "0", count: 6 - digits.count) + digits + "\u{0} "
    replaceSubrange(start + 148..<start + 156, with: text.utf8)
  }
}
