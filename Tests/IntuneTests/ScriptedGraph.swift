// SPDX-License-Identifier: Apache-2.0
import HTTP
import Intents
import Intune
import TestKit
import Trust

/// Graph and its token server as a list of prepared answers, without a network. Writes down what was asked.
final class ScriptedGraph {
  static let origin = "https://graph.test"
  static let login = "https://login.test"

  /// What comes for the requests below `/v1.0/`, one after the other; then 500.
  var answers: [Result<HTTPResponse, Refusal>]
  /// Requests to Graph and to the server of files, without those to the token server.
  private(set) var requests: [HTTPRequest] = []
  private(set) var signIns = 0
  private(set) var slept: [Int64] = []
  /// The next answer of the token server in the place of a token.
  var signInAnswer: HTTPResponse?
  /// What the token server answers before that, one after the other.
  var firstSignInAnswers: [Result<HTTPResponse, Refusal>] = []
  private(set) var assertions: [String] = []
  var now = Simulated.now
  /// Seconds that a token lives.
  var life: Int64 = 3600

  init(_ answers: HTTPResponse...) { self.answers = answers.map { .success($0) } }

  func client() throws -> GraphClient {
    let timing = PatientClient.Timing(
      now: { self.now }, sleep: { (seconds) throws(Refusal) in self.slept.append(seconds) })
    let link = GraphLink(
      send: { (request) throws(Refusal) in try self.send(request) },
      download: { (request) throws(Refusal) in try self.send(request) }, timing: timing,
      memory: { _ in PatientClient.Memory(load: { nil }, save: { _ in }) },
      identify: RandomID.generate)
    return GraphClient(
      link, try GraphCloud(login: Self.login, graph: Self.origin), as: try Simulated.credential())
  }

  /// The refusal that `body` ends in with a client of this.
  func refused(_ body: (GraphClient) throws(Refusal) -> Void) throws -> Refusal? {
    let client = try client()
    return refusal { () throws(Refusal) in try body(client) }
  }

  private func send(_ request: HTTPRequest) throws(Refusal) -> HTTPResponse {
    if request.address.hasPrefix(Self.login) {
      signIns += 1
      let fields = String(decoding: request.body ?? [], as: UTF8.self).split(separator: "&")
      assertions += fields.filter { $0.hasPrefix("client_assertion=") }.map(String.init)
      if !firstSignInAnswers.isEmpty { return try firstSignInAnswers.removeFirst().get() }
      if let signInAnswer { return signInAnswer }
      return .json(
        200, ["access_token": .string("token-\(signIns)"), "expires_in": .integer(life)])
    }
    requests.append(request)
    guard !answers.isEmpty else { return HTTPResponse(status: 500) }
    return try answers.removeFirst().get()
  }

  var paths: [String] {
    requests.map { String($0.address.dropFirst("\(Self.origin)/v1.0/".utf8.count)) }
  }

  func body(_ index: Int) throws -> JSONValue {
    try JSONValue(parsing: requests[index].body ?? [], named: "body")
  }
}

extension HTTPResponse {
  static func json(
    _ status: Int, _ value: JSONValue, _ headers: [HTTPHeader] = []
  ) -> HTTPResponse {
    HTTPResponse(status: status, headers: headers, body: value.encoded)
  }

  /// A page of a collection.
  static func page(_ values: [JSONValue], next: String? = nil) -> HTTPResponse {
    var members: [(String, JSONValue)] = [("value", .array(values))]
    if let next { members.append(("@odata.nextLink", .string(next))) }
    return .json(200, .object(JSONObject(members)))
  }

  static func failure(
    _ status: Int, _ code: String = "Code", retryAfter: String? = nil
  ) -> HTTPResponse {
    let error: JSONValue = [
      "error": [
        "code": .string(code), "message": "why\nit failed",
        "innerError": ["request-id": "request-7", "date": "2026-11-01T08:00:00"],
      ]
    ]
    return .json(status, error, retryAfter.map { [HTTPHeader("Retry-After", $0)] } ?? [])
  }

  static let noContent = HTTPResponse(status: 204)
}

extension JSONValue {
  func member(_ path: String...) -> JSONValue? {
    path.reduce(self) { value, key in
      guard let value else { return nil }
      switch value {
      case .object(let object): return object[key]
      case .array(let elements):
        return Int(key).flatMap { elements.indices.contains($0) ? elements[$0] : nil }
      default: return nil
      }
    }
  }

  var string: String? {
    if case .string(let text) = self { text } else { nil }
  }

  var elements: [JSONValue] {
    if case .array(let elements) = self { elements } else { [] }
  }
}
