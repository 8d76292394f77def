// SPDX-License-Identifier: Apache-2.0

/// A text that equals another only byte for byte, where `String` also takes canonically equivalent ones for
/// equal: names of roles and targets, and how they stand in URLs and as file names.
package struct ExactText: Hashable, Sendable {
  package let text: String

  package init(_ text: String) { self.text = text }

  package static func == (left: ExactText, right: ExactText) -> Bool {
    left.text.utf8.elementsEqual(right.text.utf8)
  }

  package func hash(into hasher: inout Hasher) {
    for byte in text.utf8 { hasher.combine(byte) }
  }

  /// Every byte but letters, digits and `-._~` as `%XX`: one name in a URL or a folder, whatever it holds.
  var encodedName: String {
    ExactText.encode(Array(text.utf8)) { _, _ in false }
  }

  /// As a path of a URL: what may stand there stays as it is, `/` and well-formed `%XX` too.
  var encodedPath: String {
    ExactText.encode(Array(text.utf8)) { bytes, index in
      switch bytes[index] {
      case UInt8(ascii: "%"):
        bytes[(index + 1)...].prefix(2).filter(ExactText.isHexDigit).count == 2
      case let byte: Array("/!$&'()*+,;=:@".utf8).contains(byte)
      }
    }
  }

  /// - Parameter stays: whether the byte at this place stays as it is though it is not unreserved.
  private static func encode(_ bytes: [UInt8], stays: ([UInt8], Int) -> Bool) -> String {
    var output: [UInt8] = []
    for (index, byte) in bytes.enumerated() {
      if isUnreserved(byte) || stays(bytes, index) {
        output.append(byte)
      } else {
        let digits = Array("0123456789ABCDEF".utf8)
        output += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
      }
    }
    return String(decoding: output, as: UTF8.self)
  }

  /// RFC 3986, 2.3.
  private static func isUnreserved(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"):
      true
    default: Array("-._~".utf8).contains(byte)
    }
  }

  private static func isHexDigit(_ byte: UInt8) -> Bool {
    Character(UnicodeScalar(byte)).isHexDigit
  }
}
