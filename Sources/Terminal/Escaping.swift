// SPDX-License-Identifier: Apache-2.0

/// Makes text from outside safe for a terminal or a log.
package enum Escaping {
  /// Control characters, escape codes, bidirectional marks and other invisible characters become `\u{…}`;
  /// letters, digits, punctuation and blanks of any script stay.
  package static func visible(_ text: String) -> String {
    guard text.unicodeScalars.contains(where: isHidden) else { return text }
    return text.unicodeScalars.reduce(into: "") { output, scalar in
      if isHidden(scalar) {
        output += "\\u{\(String(scalar.value, radix: 16))}"
      } else {
        output.unicodeScalars.append(scalar)
      }
    }
  }

  /// The same for a JSON text that is written without blanks: there such characters stand in strings only,
  /// and become `\uXXXX`, so that the text still says the same.
  package static func json(_ text: String) -> String {
    guard text.unicodeScalars.contains(where: isHidden) else { return text }
    return text.unicodeScalars.reduce(into: "") { output, scalar in
      guard isHidden(scalar) else { return output.unicodeScalars.append(scalar) }
      for unit in String(scalar).utf16 {
        let digits = String(unit, radix: 16)
        output += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      }
    }
  }

  private static func isHidden(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator,
      .paragraphSeparator:
      true
    default: false
    }
  }
}
