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

  /// Sorts `members`; of several with the same key the first is kept (the parser refuses such texts before).
  package init(_ members: some Sequence<(String, JSONValue)>) {
    let given = members.map { Member(key: $0.0, value: $0.1) }
    self.members = JSONObject.isAscending(given) ? given : JSONObject.ascending(given)
  }

  package subscript(key: String) -> JSONValue? {
    var low = 0
    var high = members.count
    while low < high {
      let middle = (low + high) / 2
      let order = JSONObject.order(members[middle].key, key)
      if order == 0 { return members[middle].value }
      if order < 0 { low = middle + 1 } else { high = middle }
    }
    return nil
  }

  private static func isAscending(_ members: [Member]) -> Bool {
    members.indices.dropFirst().allSatisfy { order(members[$0 - 1].key, members[$0].key) < 0 }
  }

  private static func ascending(_ members: [Member]) -> [Member] {
    // The library promises nothing about the order of equal elements, so their places are compared too.
    let sorted = members.enumerated().sorted { left, right in
      let order = order(left.element.key, right.element.key)
      return order == 0 ? left.offset < right.offset : order < 0
    }
    var kept: [Member] = []
    for (_, member) in sorted {
      if let last = kept.last, order(last.key, member.key) == 0 { continue }
      kept.append(member)
    }
    return kept
  }

  /// Below, at or above 0 as the UTF-8 bytes of `left` come before, equal or after those of `right`.
  static func order(_ left: String, _ right: String) -> Int {
    var left = left
    var right = right
    return left.withUTF8 { left in
      right.withUTF8 { right in
        for index in 0..<min(left.count, right.count) where left[index] != right[index] {
          return left[index] < right[index] ? -1 : 1
        }
        return left.count - right.count
      }
    }
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
