// SPDX-License-Identifier: Apache-2.0
package import Intents

/// Text that may stand in a query, a path of a request, or a script: a fixed set of characters in which none
/// means anything to WQL, OData, JSON, PowerShell or a shell (A25).
package struct PlainText: Hashable, Sendable, CustomStringConvertible {
  package let text: String

  package static let longest = 200
  package static let rule =
    "1 to \(longest) of A-Z, a-z, 0-9, blank and . _ - ( ) + , : /, no blank at an end"

  /// - Throws: `DistributionReason.valueRefused`, naming `subject`.
  package init(_ text: String, naming subject: String) throws(Refusal) {
    guard let plain = PlainText(text) else {
      throw Refusal(
        DistributionReason.valueRefused, subject, seen: String(text.prefix(PlainText.longest)),
        expected: PlainText.rule)
    }
    self = plain
  }

  package init?(_ text: String) {
    let utf8 = Array(text.utf8)
    let blank = UInt8(ascii: " ")
    guard (1...PlainText.longest).contains(utf8.count), utf8.first != blank, utf8.last != blank,
      utf8.allSatisfy(PlainText.isPlain)
    else { return nil }
    self.text = text
  }

  package init(_ id: PackageID) { text = id.text }
  package init(_ stamp: Stamp) { text = stamp.text }
  package init(_ name: Name) { text = name.text }
  package init(_ name: CollectionName) { text = name.text }

  private static func isPlain(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"):
      true
    default: " ._-()+,:/".utf8.contains(byte)
    }
  }

  package var description: String { text }
}
