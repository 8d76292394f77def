// SPDX-License-Identifier: Apache-2.0
import Intents

/// A value as Windows PowerShell 5.1 reads it: one single-quoted string, in which nothing is expanded.
///
/// The quote and the four typographic quotes U+2018 to U+201B, which PowerShell takes for it, are doubled
/// (configmgr.md, 4.3). Of other characters only what can be seen is taken: letters, marks, numbers,
/// punctuation, symbols and the blank.
struct PowerShellLiteral: Hashable, Sendable {
  /// With its quotes.
  let text: String

  /// - Parameter subject: whose value it is, for the refusal.
  /// - Throws: `DistributionReason.valueRefused` for a control or format character, a line or paragraph
  ///   separator, a code point that stands for nothing, or a text that is too long.
  init(_ value: String, of subject: String) throws(Refusal) {
    try PowerShellLiteral.check(value, of: subject)
    var quoted = "'"
    for scalar in value.unicodeScalars {
      if PowerShellLiteral.quotes.contains(scalar) { quoted.unicodeScalars.append(scalar) }
      quoted.unicodeScalars.append(scalar)
    }
    text = quoted + "'"
  }

  /// What ends a single-quoted string in PowerShell.
  static let quotes: Set<Unicode.Scalar> = ["'", "\u{2018}", "\u{2019}", "\u{201A}", "\u{201B}"]

  static func check(_ value: String, of subject: String) throws(Refusal) {
    guard value.utf16.count <= DistributionLimits.literalLength else {
      throw Refusal(
        DistributionReason.valueRefused, subject, seen: "\(value.utf16.count) UTF-16 units",
        expected: "at most \(DistributionLimits.literalLength)")
    }
    for scalar in value.unicodeScalars where !isVisible(scalar) {
      throw Refusal(
        DistributionReason.valueRefused, subject,
        seen: "U+\(String(scalar.value, radix: 16, uppercase: true))",
        expected: "letters, marks, numbers, punctuation, symbols and blanks")
    }
  }

  private static func isVisible(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator,
      .paragraphSeparator:
      false
    case .spaceSeparator: scalar == " "
    default: true
    }
  }
}

/// Text behind a `#`, up to the end of its line. Nothing that could end the line gets into it.
struct PowerShellComment: Hashable, Sendable {
  let text: String

  init(_ value: String, of subject: String) throws(Refusal) {
    try PowerShellLiteral.check(value, of: subject)
    text = value
  }
}
