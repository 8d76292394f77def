// SPDX-License-Identifier: Apache-2.0
package import HTTP
package import Intents
package import Trust

/// Calls to Microsoft Graph v1.0 for one tenant. Not for two threads at once.
///
/// Unknown properties of answers are let pass. JSON is read as strictly as everywhere here: an answer with a
/// fraction in it is refused, which Intune's types of configmgr.md, 6 do not have.
package final class GraphClient {
  let cloud: GraphCloud
  let link: GraphLink
  private let signIn: GraphSignIn
  private let client: PatientClient

  package init(_ link: GraphLink, _ cloud: GraphCloud, as credential: ClientCredential) {
    self.link = link
    self.cloud = cloud
    signIn = GraphSignIn(credential, link, cloud)
    // The service document: small, and answered before anybody asks who is calling.
    client = link.client(of: cloud.graph, probe: "/v1.0/")
  }

  /// Reads one object.
  ///
  /// - Returns: nil when there is none (404).
  /// - Throws: an `IntuneReason`, or an `HTTPReason` when no answer came.
  package func get(_ path: GraphPath) throws(Refusal) -> JSONField? {
    try read(address(of: path))
  }

  /// Calls an action or creates an object.
  ///
  /// - Parameter repetition: whether it may be made twice; what replaces a whole set may.
  /// - Returns: what was answered; nil when the answer has no body (204).
  /// - Throws: an `IntuneReason`, or an `HTTPReason` when no answer came.
  package func post(
    _ path: GraphPath, _ body: JSONValue, repeating repetition: Retry.Repetition
  ) throws(Refusal) -> JSONField? {
    try change(.post, path, body, repetition)
  }

  /// Changes properties of an object.
  ///
  /// - Returns: the object when the server sends it; nil when the answer has no body.
  /// - Throws: as `post`.
  package func patch(_ path: GraphPath, _ body: JSONValue) throws(Refusal) -> JSONField? {
    // The same properties set twice are set once.
    try change(.patch, path, body, .always)
  }

  /// Reads all pages of a collection, following `@odata.nextLink` as it is.
  ///
  /// - Returns: nil when what the collection belongs to does not exist (404).
  /// - Throws: `IntuneReason.otherHost` when a link leads away from Graph, `.tooMuch`, `.unusableAnswer`, and what
  ///   `get` throws.
  package func collection(_ path: GraphPath) throws(Refusal) -> [JSONField]? {
    guard let first = try get(path) else { return nil }
    return try objects(from: first)
  }

  /// The objects of a first page and of those that follow.
  func objects(from first: JSONField) throws(Refusal) -> [JSONField] {
    var page = first
    var objects: [JSONField] = []
    var seen: Set<String> = []
    while true {
      let (more, next) = try understood { () throws(Refusal) in
        (try page["value"].array(), try page.present("@odata.nextLink")?.string())
      }
      objects += more
      guard seen.count < IntuneLimits.pages, objects.count <= IntuneLimits.objects else {
        throw Refusal(
          IntuneReason.tooMuch, first.place,
          seen: "\(objects.count) objects on \(seen.count + 1) pages",
          expected: "at most \(IntuneLimits.objects) on \(IntuneLimits.pages)")
      }
      guard let next else { return objects }
      guard cloud.holds(next) else {
        throw Refusal(
          IntuneReason.otherHost, "\(first.place): @odata.nextLink",
          seen: String(next.prefix { $0 != "?" }.prefix(IntuneLimits.quoted)),
          expected: "an address below \(cloud.graph)/v1.0/")
      }
      guard seen.insert(next).inserted, let following = try read(next) else {
        throw Refusal(
          IntuneReason.unusableAnswer, "\(first.place): @odata.nextLink",
          seen: "a page that was there before or is missing", expected: "the next page")
      }
      page = following
    }
  }

  private func read(_ address: String) throws(Refusal) -> JSONField? {
    let request = HTTPRequest(.get, address)
    let response = try perform(request, .always)
    if response.status == 404 { return nil }
    return try answer(of: response, to: request)
  }

  private func change(
    _ method: HTTPRequest.Method, _ path: GraphPath, _ body: JSONValue,
    _ repetition: Retry.Repetition
  ) throws(Refusal) -> JSONField? {
    let request = HTTPRequest(
      method, address(of: path), headers: [.json], body: body.encoded)
    let response = try perform(request, repetition)
    if (200..<300).contains(response.status), response.body.isEmpty { return nil }
    return try answer(of: response, to: request)
  }

  private func address(of path: GraphPath) -> String { "\(cloud.graph)/v1.0/\(path.text)" }

  /// Sends with a token, and once more with a fresh one when Graph does not know the first.
  private func perform(
    _ request: HTTPRequest, _ repetition: Retry.Repetition
  ) throws(Refusal) -> HTTPResponse {
    let response = try client.send(signed(request), repeating: repetition)
    guard response.status == 401 else { return response }
    signIn.forget()
    return try client.send(signed(request), repeating: repetition)
  }

  private func signed(_ request: HTTPRequest) throws(Refusal) -> HTTPRequest {
    let own = [
      HTTPHeader("Authorization", "Bearer \(try signIn.token().text)"), HTTPHeader.acceptJSON,
      HTTPHeader("client-request-id", link.identify().asGUID),
    ]
    return HTTPRequest(
      request.method, request.address, headers: own + request.headers, body: request.body)
  }

  private func answer(
    of response: HTTPResponse, to request: HTTPRequest
  ) throws(Refusal) -> JSONField {
    let place = "\(request.method.rawValue) \(request.address.prefix { $0 != "?" })"
    if let refusal = GraphVerdict.refusal(of: response, to: place) { throw refusal }
    return try understood { () throws(Refusal) in
      try JSONField(parsing: response.body, named: place)
    }
  }
}

/// Says of an answer that is not of the form that `body` reads, that it is Graph's.
func understood<Value>(_ body: () throws(Refusal) -> Value) throws(Refusal) -> Value {
  do throws(Refusal) {
    return try body()
  } catch {
    guard error.reason is TrustReason else { throw error }
    throw Refusal(
      IntuneReason.unusableAnswer, error.subject, seen: error.seen, expected: error.expected)
  }
}

extension [JSONField] {
  /// Each as `read` makes it; says of one that cannot be read that it is Graph's.
  func understood<Value>(
    _ read: (JSONField) throws(Refusal) -> Value
  ) throws(Refusal) -> [Value] {
    var values: [Value] = []
    values.reserveCapacity(count)
    for field in self {
      values.append(try Intune.understood { () throws(Refusal) in try read(field) })
    }
    return values
  }
}

extension RandomID {
  /// The same digits as Graph wants the ids of requests.
  var asGUID: String {
    var rest = Substring(text)
    return [8, 4, 4, 4, 12].map { count in
      defer { rest = rest.dropFirst(count) }
      return String(rest.prefix(count))
    }.joined(separator: "-")
  }
}
