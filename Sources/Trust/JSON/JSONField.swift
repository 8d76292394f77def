// SPDX-License-Identifier: Apache-2.0
package import Intents

/// A value inside a parsed text together with where it stands, so that a typed read can name what is wrong.
///
///     let root = JSONField(try JSONValue(parsing: bytes, named: "state.json"), at: "state.json")
///     let seq = try root["seq"].integer(in: 0...TrustLimits.jsonInteger)
package struct JSONField: Sendable {
  package let value: JSONValue
  private let path: Path

  package init(_ value: JSONValue, at place: String) {
    self.init(value, .start(place))
  }

  private init(_ value: JSONValue, _ path: Path) {
    self.value = value
    self.path = path
  }

  /// File and field, such as `state.json: holds.files[3]`.
  package var place: String { path.text }

  /// Parses `bytes` and stands at its root.
  package init(parsing bytes: [UInt8], named name: String) throws(Refusal) {
    self.init(try JSONValue(parsing: bytes, named: name), at: name)
  }

  /// The member `key`, which must be there.
  package subscript(key: String) -> JSONField {
    get throws(Refusal) {
      guard let member = try optional(key) else {
        throw Refusal(
          TrustReason.malformedField, step(key).text, seen: "nothing", expected: "field \(key)")
      }
      return member
    }
  }

  /// The member `key`, or nil when there is none.
  package func optional(_ key: String) throws(Refusal) -> JSONField? {
    try object()[key].map { JSONField($0, step(key)) }
  }

  package func object() throws(Refusal) -> JSONObject {
    guard case .object(let object) = value else { throw wrong("an object") }
    return object
  }

  /// The members of an object, each as a field.
  package func members() throws(Refusal) -> [(key: String, field: JSONField)] {
    try object().members.map { ($0.key, JSONField($0.value, step($0.key))) }
  }

  package func array() throws(Refusal) -> [JSONField] {
    guard case .array(let elements) = value else { throw wrong("an array") }
    return elements.enumerated().map { JSONField($0.element, .element(path, $0.offset)) }
  }

  package func string() throws(Refusal) -> String {
    guard case .string(let text) = value else { throw wrong("a string") }
    return text
  }

  package func bool() throws(Refusal) -> Bool {
    guard case .bool(let flag) = value else { throw wrong("true or false") }
    return flag
  }

  package func integer(in range: ClosedRange<Int64>) throws(Refusal) -> Int64 {
    guard case .integer(let number) = value, range.contains(number) else {
      throw wrong("an integer from \(range.lowerBound) to \(range.upperBound)")
    }
    return number
  }

  /// A string that `parse` takes; `rule` says which those are.
  package func parsed<Value>(_ rule: String, _ parse: (String) -> Value?) throws(Refusal) -> Value {
    guard case .string(let text) = value, let result = parse(text) else { throw wrong(rule) }
    return result
  }

  package func digest() throws(Refusal) -> Digest {
    try parsed("64 lower-case hex digits") { Digest(hex: $0) }
  }

  package func instant() throws(Refusal) -> Instant {
    try parsed("a moment as YYYY-MM-DDTHH:MM:SSZ") { Instant($0) }
  }

  package func siteID() throws(Refusal) -> SiteID {
    try parsed("a site id: \(SiteID.rule)") { SiteID($0) }
  }

  package func randomID() throws(Refusal) -> RandomID {
    try parsed("32 lower-case hex digits") { RandomID($0) }
  }

  /// Refuses a member that is none of `known`; for texts whose every field must be understood.
  package func only(_ known: Set<String>) throws(Refusal) {
    for member in try object().members where !known.contains(member.key) {
      throw Refusal(
        TrustReason.malformedField, step(member.key).text, seen: "field \(member.key)",
        expected: "one of \(known.sorted().joined(separator: ", "))")
    }
  }

  /// The refusal of this value, with a short form of what was seen.
  package func wrong(_ expected: String) -> Refusal {
    var seen = String(decoding: value.encoded.prefix(120), as: UTF8.self)
    if seen.utf8.count >= 120 { seen += "…" }
    return Refusal(TrustReason.malformedField, place, seen: seen, expected: expected)
  }

  private func step(_ key: String) -> Path { .member(path, key) }
}

/// How a field was reached. It becomes text only when something is refused: thousands of fields are read for
/// one that is wrong.
private indirect enum Path: Sendable {
  case start(String)
  case member(Path, String)
  case element(Path, Int)

  var text: String {
    switch self {
    case .start(let place): place
    case .member(.start(let place), let key): place + (place.contains(": ") ? "." : ": ") + key
    case .member(let parent, let key): "\(parent.text).\(key)"
    case .element(let parent, let index): "\(parent.text)[\(index)]"
    }
  }
}
