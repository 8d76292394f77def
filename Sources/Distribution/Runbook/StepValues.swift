// SPDX-License-Identifier: Apache-2.0
package import Intents

/// Text that may reach a step (A25). Each kind has a fixed set of characters; quotes of PowerShell, `$` (but in a
/// share's name), backtick, `%` and line breaks are in none of them.
package struct StepText: Hashable, Sendable {
  package enum Kind: String, Sendable, CaseIterable {
    /// What people call something: letters, digits and marks of any script, blank and `._+-,:()&=#@/!`.
    case name
    /// A folder that the site server reads, `\\server\share\…` or `D:\…`: as a name, and `\`, `$`, `~`, `{`, `}`.
    case path
    /// What Windows runs: as a path, and `"`, `;`, `<`, `>`, `|`, `[`, `]`, `*`, `?`, `^`; no `$`.
    case command
    /// A host's name: ASCII letters, digits, `-` and `.`.
    case host
  }

  package let text: String
  package let kind: Kind

  /// - Parameter subject: whose value it is, for the refusal.
  /// - Throws: `DistributionReason.valueRefused` with the first character that is not in the set.
  package init(_ text: String, as kind: Kind, of subject: String) throws(Refusal) {
    let most = kind == .name || kind == .host ? 255 : 1024
    guard (1...most).contains(text.utf16.count), text.first != " ", text.last != " " else {
      throw Refusal(
        DistributionReason.valueRefused, subject,
        seen: text.utf16.count > most
          ? "\(text.utf16.count) UTF-16 units" : "\u{2018}\(text)\u{2019}",
        expected: "1 to \(most) UTF-16 units, no blank at an end")
    }
    for scalar in text.unicodeScalars where !kind.takes(scalar) {
      throw Refusal(
        DistributionReason.valueRefused, subject,
        seen: "U+\(String(scalar.value, radix: 16, uppercase: true)) in \(text)",
        expected: "characters of a \(kind.rawValue): \(kind.rule)")
    }
    if kind == .path, !StepText.isRooted(text) {
      throw Refusal(
        DistributionReason.valueRefused, subject, seen: text,
        expected: #"a whole path: \\server\share\folder or D:\folder"#)
    }
    self.text = text
    self.kind = kind
  }

  private static func isRooted(_ text: String) -> Bool {
    let parts = text.split(separator: "\\", omittingEmptySubsequences: false)
    if parts.count > 4, parts[0].isEmpty, parts[1].isEmpty {
      return parts.dropFirst(2).allSatisfy { !$0.isEmpty && $0 != ".." && $0 != "." }
    }
    guard let drive = parts.first, drive.utf8.count == 2, drive.utf8.last == UInt8(ascii: ":"),
      drive.utf8.first.map(PackageID.isUpperAlphanumeric) == true, parts.count > 1
    else { return false }
    return parts.dropFirst().allSatisfy { !$0.isEmpty && $0 != ".." && $0 != "." }
  }
}

extension StepText.Kind {
  private static let signs = Set("._+-,:()&=#@/!".unicodeScalars)
  private static let ofPaths = Set("\\$~{}".unicodeScalars)
  private static let ofCommands = Set("\\~{}\";<>|[]*?^".unicodeScalars)

  /// For people.
  var rule: String {
    switch self {
    case .name: "letters, digits, blank and ._+-,:()&=#@/!"
    case .path: #"those of a name and \ $ ~ { }"#
    case .command: #"those of a name and \ ~ { } " ; < > | [ ] * ? ^"#
    case .host: "A-Z, a-z, 0-9, - and ."
    }
  }

  fileprivate func takes(_ scalar: Unicode.Scalar) -> Bool {
    if self == .host {
      return scalar.isASCII
        && (scalar.properties.isAlphabetic || ("0"..."9").contains(scalar)
          || "-.".unicodeScalars.contains(scalar))
    }
    switch scalar.properties.generalCategory {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .otherLetter, .decimalNumber,
      .nonspacingMark, .spacingMark:
      return true
    default: break
    }
    if scalar == " " || Self.signs.contains(scalar) { return true }
    switch self {
    case .name, .host: return false
    case .path: return Self.ofPaths.contains(scalar)
    case .command: return Self.ofCommands.contains(scalar)
    }
  }
}

/// What an object of the site is called, as far as a step knows it beforehand.
package enum StepID: Hashable, Sendable {
  case known(PackageID)
  /// What the step of this key answers.
  case answer(of: StepKey)

  /// The step that must come first.
  var need: StepKey? {
    if case .answer(let key) = self { key } else { nil }
  }
}

/// What a step leaves in the comment of what it made: the stamp by which it is found again, which content it has, and
/// how new it is.
///
///     waybill:1:<owner>:<part> <content> <age>
///
/// The stamp has at most 99 characters (configmgr.md, 3.3), the content 22, the age at most 16.
package struct StepMark: Hashable, Sendable {
  package enum Part: String, Sendable, CaseIterable {
    case package, program, collection, deployment
  }

  /// What finds the object again.
  package let stamp: String
  /// Changes with what was asked for: 22 lower-case hex digits.
  package let content: String
  /// A step never acts on an object with a higher one: something later made it.
  package let age: Int64

  /// - Parameter owner: the intent or the product line.
  package init(owner: Name, part: Part, content: Digest, age: Int64) {
    stamp = "waybill:1:\(owner):\(part.rawValue)"
    self.content = String(content.hex.prefix(22))
    self.age = age
  }

  /// Takes a stamp that was made elsewhere.
  ///
  /// - Throws: `DistributionReason.valueRefused` unless it is `waybill:1:`, and of `[A-Za-z0-9.:-]` behind.
  package init(stamp: String, content: Digest, age: Int64) throws(Refusal) {
    guard stamp.hasPrefix("waybill:1:"), (11...99).contains(stamp.utf8.count),
      stamp.utf8.allSatisfy({ byte in
        StepKey.isPlain(byte) && byte != UInt8(ascii: "_") && byte != UInt8(ascii: "+")
          || byte == UInt8(ascii: ":")
      })
    else {
      throw Refusal(
        DistributionReason.valueRefused, "stamp", seen: stamp,
        expected: "waybill:1: and A-Z, a-z, 0-9, . : and -, at most 99 characters")
    }
    self.stamp = stamp
    self.content = String(content.hex.prefix(22))
    self.age = age
  }
}
