// SPDX-License-Identifier: Apache-2.0
import HTTP
import Intents
import Intune
import TestKit
import Testing
import Trust

@Suite struct GraphClientTests {
  private let path = GraphPath("groups", ["$select": "id"])

  @Test func `a page's link is followed as it is, with a token and a request id`() throws {
    let next = "\(ScriptedGraph.origin)/v1.0/groups?$skiptoken=a%2Fb%20..//c"
    let graph = ScriptedGraph(
      .page([["id": "1"]], next: next), .page([["id": "2"], ["id": "3"]]))
    let objects = try #require(try graph.client().collection(path))
    #expect(try objects.map { try $0["id"].string() } == ["1", "2", "3"])
    let first = "\(ScriptedGraph.origin)/v1.0/groups?$select=id"
    #expect(graph.requests.map(\.address) == [first, next])
    let ids = graph.requests.map { request in
      request.headers.first { $0.name == "client-request-id" }?.value ?? ""
    }
    #expect(Set(ids).count == 2)
    #expect(ids.allSatisfy { GraphID($0) != nil })
  }

  @Test(
    "a page's link to anywhere else is not followed",
    arguments: [
      "https://evil.test/v1.0/groups", "https://graph.test.evil.test/v1.0/groups",
      "https://graph.test@evil.test/v1.0/", "http://graph.test/v1.0/groups", "/v1.0/groups",
      "https://graph.test/beta/groups", "https://graph.test/v1.0/groups?a b",
    ])
  func otherHost(next: String) throws {
    let graph = ScriptedGraph(.page([], next: next))
    let seen = try graph.refused { (client) throws(Refusal) in _ = try client.collection(path) }
    #expect(seen?.code == IntuneReason.otherHost.code)
    #expect(graph.requests.count == 1)
  }

  @Test func `pages that go round, or on without end, end`() throws {
    let next = "\(ScriptedGraph.origin)/v1.0/groups?$skiptoken="
    let round = ScriptedGraph(.page([], next: next + "1"), .page([], next: next + "1"))
    let seen = try round.refused { (client) throws(Refusal) in _ = try client.collection(path) }
    #expect(seen?.code == IntuneReason.unusableAnswer.code)
    let endless = ScriptedGraph()
    endless.answers = (0...5000).map { .success(.page([], next: next + "\($0)")) }
    let refused = try endless.refused { (client) throws(Refusal) in
      _ = try client.collection(path)
    }
    #expect(refused?.code == IntuneReason.tooMuch.code)
  }

  @Test func `what does not exist is nil to a reader and a refusal to an action`() throws {
    let graph = ScriptedGraph(.failure(404), .failure(404), .failure(404, "Gone"))
    let client = try graph.client()
    #expect(try client.get(path) == nil)
    #expect(try client.collection(path) == nil)
    let seen = refusal { () throws(Refusal) in
      _ = try client.post(path, ["a": 1], repeating: .always)
    }
    #expect(seen?.code == IntuneReason.requestRefused.code)
  }

