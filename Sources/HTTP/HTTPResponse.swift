// SPDX-License-Identifier: Apache-2.0

/// One answer, whole. Everything in it comes from outside.
package struct HTTPResponse: Sendable {
  /// 100 to 599 from servers that keep to the standard.
  package let status: Int
  /// In the order in which they came; of the last answer only, when a sign-in took several.
  package let headers: [HTTPHeader]
  package let body: [UInt8]

  package init(status: Int, headers: [HTTPHeader] = [], body: [UInt8] = []) {
    self.status = status
    self.headers = headers
    self.body = body
  }

  package var isSuccess: Bool { (200..<300).contains(status) }
  package var isRedirect: Bool { (300..<400).contains(status) }

  /// The first header of that name, whatever its case; nil when there is none.
  package subscript(header name: String) -> String? {
    let name = name.lowercased()
    return headers.first { $0.name.lowercased() == name }?.value
  }
}
