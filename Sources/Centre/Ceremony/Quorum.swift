// SPDX-License-Identifier: Apache-2.0

/// How many of how many keys must sign, written `2of3`.
package struct Quorum: Sendable, Hashable, CustomStringConvertible {
  package let threshold: Int
  package let count: Int

  /// Nil unless 1 ≤ threshold ≤ count ≤ 64.
  package init?(threshold: Int, count: Int) {
    guard threshold >= 1, threshold <= count, count <= 64 else { return nil }
    self.threshold = threshold
    self.count = count
  }

  /// Nil unless `text` is like `2of3`.
  package init?(_ text: String) {
    let parts = text.split(separator: "o", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2, parts[1].first == "f", let threshold = UInt8(parts[0]),
      let count = UInt8(parts[1].dropFirst())
    else { return nil }
    self.init(threshold: Int(threshold), count: Int(count))
  }

  package var description: String { "\(threshold)of\(count)" }

  package static let rule = "K of N keys as KofN, such as 2of3"
}
