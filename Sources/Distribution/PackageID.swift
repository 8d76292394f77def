// SPDX-License-Identifier: Apache-2.0

/// The three characters that a ConfigMgr site puts before what it mints: `[A-Z0-9]`, no reserved word.
package struct SiteCode: Hashable, Sendable, CustomStringConvertible {
  package let text: String

  /// Device names of Windows, and the one that ConfigMgr keeps for itself.
  private static let reserved: Set<String> = ["AUX", "CON", "NUL", "PRN", "SMS"]

  package init?(_ text: some StringProtocol) {
    guard text.utf8.count == 3, text.utf8.allSatisfy(PackageID.isUpperAlphanumeric),
      !SiteCode.reserved.contains(String(text))
    else { return nil }
    self.text = String(text)
  }

  package var description: String { text }

  /// What the rule asks for, as text for a refusal.
  package static let rule = "three of A-Z and 0-9, not AUX, CON, NUL, PRN or SMS"

  /// Of a library that was given none.
  package static let standard = SiteCode(unchecked: "WB1")

  private init(unchecked text: String) { self.text = text }
}

/// What an execution plane calls a package, a collection or a deployment that it minted: the site code and
/// five more of `[A-Z0-9]`, such as `WB100001`. No character of it needs quoting anywhere.
package struct PackageID: Hashable, Sendable, Comparable, CustomStringConvertible {
  package let text: String

  package init?(_ text: some StringProtocol) {
    guard text.utf8.count == 8, text.utf8.allSatisfy(PackageID.isUpperAlphanumeric) else {
      return nil
    }
    self.text = String(text)
  }

  /// The site code and a number in five decimal digits; nil above 99,999.
  package init?(site: SiteCode, number: Int) {
    guard (1...99_999).contains(number) else { return nil }
    let digits = String(number)
    text = site.text + String(repeating: "0", count: 5 - digits.utf8.count) + digits
  }

  /// The five decimal digits as a number; nil when there are others.
  package var number: Int? { Int(text.dropFirst(3)) }

  /// The built-in collection of every device.
  package static let allSystems = PackageID(unchecked: "SMS00001")

  private init(unchecked text: String) { self.text = text }

  package var description: String { text }
  package static func < (left: PackageID, right: PackageID) -> Bool { left.text < right.text }

  package static let rule = "eight of A-Z and 0-9"

  static func isUpperAlphanumeric(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
      || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
  }
}
