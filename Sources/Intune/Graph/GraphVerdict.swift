// SPDX-License-Identifier: Apache-2.0
import HTTP
import Intents
import Trust

/// What an answer of Graph means when retries are over (configmgr.md, 7.2).
enum GraphVerdict {
  /// Nil for 2xx.
  ///
  /// - Parameter place: method and address without query, for the refusal.
  static func refusal(of response: HTTPResponse, to place: String) -> Refusal? {
    let status = response.status
    let reason: IntuneReason
    switch status {
    case 200..<300: return nil
    case 300..<400:
      // Followed nowhere. To another host it could be someone's attempt to get at the token.
      reason = .otherHost
    case 401: reason = .signInRefused
    case 403: reason = .forbidden
    case 429: reason = .throttled
    case 408, 425, 500...: reason = .unavailable
    default: reason = .requestRefused
    }
    var seen = GraphErrorBody(response)?.text ?? "\(status)"
    if status == 429, let wait = response[header: "Retry-After"] {
      seen += ", Retry-After \(wait.prefix(40))"
    }
    return Refusal(reason, place, seen: seen, expected: "200 to 299")
  }

  /// Whether a status stands for trouble that may pass by itself, other than being called too often.
  static func isPassing(_ status: Int) -> Bool { [408, 425, 500, 502, 504].contains(status) }

  /// Whether a request of a batch is to be sent again by itself.
  static func isWorthRepeating(_ status: Int64) -> Bool {
    [401, 429, 503].contains(status) || isPassing(Int(status))
  }
}

/// `{"error": {"code", "message", "innerError": {"request-id", …}}}`.
struct GraphErrorBody {
  /// Status, code, request id and message, on one line, cut where it gets long.
  let text: String

  /// Nil when the body is not of this form.
  init?(_ response: HTTPResponse) {
    guard let body = try? JSONValue(parsing: response.body, named: "error") else { return nil }
    self.init(status: Int64(response.status), body: body)
  }

  init?(status: Int64, body: JSONValue) {
    guard let error = body.object?["error"]?.object, let code = error["code"]?.text else {
      return nil
    }
    var text = "\(status) \(code)"
    let inner = error["innerError"]?.object
    if let id = inner?["request-id"]?.text { text += " (request \(id.prefix(40)))" }
    if let message = error["message"]?.text { text += ": \(message)" }
    self.text = String(
      text.map { $0.isNewline ? " " : $0 }.prefix(IntuneLimits.quoted))
  }
}

extension JSONValue {
  var object: JSONObject? {
    if case .object(let object) = self { object } else { nil }
  }

  var text: String? {
    if case .string(let text) = self { text } else { nil }
  }
}
