// SPDX-License-Identifier: Apache-2.0

/// What a person who approves is called: 1 to 60 letters, digits, blanks and ` . ' - `, with a letter or digit first.
/// Two names are one person when they differ only in case or in the number of blanks.
package struct PersonName: Sendable, CustomStringConvertible {
  package let text: String

  package init?(_ text: some StringProtocol) {
    let isClean = text.unicodeScalars.allSatisfy { scalar in
      scalar.properties.isAlphabetic || scalar.properties.numericType != nil
        || scalar.properties.generalCategory == .nonspacingMark
        || " .'-".unicodeScalars.contains(scalar)
    }
    guard isClean, let first = text.first, first.isLetter || first.isNumber, text.last != " ",
      text.unicodeScalars.count <= 60
    else { return nil }
    self.text = String(text)
  }

  package var description: String { text }

  package static let rule =
    "1 to 60 letters, digits, blanks, . ' and -, beginning with a letter or digit"

  private var folded: String {
    text.split(separator: " ").joined(separator: " ").lowercased()
  }
}

extension PersonName: Hashable, Comparable {
  package static func == (left: PersonName, right: PersonName) -> Bool {
    left.folded == right.folded
  }
  package func hash(into hasher: inout Hasher) { hasher.combine(folded) }
  package static func < (left: PersonName, right: PersonName) -> Bool { left.folded < right.folded }
}
