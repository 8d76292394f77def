// SPDX-License-Identifier: Apache-2.0

/// A SHA-256: 32 bytes, written as 64 lower-case hex digits.
package struct Digest: Hashable, Sendable, Comparable, CustomStringConvertible {
  /// Four big-endian words, so that comparing and hashing need no array.
  private let words: (UInt64, UInt64, UInt64, UInt64)

  /// Takes 32 bytes; nil for any other count.
  package init?(bytes: some Collection<UInt8>) {
    guard bytes.count == 32 else { return nil }
    var words: [UInt64] = [0, 0, 0, 0]
    for (offset, byte) in bytes.enumerated() {
      words[offset / 8] = words[offset / 8] << 8 | UInt64(byte)
    }
    self.words = (words[0], words[1], words[2], words[3])
  }

  /// Takes exactly 64 lower-case hex digits; nil for anything else.
  package init?(hex: some StringProtocol) {
    guard let bytes = Hex.decode(hex), bytes.count == 32 else { return nil }
    self.init(bytes: bytes)
  }

  package var bytes: [UInt8] {
    [words.0, words.1, words.2, words.3].flatMap { word in
      (0..<8).map { UInt8(truncatingIfNeeded: word >> (56 - 8 * $0)) }
    }
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
    for byte in bytes {
      text.append(digits[Int(byte >> 4)])
      text.append(digits[Int(byte & 15)])
    }
    return String(decoding: text, as: UTF8.self)
  }

  /// Nil when the count is odd or a character is not `[0-9a-f]`.
  package static func decode(_ text: some StringProtocol) -> [UInt8]? {
    let utf8 = text.utf8
    guard utf8.count.isMultiple(of: 2) else { return nil }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(utf8.count / 2)
    var high: UInt8?
    for character in utf8 {
      guard let value = digit(character) else { return nil }
      if let first = high {
        bytes.append(first << 4 | value)
        high = nil
      } else {
        high = value
      }
    }
    return bytes
  }

  private static func digit(_ character: UInt8) -> UInt8? {
    switch character {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): character - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): character - UInt8(ascii: "a") + 10
    default: nil
    }
  }
}
