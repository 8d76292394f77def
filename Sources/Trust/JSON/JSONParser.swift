// SPDX-License-Identifier: Apache-2.0
package import Intents

extension JSONValue {
  /// Parses one JSON text (RFC 8259), refusing what the profile of FORMAT.md, 2 excludes: a BOM, duplicate
  /// keys (also those that differ only by Unicode normal form), fractions, exponents, `-0`, integers beyond
  /// ±(2^53 - 1), lone surrogates, invalid UTF-8, a depth over 32, more than 2^20
  /// values, bytes behind the end.
  ///
  /// - Parameter name: what the text is, for the refusal.
  /// - Throws: `TrustReason.malformedJSON` with the byte offset, or `TrustReason.jsonLimit`.
  package init(parsing bytes: [UInt8], named name: String) throws(Refusal) {
    self = try bytes.withUnsafeBufferPointer { (buffer) throws(Refusal) -> JSONValue in
      var parser = JSONParser(bytes: buffer, name: name)
      return try parser.text()
    }
  }
}

/// Recursive descent over bytes; the depth is bounded, every read checked.
private struct JSONParser {
  let bytes: UnsafeBufferPointer<UInt8>
  let name: String
  var position = 0
  private var values = 0

  init(bytes: UnsafeBufferPointer<UInt8>, name: String) {
    self.bytes = bytes
    self.name = name
  }

  mutating func text() throws(Refusal) -> JSONValue {
    skipBlanks()
    let value = try value(depth: 0)
    skipBlanks()
    guard position == bytes.count else { throw malformed("bytes behind the end", "the end") }
    return value
  }

