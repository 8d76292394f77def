// SPDX-License-Identifier: Apache-2.0
import HTTP
import Intents
import TestKit
import Testing

struct HTTPSendTests {
  private static func answer(_ status: String, _ body: String = "", _ more: String = "") -> String {
    "HTTP/1.1 \(status)\r\nContent-Length: \(body.utf8.count)\r\nConnection: close\r\n\(more)\r\n\(body)"
  }

  private func send(
    _ method: HTTPRequest.Method, headers: [HTTPHeader] = [], body: [UInt8]? = nil,
    options: HTTPOptions = HTTPOptions(), to answers: String...
  ) throws -> (request: String, response: HTTPResponse) {
    let server = try LoopbackServer(answers)
    let client = try HTTPClient(options)
    let response = try client.send(
      HTTPRequest(method, "\(server.url)/a?b=%20c", headers: headers, body: body))
    return (try #require(server.requests.first), response)
  }

  @Test(
    "a request goes out with its method, address, headers and body",
    arguments: HTTPRequest.Method.allCases)
  func methods(method: HTTPRequest.Method) throws {
    let body = method == .get || method == .delete ? nil : Array("{\"a\":1}".utf8)
    let (request, response) = try send(
      method, headers: [.json, HTTPHeader("client-request-id", "7")], body: body,
      to: Self.answer("201 Created", "{}", "X-Note:  two words \r\n"))
    #expect(request.hasPrefix("\(method.rawValue) /a?b=%20c HTTP/1.1\r\n"))
    #expect(request.contains("\r\nContent-Type: application/json\r\n"))
    #expect(request.contains("\r\nclient-request-id: 7\r\n"))
    #expect(!request.contains("Authorization"))
    #expect(request.hasSuffix("\r\n\r\n" + (body == nil ? "" : "{\"a\":1}")))
    #expect(response.status == 201 && response.body == Array("{}".utf8))
    #expect(response[header: "x-note"] == "two words")
  }

  @Test("a request that changes something and has no body says so with a length")
  func emptyBodies() throws {
    let (request, _) = try send(.post, to: Self.answer("204 No Content"))
    #expect(request.contains("\r\nContent-Length: 0\r\n"))
    let (put, _) = try send(.put, body: [], to: Self.answer("204 No Content"))
    #expect(put.hasPrefix("PUT ") && put.contains("\r\nContent-Length: 0\r\n"))
  }

  @Test("every status is an answer, and no redirect is followed", arguments: [204, 302, 404, 503])
  func statuses(status: Int) throws {
    let response = try send(
      .get, to: Self.answer("\(status) X", "", "Location: /other\r\n"), Self.answer("200 OK")
    ).response
    #expect(response.status == status)
    #expect(response.isSuccess == (status == 204) && response.isRedirect == (status == 302))
  }

  @Test(
    "an integrated sign-in offers nothing before it is asked, and a server without it gets nothing")
  func signIn() throws {
    let (request, response) = try send(
      .post, body: Array("x".utf8), options: HTTPOptions(signIn: .integrated),
      to: Self.answer("401 No", "", "WWW-Authenticate: Basic realm=\"a\"\r\n"))
    #expect(response.status == 401)
    #expect(!request.contains("Basic"))
  }

  @Test("one client sends and gets by turns, and nothing of the last request stays")
  func byTurns() throws {
    let server = try LoopbackServer([
      Self.answer("200 OK", "a"), Self.answer("200 OK", "b"), Self.answer("200 OK", "c"),
    ])
    let client = try HTTPClient()
    _ = try client.send(
      HTTPRequest(.put, "\(server.url)/a", headers: [.json], body: Array("long".utf8)))
    #expect(try client.contents(of: "\(server.url)/b", atMost: 9) == Array("b".utf8))
    _ = try client.send(HTTPRequest(.delete, "\(server.url)/c"))
    let requests = server.requests
    #expect(requests[1].hasPrefix("GET /b ") && !requests[1].contains("json"))
    #expect(requests[2].hasPrefix("DELETE /c ") && !requests[2].contains("Content-Length"))
  }

  @Test("T32: an answer above the cap is refused, in its body and in its head")
  func tooLarge() throws {
    let options = HTTPOptions(cap: 10)
    let long = String(repeating: "a", count: 11)
    for answer in [
      Self.answer("200 OK", long), Self.answer("500 No", long),
      Self.answer("200 OK", "", String(repeating: "X: \(long)\r\n", count: 30_000)),
    ] {
      let seen = refusal { () throws(Refusal) in
        try Self.wrapped { _ = try send(.get, options: options, to: answer) }
      }
      #expect(seen?.code == HTTPReason.bodyTooLarge.code)
    }
  }

  @Test("A01: no connection is told apart from an answer that broke off or came too late")
  func broken() throws {
    let gone = try SilentServer().url  // closed again at once
    #expect(try reason(of: gone) == .notConnected)
    #expect(HTTPReason.notConnected.fault == .transient && !HTTPReason.notConnected.mayHaveArrived)
    for answer in ["", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nshort"] {
      #expect(try reason(of: LoopbackServer([answer]).url) == .unreachable)
    }
    let silent = try SilentServer()
    let options = HTTPOptions(total: 50)
    #expect(try reason(of: silent.url, options) == .unreachable)
    #expect(HTTPReason.unreachable.fault == .transient && HTTPReason.unreachable.mayHaveArrived)
  }

  @Test(
    "A03: when a connection that was used before dies, only what does no harm twice goes out again",
    arguments: HTTPRequest.Method.allCases)
  func silentRepetition(method: HTTPRequest.Method) throws {
    let kept = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
    let server = try LoopbackServer(connections: [[kept, ""], [kept]])
    let client = try HTTPClient()
    _ = try client.send(HTTPRequest(.get, "\(server.url)/first"))
    let request = HTTPRequest(method, "\(server.url)/second")
    if request.isIdempotent {
      #expect(try client.send(request).status == 200)
      #expect(server.requests.count == 3)
    } else {
      let seen = refusal { () throws(Refusal) in _ = try client.send(request) }
      #expect(seen?.code == HTTPReason.unreachable.code)
      #expect(server.requests.count == 2)
    }
  }

  @Test(
    "A25: an address or a header that is more than one line goes nowhere",
    arguments: [
      HTTPRequest(.get, "http://127.0.0.1:1/a b"),
      HTTPRequest(.get, "http://127.0.0.1:1/a\r\nX: y"),
      HTTPRequest(.get, "http://127.0.0.1:1/\0"), HTTPRequest(.get, "http://127.0.0.1:1/\u{E9}"),
      HTTPRequest(.get, "ftp://127.0.0.1/a"), HTTPRequest(.get, "http://"),
      HTTPRequest(.get, "http://127.0.0.1:1/", headers: [HTTPHeader("A", "b\r\nC: d")]),
      HTTPRequest(.get, "http://127.0.0.1:1/", headers: [HTTPHeader("A b", "c")]),
      HTTPRequest(.get, "http://127.0.0.1:1/", headers: [HTTPHeader("", "c")]),
    ])
  func oneLine(request: HTTPRequest) {
    let seen = refusal { () throws(Refusal) in _ = try HTTPClient().send(request) }
    #expect(seen?.code == HTTPReason.requestFailed.code)
    #expect(HTTPReason.requestFailed.fault == .permanent)
  }

  private func reason(of url: String, _ options: HTTPOptions = HTTPOptions()) throws -> HTTPReason?
  {
    let client = try HTTPClient(options)
    let seen = refusal { () throws(Refusal) in _ = try client.send(HTTPRequest(.get, "\(url)/a")) }
    return seen?.reason as? HTTPReason
  }

  /// Lets a refusal through, and makes any other error one that no test expects.
  private static func wrapped(_ body: () throws -> Void) throws(Refusal) {
    do {
      try body()
    } catch let error as Refusal {
      throw error
    } catch {
      throw Refusal(HTTPReason.libraryFailed, "test", seen: "\(error)", expected: "a refusal")
    }
  }
}
