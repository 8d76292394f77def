// SPDX-License-Identifier: Apache-2.0

/// The name of a site: `[a-z0-9-]`, 1 to 30 characters, no hyphen at either end, no name that Windows keeps
/// for a device (a bundle's folder name begins with it).
///
/// 30 is what keeps a stored target name within the 100 bytes of ustar's name field (FORMAT.md, 5).
package struct SiteID: Hashable, Sendable, Comparable, CustomStringConvertible {
  package let text: String

  package init?(_ text: some StringProtocol) {
    let utf8 = Array(text.utf8)
    let hyphen = UInt8(ascii: "-")
    guard (1...30).contains(utf8.count), utf8.first != hyphen, utf8.last != hyphen,
      utf8.allSatisfy({ Name.isLowerAlphanumeric($0) || $0 == hyphen }),
      !WindowsName.isReserved(text)
    else { return nil }
    self.text = String(text)
  }

  package var description: String { text }
  package static func < (left: SiteID, right: SiteID) -> Bool { left.text < right.text }

  /// What the rule asks for, as text for a refusal.
  package static let rule = "1 to 30 of a-z, 0-9 and -, no - at an end, no device name of Windows"
}

/// A short name of ours, for intents and programs: `[a-z0-9.-]`, 1 to 64 characters, starts with a letter or
/// digit.
package struct Name: Hashable, Sendable, Comparable, CustomStringConvertible {
  package let text: String

  package init?(_ text: some StringProtocol) {
    let utf8 = Array(text.utf8)
    guard (1...64).contains(utf8.count), let first = utf8.first, Name.isLowerAlphanumeric(first),
      utf8.allSatisfy({
        Name.isLowerAlphanumeric($0) || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: ".")
      })
    else { return nil }
    self.text = String(text)
  }

  package var description: String { text }
  package static func < (left: Name, right: Name) -> Bool { left.text < right.text }

  package static let rule = "1 to 64 of a-z, 0-9, - and ., starting with a letter or digit"

  static func isLowerAlphanumeric(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
      || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
  }
}

/// 128 random bits as 32 lower-case hex digits: a product line, a site's epoch, a salt.
package struct RandomID: Hashable, Sendable, Comparable, CustomStringConvertible {
  package let text: String

  package init?(_ text: some StringProtocol) {
    guard let bytes = Hex.decode(text), bytes.count == 16 else { return nil }
    self.text = String(text)
  }

  /// Takes 16 bytes from a random generator; nil for any other count.
  package init?(bytes: [UInt8]) {
    guard bytes.count == 16 else { return nil }
    text = Hex.encode(bytes)
  }

  package var description: String { text }
  package static func < (left: RandomID, right: RandomID) -> Bool { left.text < right.text }
}

/// The short id of released content: the first 22 hex digits of its manifest's SHA-256.
package struct ContentID: Hashable, Sendable, Comparable, CustomStringConvertible {
  package let text: String

  package init?(_ text: some StringProtocol) {
    guard text.utf8.count == 22, Hex.decode(text) != nil else { return nil }
    self.text = String(text)
  }

  package init(manifest digest: Digest) { text = String(digest.hex.prefix(22)) }

  package var description: String { text }
  package static func < (left: ContentID, right: ContentID) -> Bool { left.text < right.text }
}
