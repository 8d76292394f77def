// SPDX-License-Identifier: Apache-2.0
import Intents

/// A piece of script. It is made of text that stands in this program's source, and of values that are
/// literals, comments, numbers or other pieces: a `String` has no way in.
///
///     let value = try PowerShellLiteral(name, of: "name")
///     let line: PowerShellText = "$name = \(value)"
struct PowerShellText: Hashable, Sendable, ExpressibleByStringInterpolation {
  private(set) var text: String

  init(stringLiteral value: StaticString) { text = "\(value)" }
  init(stringInterpolation: StringInterpolation) { text = stringInterpolation.text }

  struct StringInterpolation: StringInterpolationProtocol {
    fileprivate var text = ""

    init(literalCapacity: Int, interpolationCount: Int) { text.reserveCapacity(literalCapacity) }

    mutating func appendLiteral(_ literal: StaticString) { text += "\(literal)" }
    mutating func appendInterpolation(_ literal: PowerShellLiteral) { text += literal.text }
    mutating func appendInterpolation(_ comment: PowerShellComment) { text += comment.text }
    mutating func appendInterpolation(_ piece: PowerShellText) { text += piece.text }
    mutating func appendInterpolation(_ number: Int64) { text += String(number) }
    mutating func appendInterpolation(_ digest: Digest) { text += digest.hex }

    /// `$true` or `$false`.
    mutating func appendInterpolation(_ flag: Bool) { text += flag ? "$true" : "$false" }

    /// A list between `@(` and `)`.
    mutating func appendInterpolation(list literals: [PowerShellLiteral]) {
      text += "@(" + literals.map(\.text).joined(separator: ", ") + ")"
    }
  }

  static func += (left: inout PowerShellText, right: PowerShellText) { left.text += right.text }

  /// The pieces one behind the other, with a line break between.
  static func lines(_ pieces: [PowerShellText]) -> PowerShellText {
    var all: PowerShellText = ""
    for (index, piece) in pieces.enumerated() {
      if index > 0 { all += "\n" }
      all += piece
    }
    return all
  }
}
