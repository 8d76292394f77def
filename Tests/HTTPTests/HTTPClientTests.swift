// SPDX-License-Identifier: Apache-2.0
import HTTP
import Intents
import TestKit
import Testing

struct HTTPClientTests {
  private static func answer(_ status: String, _ body: String = "", _ more: String = "") -> String {
    "HTTP/1.1 \(status)\r\nContent-Length: \(body.utf8.count)\r\n\(more)\r\n\(body)"
  }

  /// Asks a server that gives `answers` once, for at most 10 bytes.
  private func ask(_ answers: String...) throws -> (body: [UInt8]?, refusal: Refusal?) {
    let server = try LoopbackServer(answers)
    var body: [UInt8]?
    let seen = refusal { () throws(Refusal) in
      body = try HTTPClient().contents(of: "\(server.url)/a", atMost: 10)
    }
    return (body, seen)
  }

  @Test("a body is handed on whole, and a missing file is none")
  func bodies() throws {
    #expect(try ask(Self.answer("200 OK", "0123456789")).body == Array("0123456789".utf8))
    #expect(try ask(Self.answer("200 OK")).body == [])
    for status in ["404 Not Found", "403 Forbidden"] {
      let missing = try ask(Self.answer(status, "an explanation of more than ten bytes"))
      #expect(missing.body == nil && missing.refusal == nil)
    }
  }

  @Test("T32: a body above its cap is refused, whether or not its length was announced")
  func tooLarge() throws {
    let long = "01234567890"
    #expect(try ask(Self.answer("200 OK", long)).refusal?.code == HTTPReason.bodyTooLarge.code)
    let unannounced = try ask("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n\(long)")
    #expect(unannounced.refusal?.code == HTTPReason.bodyTooLarge.code)
  }

  @Test(
    "any other status is refused, and no redirect is followed",
    arguments: ["500 Broken", "204 No Content", "302 Found", "301 Moved"])
  func statuses(status: String) throws {
    let seen = try ask(Self.answer(status, "", "Location: /b\r\n"), Self.answer("200 OK", "b"))
    #expect(seen.refusal?.code == HTTPReason.unexpectedStatus.code)
    #expect(seen.refusal?.seen == String(status.prefix(3)))
  }

  @Test("an answer that breaks off, is none, or never comes is no body")
  func brokenOff() throws {
    for answer in ["HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nshort", "", "what?\r\n\r\n"] {
      #expect(try ask(answer).refusal?.code == HTTPReason.unreachable.code, "\(answer)")
    }
    let gone = try LoopbackServer([]).url
    let seen = refusal { () throws(Refusal) in
      _ = try HTTPClient().contents(of: "\(gone)/a", atMost: 10)
    }
    #expect(seen?.code == HTTPReason.unreachable.code)
  }

  @Test("what the sink throws ends the transfer and comes out as it is")
  func sink() throws {
    let server = try LoopbackServer([Self.answer("200 OK", "0123456789")])
    let own = Refusal(HTTPReason.unexpectedStatus, "sink", seen: "1", expected: "2")
    let seen = refusal { () throws(Refusal) in
      _ = try HTTPClient().get("\(server.url)/a", atMost: 10) { (_) throws(Refusal) in throw own }
    }
    #expect(seen?.subject == "sink")
  }

  @Test("only http and https are spoken", arguments: ["file:///etc/passwd", "ftp://127.0.0.1/a"])
  func protocols(address: String) {
    let seen = refusal { () throws(Refusal) in
      _ = try HTTPClient().contents(of: address, atMost: 10)
    }
    #expect(seen?.code == HTTPReason.unreachable.code)
  }

  @Test("an address that libcurl does not take is told as its refusal")
  func address() {
    let seen = refusal { () throws(Refusal) in
      _ = try HTTPClient().contents(
        of: "http://127.0.0.1/" + String(repeating: "a", count: 9_000_000), atMost: 10)
    }
    #expect(seen?.code == HTTPReason.libraryFailed.code)
  }
}