  @Test(
    "C19: each status is of its class, and what Graph says of it is kept",
    arguments: [
      (400, IntuneReason.requestRefused), (405, .requestRefused), (409, .requestRefused),
      (415, .requestRefused), (422, .requestRefused), (403, .forbidden), (302, .otherHost),
      (429, .throttled), (500, .unavailable), (502, .unavailable), (503, .unavailable),
      (504, .unavailable), (408, .unavailable),
    ])
  func statuses(status: Int, reason: IntuneReason) throws {
    let graph = ScriptedGraph()
    graph.answers = (0..<8).map { _ in .success(.failure(status, "Some.Code")) }
    let seen = try graph.refused { (client) throws(Refusal) in _ = try client.get(path) }
    #expect(seen?.code == reason.code)
    let fault: HTTPReason.Fault =
      switch reason {
      case .throttled, .unavailable: .transient
      case .forbidden, .otherHost: .policy
      default: .permanent
      }
    #expect(seen.map(IntuneReason.fault) == fault)
    #expect(seen?.seen == "\(status) Some.Code (request request-7): why it failed")
    #expect(seen?.subject == "GET \(ScriptedGraph.origin)/v1.0/groups")
    if ![429, 500, 502, 503, 504, 408].contains(status) { #expect(graph.requests.count == 1) }
  }

  @Test func `C19: throttling is waited out, as long as is asked for and not less than the ladder`()
    throws
  {
    let graph = ScriptedGraph(
      .failure(429, retryAfter: "7"), .failure(429), .failure(429, retryAfter: "1"),
      .json(200, ["id": "1"]))
    #expect(try graph.client().get(path) != nil)
    #expect(graph.slept == [7, 2, 4])

    let long = ScriptedGraph(.failure(429, retryAfter: "301"))
    let seen = try long.refused { (client) throws(Refusal) in _ = try client.get(path) }
    #expect(seen?.code == IntuneReason.throttled.code)
    #expect(seen?.seen.contains("Retry-After 301") == true)
    #expect(long.slept.isEmpty)
  }

  @Test func `a certificate that is not believed comes out as it is and is not tried again`() throws
  {
    let own = Refusal(HTTPReason.serverUntrusted, "graph", seen: "1", expected: "2")
    let graph = ScriptedGraph()
    graph.answers = [.failure(own)]
    let seen = try graph.refused { (client) throws(Refusal) in _ = try client.get(path) }
    #expect(seen?.code == HTTPReason.serverUntrusted.code)
    #expect(seen.map(IntuneReason.fault) == .policy)
    #expect(graph.requests.count == 1)
  }

  @Test(
    "an answer that is no JSON of ours is told as Graph's",
    arguments: ["<html>sign in</html>", "", "[1]", #"{"value":{}}"#, #"{"value":[],"value":[]}"#])
  func unusable(body: String) throws {
    let graph = ScriptedGraph(HTTPResponse(status: 200, body: Array(body.utf8)))
    let seen = try graph.refused { (client) throws(Refusal) in _ = try client.collection(path) }
    #expect(seen?.code == IntuneReason.unusableAnswer.code)
  }

  @Test func `a change is sent as JSON, and its answer may be empty`() throws {
    let graph = ScriptedGraph(.noContent, .json(200, ["id": "7"]))
    let client = try graph.client()
    #expect(try client.post(path, ["a": 1], repeating: .always) == nil)
    #expect(try client.patch(path, ["b": 2])?["id"].string() == "7")
    #expect(graph.requests.map(\.method) == [.post, .patch])
    #expect(try graph.body(1) == ["b": 2])
    #expect(graph.requests.allSatisfy { $0.headers.contains(.json) })
  }

  @Test func `a batch asks for twenty at a time, and singly again for what was throttled`() throws {
    func response(_ id: Int, _ status: Int64 = 200) -> JSONValue {
      [
        "id": .string("\(id)"), "status": .integer(status), "headers": [:],
        "body": status == 200 ? ["id": .string("\(id)")] : ["error": ["code": "Slow"]],
      ]
    }
    let first = (0..<20).reversed().map { response($0, $0 == 3 ? 429 : $0 == 4 ? 404 : 200) }
    let graph = ScriptedGraph(
      .json(200, ["responses": .array(first)]), .json(200, ["id": "alone"]),
      .json(200, ["responses": [response(0)]]))
    let paths = (0..<21).map { GraphPath("groups/\($0)") }
    let answers = try graph.client().batch(paths)
    let ids = try answers.map { try $0?["id"].string() }
    let expected: [String?] = (0..<20).map { $0 == 3 ? "alone" : $0 == 4 ? nil : "\($0)" } + ["0"]
    #expect(ids == expected)
    #expect(graph.paths == ["$batch", "groups/3", "$batch"])
    let requests = try graph.body(0).member("requests")?.elements
    #expect(requests?.count == 20)
    #expect(requests?[7] == ["id": "7", "method": "GET", "url": "/groups/7"])
  }

  @Test func `a batch with a refused, missing or doubled answer is refused`() throws {
    let cases: [(JSONValue, IntuneReason)] = [
      ([["id": "0", "status": 403, "body": ["error": ["code": "No"]]]], .forbidden),
      ([["id": "0", "status": 400]], .requestRefused), ([], .unusableAnswer),
      ([["id": "0", "status": 200]], .unusableAnswer),
      ([["id": "0", "status": 404], ["id": "0", "status": 404]], .unusableAnswer),
    ]
    for (responses, reason) in cases {
      let graph = ScriptedGraph(.json(200, ["responses": responses]))
      let seen = try graph.refused { (client) throws(Refusal) in _ = try client.batch([path]) }
      #expect(seen?.code == reason.code)
    }
  }
}
