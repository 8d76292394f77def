// SPDX-License-Identifier: Apache-2.0

/// A condition of a list, made of plain values only, so that nothing in it can mean anything else (A25).
struct ODataFilter {
  let text: String

  private init(text: String) { self.text = text }

  static func equals(_ property: String, _ value: PlainText) -> ODataFilter {
    ODataFilter(text: "\(property) eq '\(ODataText.doubled(value.text))'")
  }

  static func equals(_ property: String, _ number: Int64) -> ODataFilter {
    ODataFilter(text: "\(property) eq \(number)")
  }

  static func greater(_ property: String, _ number: Int64) -> ODataFilter {
    ODataFilter(text: "\(property) gt \(number)")
  }

  static func begins(_ property: String, _ value: PlainText) -> ODataFilter {
    ODataFilter(text: "startswith(\(property),'\(ODataText.doubled(value.text))') eq true")
  }

  static func && (left: ODataFilter, right: ODataFilter) -> ODataFilter {
    ODataFilter(text: "(\(left.text)) and (\(right.text))")
  }

  static func || (left: ODataFilter, right: ODataFilter) -> ODataFilter {
    ODataFilter(text: "\(left.text) or \(right.text)")
  }
}

/// The key of one instance, as it stands in a path.
struct ODataKey {
  let text: String

  init(_ value: PackageID) { text = "('\(value.text)')" }

  /// Several properties make up the key.
  init(_ parts: KeyValuePairs<String, PlainText>) {
    let list = parts.map { "\($0.key)='\(ODataText.encoded(ODataText.doubled($0.value.text)))'" }
    text = "(\(list.joined(separator: ",")))"
  }
}

enum ODataText {
  /// A quote inside a literal is written twice.
  static func doubled(_ text: String) -> String { text.replacing("'", with: "''") }

  /// Percent-encodes all but the unreserved characters (RFC 3986, 2.3).
  static func encoded(_ text: String) -> String {
    var result: [UInt8] = []
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."),
        UInt8(ascii: "_"), UInt8(ascii: "~"):
        result.append(byte)
      default:
        result.append(UInt8(ascii: "%"))
        for digit in [byte >> 4, byte & 15] {
          result.append(digit < 10 ? digit + 48 : digit + 55)
        }
      }
    }
    return String(decoding: result, as: UTF8.self)
  }
}
