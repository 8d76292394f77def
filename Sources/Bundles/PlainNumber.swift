// SPDX-License-Identifier: Apache-2.0
import Trust

/// A number in a name: decimal digits, no sign, from 1 to 2^53 - 1.
enum PlainNumber {
  /// Nil for anything but digits without a leading zero; leading zeros are taken up to `padded` digits.
  static func parse(_ text: some StringProtocol, padded: Int = 1) -> Int64? {
    let digits = text.utf8
    guard (max(padded, 1)...16).contains(digits.count),
      digits.allSatisfy({ (48...57).contains($0) }),
      digits.count == padded || digits.first != 48, let number = Int64(text),
      (1...TrustLimits.jsonInteger).contains(number)
    else { return nil }
    return number
  }

  /// `number` with zeros in front, at least `width` digits.
  static func padded(_ number: Int64, _ width: Int) -> String {
    let text = String(number)
    return String(repeating: "0", count: max(0, width - text.utf8.count)) + text
  }
}
