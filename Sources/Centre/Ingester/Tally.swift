// SPDX-License-Identifier: Apache-2.0

/// Counts what is alike and remembers the first of it, so that a return full of odd claims ends in one line.
struct Tally {
  private let one: String
  private let many: String
  private var count: Int64 = 0
  private var first = ""

  /// - Parameters:
  ///   - one: what one is called, such as `unknown intent`.
  ///   - many: what several are called.
  init(_ one: String, _ many: String) {
    self.one = one
    self.many = many
  }

  mutating func add(_ name: @autoclosure () -> String) {
    if count == 0 { first = String(name().prefix(CentreLimits.notedText)) }
    count += 1
  }

  /// One line; nil when there is nothing to say.
  var note: String? {
    switch count {
    case 0: nil
    case 1: "1 \(one): \(first)"
    default: "\(count) \(many), first \(first)"
    }
  }
}