  private mutating func value(depth: Int) throws(Refusal) -> JSONValue {
    guard depth <= TrustLimits.jsonDepth else {
      throw limit(
        "nested deeper than \(TrustLimits.jsonDepth)", "at most \(TrustLimits.jsonDepth) levels")
    }
    values += 1
    guard values <= TrustLimits.jsonValues else {
      throw limit("more than \(TrustLimits.jsonValues) values", "at most \(TrustLimits.jsonValues)")
    }
    switch peek() {
    case UInt8(ascii: "{"): return try object(depth: depth)
    case UInt8(ascii: "["): return try array(depth: depth)
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "t"): return try word("true", .bool(true))
    case UInt8(ascii: "f"): return try word("false", .bool(false))
    case UInt8(ascii: "n"): return try word("null", .null)
    case .some: return try number()
    case nil: throw malformed("the end", "a value")
    }
  }

  private mutating func object(depth: Int) throws(Refusal) -> JSONValue {
    position += 1
    var members: [(String, JSONValue)] = []
    var keys: Set<String> = []
    skipBlanks()
    if take("}") { return .object(JSONObject(members)) }
    while true {
      skipBlanks()
      guard peek() == UInt8(ascii: "\"") else { throw malformed(here, "a key in quotes") }
      let key = try string()
      guard key.utf8.count <= TrustLimits.jsonKey else {
        throw limit("a key of \(key.utf8.count) bytes", "at most \(TrustLimits.jsonKey)")
      }
      // A set costs more than it saves while there are few; both compare by canonical equivalence.
      let isNew =
        members.count < 16
        ? !members.contains { $0.0 == key } : keys.insert(key).inserted
      if members.count == 15 { keys = Set(members.map(\.0) + [key]) }
      guard isNew else { throw malformed("key \(key) twice", "each key once") }
      skipBlanks()
      guard take(":") else { throw malformed(here, "a colon") }
      skipBlanks()
      members.append((key, try value(depth: depth + 1)))
      skipBlanks()
      if take(",") { continue }
      if take("}") { return .object(JSONObject(members)) }
      throw malformed(here, "a comma or }")
    }
  }

  private mutating func array(depth: Int) throws(Refusal) -> JSONValue {
    position += 1
    var elements: [JSONValue] = []
    skipBlanks()
    if take("]") { return .array(elements) }
    while true {
      skipBlanks()
      elements.append(try value(depth: depth + 1))
      skipBlanks()
      if take(",") { continue }
      if take("]") { return .array(elements) }
      throw malformed(here, "a comma or ]")
    }
  }

  private mutating func number() throws(Refusal) -> JSONValue {
    let start = position
    let isNegative = take("-")
    let digits = position
    var magnitude: Int64 = 0
    while let byte = peek(), (48...57).contains(byte) {
      position += 1
      guard position - digits <= 16 else {
        throw limit("a number of more than 16 digits", "within ±(2^53 - 1)")
      }
      magnitude = magnitude * 10 + Int64(byte - 48)
    }
    guard position > digits else { throw malformed(here, "a value") }
    if bytes[digits] == 48, position > digits + 1 {
      position = start
      throw malformed("a leading zero", "a plain integer")
    }
    if let byte = peek(), byte == UInt8(ascii: ".") || byte | 0x20 == UInt8(ascii: "e") {
      throw malformed("a fraction or exponent", "an integer")
    }
    if isNegative, magnitude == 0 { throw malformed("-0", "an integer") }
    guard magnitude <= TrustLimits.jsonInteger else {
      throw malformed("\(isNegative ? "-" : "")\(magnitude)", "within ±(2^53 - 1)")
    }
    return .integer(isNegative ? -magnitude : magnitude)
  }

  private mutating func word(_ word: StaticString, _ value: JSONValue) throws(Refusal) -> JSONValue
  {
    let length = word.utf8CodeUnitCount
    guard bytes.count - position >= length,
      (0..<length).allSatisfy({ bytes[position + $0] == word.utf8Start[$0] })
    else { throw malformed(here, "a value") }
    position += length
    return value
  }

  private mutating func string() throws(Refusal) -> String {
    position += 1
    let start = position
    while let byte = peek(), byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\"), byte >= 32 {
      position += 1
    }
    if peek() == UInt8(ascii: "\"") {
      let content = UnsafeBufferPointer(rebasing: bytes[start..<position])
      guard let text = String(validating: content, as: UTF8.self) else {
        throw malformed("invalid UTF-8", "valid UTF-8")
      }
      position += 1
      return text
    }
    return try escapedString(from: Array(bytes[start..<position]))
  }

  private mutating func escapedString(from prefix: [UInt8]) throws(Refusal) -> String {
    var content = prefix
    while let byte = peek() {
      position += 1
      switch byte {
      case UInt8(ascii: "\""):
        guard let text = String(validating: content, as: UTF8.self) else {
          throw malformed("invalid UTF-8", "valid UTF-8")
        }
        return text
      case UInt8(ascii: "\\"): try escape(into: &content)
      case 0..<32:
        position -= 1
        throw malformed("a control character in a string", "an escape")
      default: content.append(byte)
      }
    }
    throw malformed("the end inside a string", "a closing quote")
  }

  private mutating func escape(into content: inout [UInt8]) throws(Refusal) {
    guard let byte = peek() else { throw malformed("the end inside a string", "an escape") }
    position += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): content.append(byte)
    case UInt8(ascii: "b"): content.append(8)
    case UInt8(ascii: "f"): content.append(12)
    case UInt8(ascii: "n"): content.append(10)
    case UInt8(ascii: "r"): content.append(13)
    case UInt8(ascii: "t"): content.append(9)
    case UInt8(ascii: "u"): try unicodeEscape(into: &content)
    default: throw malformed("escape \\\(Character(UnicodeScalar(byte)))", "one of \"\\/bfnrtu")
    }
  }

  private mutating func unicodeEscape(into content: inout [UInt8]) throws(Refusal) {
    var value = try hexQuad()
    if (0xD800..<0xDC00).contains(value), peek() == UInt8(ascii: "\\") {
      position += 1
      guard take("u") else { throw malformed("a lone surrogate", "a pair of surrogates") }
      let low = try hexQuad()
      guard (0xDC00..<0xE000).contains(low) else {
        throw malformed("a lone surrogate", "a pair of surrogates")
      }
      value = 0x10000 + (value - 0xD800) << 10 + (low - 0xDC00)
    }
    guard let scalar = UnicodeScalar(value) else {
      throw malformed("a lone surrogate", "a pair of surrogates")
    }
    content.append(contentsOf: UTF8.encode(scalar).map(Array.init) ?? [])
  }

  private mutating func hexQuad() throws(Refusal) -> UInt32 {
    guard bytes.count - position >= 4 else { throw malformed("the end", "four hex digits") }
    var value: UInt32 = 0
    for _ in 0..<4 {
      guard let digit = Character(UnicodeScalar(bytes[position])).hexDigitValue else {
        throw malformed(here, "four hex digits")
      }
      value = value << 4 | UInt32(digit)
      position += 1
    }
    return value
  }

  private func peek() -> UInt8? { position < bytes.count ? bytes[position] : nil }

  private mutating func take(_ character: Unicode.Scalar) -> Bool {
    guard peek() == UInt8(ascii: character) else { return false }
    position += 1
    return true
  }

  private mutating func skipBlanks() {
    while let byte = peek(), byte == 32 || byte == 10 || byte == 13 || byte == 9 { position += 1 }
  }

  private var here: String {
    guard let byte = peek() else { return "the end" }
    return (33..<127).contains(byte) ? "\(Character(UnicodeScalar(byte)))" : "byte \(byte)"
  }

  private func malformed(_ seen: String, _ expected: String) -> Refusal {
    Refusal(
      TrustReason.malformedJSON, "\(name), byte \(position)", seen: seen, expected: expected)
  }

  private func limit(_ seen: String, _ expected: String) -> Refusal {
    Refusal(TrustReason.jsonLimit, "\(name), byte \(position)", seen: seen, expected: expected)
  }
}
