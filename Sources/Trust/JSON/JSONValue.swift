// SPDX-License-Identifier: Apache-2.0

/// A JSON text as a tree, as strict as the profile of FORMAT.md, 2 allows: integers only, no duplicate keys.
package enum JSONValue: Sendable, Hashable {
  case null
  case bool(Bool)
  /// Within ±(2^53 - 1).
  case integer(Int64)
  case string(String)
  case array([JSONValue])
  case object(JSONObject)

  package static func == (left: JSONValue, right: JSONValue) -> Bool {
    left.canonical == right.canonical
  }

  package func hash(into hasher: inout Hasher) { hasher.combine(canonical) }
}

/// The members of a JSON object, sorted by the UTF-8 bytes of their keys.
///
/// A `Dictionary` keyed by `String` would fold keys that are canonically equivalent, so this is a list.
package struct JSONObject: Sendable {
  package struct Member: Sendable {
    package let key: String
    package let value: JSONValue
  }

  package let members: [Member]

  /// Sorts `members`; of two with the same key the first is kept (the parser refuses such texts before).
  package init(_ members: some Sequence<(String, JSONValue)>) {
    var sorted = members.map { Member(key: $0.0, value: $0.1) }
    sorted.sort { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
    self.members = sorted
  }

  package subscript(key: String) -> JSONValue? {
    var low = 0
    var high = members.count
    while low < high {
      let middle = (low + high) / 2
      if members[middle].key.utf8.lexicographicallyPrecedes(key.utf8) {
        low = middle + 1
      } else {
        high = middle
      }
    }
    guard low < members.count, members[low].key.utf8.elementsEqual(key.utf8) else { return nil }
    return members[low].value
  }
}

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral,
  ExpressibleByBooleanLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
  package init(stringLiteral value: String) { self = .string(value) }
  package init(integerLiteral value: Int64) { self = .integer(value) }
  package init(booleanLiteral value: Bool) { self = .bool(value) }
  package init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
  package init(dictionaryLiteral elements: (String, JSONValue)...) {
    self = .object(JSONObject(elements))
  }
}
