// SPDX-License-Identifier: Apache-2.0

/// Bech32 (BIP 173) without its limit of 90 characters, as age writes keys. One text for one run of bytes:
/// lower case is read here, the caller folds upper case.
package enum Bech32 {
  private static let alphabet = Array("qpzry9x8gf2tvdw0s3jn54khce6mua7l".utf8)
  private static let values: [UInt8] = {
    var values = [UInt8](repeating: 255, count: 256)
    for (value, character) in alphabet.enumerated() { values[Int(character)] = UInt8(value) }
    return values
  }()

  package static func encode(_ bytes: [UInt8], prefix: String) -> String {
    let data = regroup(bytes, from: 8, to: 5, padded: true) ?? []
    let sum = checksum(expanded(prefix) + data + [UInt8](repeating: 0, count: 6)) ^ 1
    let check = (0..<6).map { UInt8(truncatingIfNeeded: sum >> (5 * (5 - $0))) & 31 }
    return prefix + "1" + String(decoding: (data + check).map { alphabet[Int($0)] }, as: UTF8.self)
  }

  /// Nil for another prefix, a character outside the alphabet, a wrong checksum, or padding that is not zero.
  package static func decode(_ text: String, prefix: String) -> [UInt8]? {
    let head = Array((prefix + "1").utf8)
    let text = Array(text.utf8)
    guard text.starts(with: head), text.count >= head.count + 6 else { return nil }
    let data = text[head.count...].map { values[Int($0)] }
    guard data.allSatisfy({ $0 < 32 }), checksum(expanded(prefix) + data) == 1 else { return nil }
    return regroup(Array(data.dropLast(6)), from: 5, to: 8, padded: false)
  }

  private static func expanded(_ prefix: String) -> [UInt8] {
    prefix.utf8.map { $0 >> 5 } + [0] + prefix.utf8.map { $0 & 31 }
  }

  private static func checksum(_ values: [UInt8]) -> UInt32 {
    let generator: [UInt32] = [0x3b6a_57b2, 0x2650_8e6d, 0x1ea1_19fa, 0x3d42_33dd, 0x2a14_62b3]
    var sum: UInt32 = 1
    for value in values {
      let top = sum >> 25
      sum = (sum & 0x1ff_ffff) << 5 ^ UInt32(value)
      for bit in 0..<5 where top >> UInt32(bit) & 1 == 1 { sum ^= generator[bit] }
    }
    return sum
  }

  private static func regroup(
    _ values: [UInt8], from: UInt32, to: UInt32, padded: Bool
  ) -> [UInt8]? {
    var result: [UInt8] = []
    var group: UInt32 = 0
    var bits: UInt32 = 0
    for value in values {
      group = group << from | UInt32(value)
      bits += from
      while bits >= to {
        bits -= to
        result.append(UInt8(truncatingIfNeeded: group >> bits))
        group &= (1 << bits) - 1
      }
    }
    if padded {
      if bits > 0 { result.append(UInt8(truncatingIfNeeded: group << (to - bits))) }
      return result
    }
    return bits < from && group == 0 ? result : nil
  }
}
