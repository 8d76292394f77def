// SPDX-License-Identifier: Apache-2.0

/// One request, whole: its body lies in memory, so that it can be sent again as often as a sign-in or a retry
/// wants it.
package struct HTTPRequest: Sendable {
  package enum Method: String, Sendable, CaseIterable {
    case get = "GET"
    case post = "POST"
    case put = "PUT"
    case patch = "PATCH"
    case delete = "DELETE"
  }

  package let method: Method
  /// `http://` or `https://`; sent as it is, so whoever builds it has percent-encoded it.
  package let address: String
  package let headers: [HTTPHeader]
  /// Nil sends none with GET and DELETE, and one of length 0 with the others.
  package let body: [UInt8]?

  package init(
    _ method: Method, _ address: String, headers: [HTTPHeader] = [], body: [UInt8]? = nil
  ) {
    self.method = method
    self.address = address
    self.headers = headers
    self.body = body
  }

  /// Whether sending it twice is the same as sending it once (RFC 9110, 9.2.2).
  package var isIdempotent: Bool { method != .post && method != .patch }

  /// The address without its query: what may stand in a message.
  package var place: String { String(address.prefix { $0 != "?" }) }
}

/// One line of a request's or an answer's head.
package struct HTTPHeader: Hashable, Sendable {
  package let name: String
  package let value: String

  package init(_ name: String, _ value: String) {
    self.name = name
    self.value = value
  }

  package static let json = HTTPHeader("Content-Type", "application/json")
  package static let acceptJSON = HTTPHeader("Accept", "application/json")

  /// The line as it is sent; nil when a byte of it could end the line or begin another.
  var line: String? {
    let isToken =
      !name.isEmpty
      && name.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
          UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
          true
        default: false
        }
      }
    guard isToken, value.utf8.allSatisfy({ $0 >= 32 && $0 != 127 }) else { return nil }
    // With nothing behind the colon libcurl would leave the header out; a semicolon sends it empty.
    return value.isEmpty ? "\(name);" : "\(name): \(value)"
  }
}
