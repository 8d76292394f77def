// SPDX-License-Identifier: Apache-2.0

/// A resource below `/v1.0/`, percent-encoded once, here.
package struct GraphPath: Hashable, Sendable {
  /// Without a slash at its beginning, such as `groups?$select=id`.
  package let text: String

  /// - Parameters:
  ///   - path: segments as they are; what stands in them from outside is of a type with a fixed alphabet.
  ///   - query: options such as `$filter` with plain values.
  package init(_ path: String, _ query: KeyValuePairs<String, String> = [:]) {
    let options = query.map { "\($0.key)=\(PercentEncoding.encode($0.value))" }
    text =
      PercentEncoding.encode(path, keeping: "/$()'") + (options.isEmpty ? "" : "?")
      + options.joined(separator: "&")
  }

  /// The path without options.
  var place: String { String(text.prefix { $0 != "?" }) }
}

enum PercentEncoding {
  private static let digits = Array("0123456789ABCDEF".utf8)

  /// Leaves unreserved characters (RFC 3986, 2.3) and those of `keeping` as they are.
  static func encode(_ text: String, keeping kept: String = "") -> String {
    var encoded: [UInt8] = []
    for byte in text.utf8 {
      if isUnreserved(byte) || kept.utf8.contains(byte) {
        encoded.append(byte)
      } else {
        encoded += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
      }
    }
    return String(decoding: encoded, as: UTF8.self)
  }

  /// The body of a form (`application/x-www-form-urlencoded`).
  static func form(_ fields: KeyValuePairs<String, String>) -> [UInt8] {
    Array(fields.map { "\($0.key)=\(encode($0.value))" }.joined(separator: "&").utf8)
  }

  private static func isUnreserved(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."),
      UInt8(ascii: "_"), UInt8(ascii: "~"):
      true
    default: false
    }
  }
}

/// A literal of OData's filter language, in single quotes.
enum ODataText {
  static func literal(_ text: String) -> String {
    "'" + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "''") + "'"
  }
}
