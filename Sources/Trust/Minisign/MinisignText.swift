// SPDX-License-Identifier: Apache-2.0
import Intents

/// What the files of minisign have in common: a fixed number of lines, and comments.
enum MinisignText {
  /// Exactly `count` lines of valid UTF-8, each ended by LF, nothing behind.
  static func lines(_ bytes: [UInt8], count: Int, of subject: String) throws(Refusal) -> [String] {
    let parts = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    let lines = parts.compactMap { String(validating: $0, as: UTF8.self) }
    guard parts.count == count + 1, lines.count == parts.count, lines.last?.isEmpty == true else {
      throw Refusal(
        TrustReason.malformedMinisign, subject, seen: "\(parts.count - 1) lines",
        expected: "exactly \(count) lines of UTF-8, each ended by LF")
    }
    return lines
  }

  /// What follows `prefix` in a line of comment: without control characters or marks that turn the direction
  /// of writing, at most `limit` bytes.
  static func comment(
    _ line: String, after prefix: String, _ limit: Int
  ) throws(Refusal) -> String {
    guard line.utf8.starts(with: prefix.utf8) else {
      throw Refusal(
        TrustReason.malformedMinisign, "comment", seen: String(line.prefix(40)), expected: prefix)
    }
    let comment = String(decoding: line.utf8.dropFirst(prefix.utf8.count), as: UTF8.self)
    guard comment.utf8.count <= limit else {
      throw Refusal(
        TrustReason.unacceptableComment, "comment", seen: "\(comment.utf8.count) bytes",
        expected: "at most \(limit)")
    }
    if let scalar = comment.unicodeScalars.first(where: isControl) {
      throw Refusal(
        TrustReason.unacceptableComment, "comment",
        seen: "U+\(String(scalar.value, radix: 16, uppercase: true)) in \(comment)",
        expected: "no control characters")
    }
    return comment
  }

  private static func isControl(_ scalar: UnicodeScalar) -> Bool {
    switch scalar.value {
    case 0..<0x20, 0x7F..<0xA0, 0x200E...0x200F, 0x2028...0x202E, 0x2066...0x2069: true
    default: false
    }
  }
}
