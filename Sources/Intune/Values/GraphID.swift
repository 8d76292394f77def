// SPDX-License-Identifier: Apache-2.0
package import Intents
import Trust

/// A GUID that names an object in Graph: an app, a group, a device, a policy. Kept in lower case.
package struct GraphID: Hashable, Sendable, Comparable, CustomStringConvertible {
  package let text: String

  /// Nil unless `text` is 8-4-4-4-12 hex digits.
  package init?(_ text: some StringProtocol) {
    let text = text.lowercased()
    let parts = text.split(separator: "-", omittingEmptySubsequences: false)
    guard parts.map(\.utf8.count) == [8, 4, 4, 4, 12],
      text.utf8.allSatisfy({ byte in
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"),
          UInt8(ascii: "-"):
          true
        default: false
        }
      })
    else { return nil }
    self.text = text
  }

  /// What stands where a device has no identity in the directory.
  package static let none = "00000000-0000-0000-0000-000000000000"

  package var description: String { text }
  package static func < (left: GraphID, right: GraphID) -> Bool { left.text < right.text }
}

/// A value of an enum of Graph. What a newer service sends is kept as text.
package struct OpenValue<Known: RawRepresentable & Hashable & Sendable>: Hashable, Sendable
where Known.RawValue == String {
  package let text: String

  package init(_ text: String) { self.text = text }
  package init(_ known: Known) { text = known.rawValue }

  /// Nil for a value that this version does not know.
  package var known: Known? { Known(rawValue: text) }
}

/// A `DateTimeOffset` of Graph.
package enum GraphMoment {
  /// Reads `2026-11-01T08:00:00Z`, also with a fraction of a second, which is cut off. Reports write a blank for
  /// the `T` and may leave the `Z` out. Nil for anything else, another zone and years before 1970 among it.
  package static func instant(_ text: some StringProtocol) -> Instant? {
    let bytes = Array(text.utf8)
    guard bytes.count >= 19, bytes[10] == UInt8(ascii: "T") || bytes[10] == UInt8(ascii: " ") else {
      return nil
    }
    var rest = bytes[19...]
    if rest.last == UInt8(ascii: "Z") { rest.removeLast() }
    if let first = rest.first {
      let digits = rest.dropFirst()
      guard first == UInt8(ascii: "."), !digits.isEmpty,
        digits.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) })
      else { return nil }
    }
    var whole = Array(bytes[..<19])
    whole[10] = UInt8(ascii: "T")
    return Instant(String(decoding: whole, as: UTF8.self) + "Z")
  }
}

extension JSONField {
  /// The member `key`; nil when it is missing or null, which Graph does not tell apart.
  func present(_ key: String) throws(Refusal) -> JSONField? {
    guard let field = try optional(key) else { return nil }
    if case .null = field.value { return nil }
    return field
  }

  func graphID() throws(Refusal) -> GraphID {
    try parsed("a GUID") { GraphID($0) }
  }

  func open<Known>(_: Known.Type) throws(Refusal) -> OpenValue<Known> {
    OpenValue(try string())
  }

  /// A moment, or nil for year 1, which stands for never.
  func moment() throws(Refusal) -> Instant? {
    let text = try string()
    if text.hasPrefix("0001-01-01T") { return nil }
    guard let instant = GraphMoment.instant(text) else { throw wrong("a moment in UTC") }
    return instant
  }
}
