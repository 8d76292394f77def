// SPDX-License-Identifier: Apache-2.0

/// A SHA-256: 32 bytes, written as 64 lower-case hex digits.
package struct Digest: Hashable, Sendable, Comparable, CustomStringConvertible {
  /// Four big-endian words, so that comparing and hashing need no array.
  private let words: (UInt64, UInt64, UInt64, UInt64)

  /// Takes 32 bytes; nil for any other count.
  package init?(bytes: some Collection<UInt8>) {
    // A plain array from here on: generic code is slow across modules, and this runs for every hash.
    let bytes = Array(bytes)
    guard bytes.count == 32 else { return nil }
    func word(at start: Int) -> UInt64 {
      bytes[start..<start + 8].reduce(0) { $0 << 8 | UInt64($1) }
    }
    words = (word(at: 0), word(at: 8), word(at: 16), word(at: 24))
  }

  /// Takes exactly 64 lower-case hex digits; nil for anything else.
  package init?(hex: some StringProtocol) {
    var text = String(hex)
    let words = text.withUTF8 { text -> (UInt64, UInt64, UInt64, UInt64)? in
      guard text.count == 64 else { return nil }
      var words: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)
      for character in text {
        guard let digit = Hex.digit(character) else { return nil }
        words.0 = words.0 << 4 | words.1 >> 60
        words.1 = words.1 << 4 | words.2 >> 60
        words.2 = words.2 << 4 | words.3 >> 60
        words.3 = words.3 << 4 | UInt64(digit)
      }
      return words
    }
    guard let words else { return nil }
    self.words = words
  }

  package var bytes: [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(32)
    for word in [words.0, words.1, words.2, words.3] {
      for shift in stride(from: UInt64(56), through: 0, by: -8) {
        bytes.append(UInt8(truncatingIfNeeded: word >> shift))
      }
    }
    return bytes
  }

  package var hex: String { Hex.encode(bytes) }
  package var description: String { hex }

  package static func == (left: Digest, right: Digest) -> Bool { left.words == right.words }
  package static func < (left: Digest, right: Digest) -> Bool { left.words < right.words }
  package func hash(into hasher: inout Hasher) {
    hasher.combine(words.0)
    hasher.combine(words.1)
  }
}

/// Lower-case hexadecimal text, strict both ways.
package enum Hex {
  private static let digits = Array("0123456789abcdef".utf8)

  package static func encode(_ bytes: some Sequence<UInt8>) -> String {
    var text: [UInt8] = []
    let bytes = Array(bytes)
    text.reserveCapacity(2 * bytes.count)
    for byte in bytes {
      text.append(digits[Int(byte >> 4)])
      text.append(digits[Int(byte & 15)])
    }
    return String(decoding: text, as: UTF8.self)
  }

  /// Nil when the count is odd or a character is not `[0-9a-f]`.
  package static func decode(_ text: some StringProtocol) -> [UInt8]? {
    var text = String(text)
    return text.withUTF8 { text -> [UInt8]? in
      guard text.count.isMultiple(of: 2) else { return nil }
      var bytes: [UInt8] = []
      bytes.reserveCapacity(text.count / 2)
      for index in stride(from: 0, to: text.count, by: 2) {
        guard let high = digit(text[index]), let low = digit(text[index + 1]) else { return nil }
        bytes.append(high << 4 | low)
      }
      return bytes
    }
  }

  /// The value of one digit; nil when it is not `[0-9a-f]`.
  static func digit(_ character: UInt8) -> UInt8? {
    switch character {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): character - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): character - UInt8(ascii: "a") + 10
    default: nil
    }
  }
}
