// SPDX-License-Identifier: Apache-2.0

/// `key:value`, each `[a-z0-9-]`, such as `site-class:air-gapped`. At most 100 characters.
package struct Tag: Hashable, Sendable, Comparable, CustomStringConvertible {
  package let text: String

  package init?(_ text: some StringProtocol) {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count == 2, text.utf8.count <= 100,
      parts.allSatisfy({ part in
        !part.isEmpty
          && part.utf8.allSatisfy { Name.isLowerAlphanumeric($0) || $0 == UInt8(ascii: "-") }
      })
    else { return nil }
    self.text = String(text)
  }

  package var description: String { text }
  package static func < (left: Tag, right: Tag) -> Bool { left.text < right.text }

  package static let rule = "key:value of a-z, 0-9 and -, at most 100 characters"
}

/// Name of a ConfigMgr collection, from a fixed character set so that it can reach a query or a script as it
/// is: `[A-Za-z0-9 ._-]`, 1 to 127 characters, no blank at an end.
package struct CollectionName: Hashable, Sendable, Comparable, CustomStringConvertible {
  package let text: String

  package init?(_ text: some StringProtocol) {
    let utf8 = Array(text.utf8)
    let blank = UInt8(ascii: " ")
    guard (1...127).contains(utf8.count), utf8.first != blank, utf8.last != blank,
      utf8.allSatisfy({ byte in
        Name.isLowerAlphanumeric(byte) || " ._-".utf8.contains(byte)
          || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
      })
    else { return nil }
    self.text = String(text)
  }

  package var description: String { text }
  package static func < (left: CollectionName, right: CollectionName) -> Bool {
    left.text < right.text
  }

  package static let rule = "1 to 127 of A-Z, a-z, 0-9, blank, . _ and -, no blank at an end"
}
