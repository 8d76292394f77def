// SPDX-License-Identifier: Apache-2.0
import HTTP
import Intents
import Trust

/// Reading what an AdminService says (configmgr.md, 3.2, 3.3, 3.8). All of it comes from outside.
enum AdminServiceAnswer {
  /// The instances of an answer: `value`, which is a list even for one, or the bare instance.
  static func rows(_ response: HTTPResponse, from place: String) throws(Refusal) -> [JSONField] {
    let root = try root(response, from: place)
    return try read { () throws(Refusal) in
      guard let value = try root.optional("value") else { return [root] }
      return try value.array()
    }
  }

  /// Where the next page of a list is; nil when there is none.
  static func nextLink(
    _ response: HTTPResponse, from place: String
  ) throws(Refusal) -> String? {
    let root = try root(response, from: place)
    return try read { () throws(Refusal) in try root.optional("@odata.nextLink")?.string() }
  }

  /// - Throws: `DistributionReason.refused` when a method returned another value than 0.
  static func checkReturnValue(_ response: HTTPResponse, from place: String) throws(Refusal) {
    // 204, and methods that return nothing.
    guard !response.body.isEmpty else { return }
    let root = try root(response, from: place)
    let value = try read { () throws(Refusal) in try root.optional("ReturnValue")?.value }
    switch value {
    case nil, .null, .integer(0): return
    case .some(let other):
      throw Refusal(
        DistributionReason.refused, place,
        seen: "ReturnValue \(String(decoding: other.encoded.prefix(100), as: UTF8.self))",
        expected: "0")
    }
  }

  /// The refusal of a status that is no success.
  static func refusal(_ response: HTTPResponse, from place: String) -> Refusal {
    let reason: DistributionReason =
      switch response.status {
      case 401: .signInRefused
      case 403: .rightsRefused
      case 300..<400: .redirected
      case 408, 425, 429, 502, 503, 504: .unavailable
      default: .refused
      }
    return Refusal(
      reason, place, seen: "\(response.status)\(message(response))", expected: "success")
  }

  /// What a failure of the transfer means for the point.
  static func translated(_ error: Refusal) -> Refusal {
    guard let reason = error.reason as? HTTPReason else { return error }
    let own: DistributionReason =
      switch reason.fault {
      case .transient: .unavailable
      case .policy: .serverUntrusted
      case .permanent: reason == .bodyTooLarge ? .answerMalformed : .refused
      }
    return Refusal(
      own, error.subject, seen: error.seen, expected: error.expected, changed: error.changed)
  }

  static func malformed(_ place: String, seen: String, expected: String) -> Refusal {
    Refusal(DistributionReason.answerMalformed, place, seen: seen, expected: expected)
  }

  /// Runs a typed read; what is wrong with the text is wrong with the answer.
  static func read<Value>(_ body: () throws(Refusal) -> Value) throws(Refusal) -> Value {
    do throws(Refusal) {
      return try body()
    } catch {
      guard error.reason is TrustReason else { throw error }
      throw malformed(error.subject, seen: error.seen, expected: error.expected)
    }
  }

  private static func root(
    _ response: HTTPResponse, from place: String
  ) throws(Refusal) -> JSONField {
    try read { () throws(Refusal) in try JSONField(parsing: response.body, named: place) }
  }

  /// The site's own words, capped; they are shown, and never branched on.
  private static func message(_ response: HTTPResponse) -> String {
    let bytes = Array(response.body.prefix(1 << 16))
    // An error without a body, or with one of another form, has no words of its own.
    guard let root = try? JSONField(parsing: bytes, named: "error"),
      let error = try? root.optional("error") ?? root.optional("Error"),
      let text = try? (error.optional("message") ?? error.optional("Message"))?.string()
    else { return "" }
    let cut = text.utf8.prefix(DistributionLimits.foreignText)
    return ": \(String(decoding: cut, as: UTF8.self))"
  }
}
