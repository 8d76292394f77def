// SPDX-License-Identifier: Apache-2.0
import Foundation
import HTTP
import Intents
import SystemPackage
import TestKit
import Testing

/// `openssl s_server` for one connection on the loopback interface; tells everything that it was sent.
private final class TLSServer {
  let port: String
  private let process = Process()
  private let output = Pipe()

  init(_ identity: ThrowawayAuthority.Identity) throws {
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [
      "openssl", "s_server", "-accept", "127.0.0.1:0", "-naccept", "1", "-cert",
      identity.certificate.string, "-key", identity.key.string, "-www",
    ]
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    try process.run()
    var text = ""
    var found: String?
    while found == nil {
      let piece = output.fileHandleForReading.availableData
      guard !piece.isEmpty else { break }
      text += String(decoding: piece, as: UTF8.self)
      found = text.firstMatch(of: /ACCEPT [^\n]*:(\d+)\n/).map { String($0.1) }
    }
    port = try #require(found, "\(text)")
  }

  deinit {
    if process.isRunning { process.terminate() }
  }
}

struct CertificateTests {
  private func ask(
    _ server: ThrowawayAuthority.Identity, believing authority: String?
  ) throws -> Result<Int, Refusal> {
    let running = try TLSServer(server)
    let client = try HTTPClient(HTTPOptions(signIn: .integrated, authorities: authority))
    do throws(Refusal) {
      return .success(
        try client.send(HTTPRequest(.get, "https://127.0.0.1:\(running.port)/")).status)
    } catch {
      return .failure(error)
    }
  }

  private func code(_ result: Result<Int, Refusal>) -> String? {
    guard case .failure(let refusal) = result else { return nil }
    return refusal.code
  }

  @Test("a server whose authority is pinned is spoken to")
  func pinned() throws {
    let scratch = try Scratch()
    let authority = try ThrowawayAuthority(in: scratch)
    let identity = try authority.issue(to: "IP:127.0.0.1")
    #expect(try ask(identity, believing: authority.certificate.string).get() == 200)
  }

  @Test("A13: a certificate of another authority, or for another host, is refused for good")
  func unknown() throws {
    let scratch = try Scratch()
    let authority = try ThrowawayAuthority(in: scratch)
    let other = try ThrowawayAuthority(in: scratch, named: "other")
    let identity = try authority.issue(to: "IP:127.0.0.1")
    let elsewhere = try authority.issue(to: "DNS:sccm.example")
    let expected = HTTPReason.serverUntrusted.code
    #expect(code(try ask(identity, believing: other.certificate.string)) == expected)
    #expect(code(try ask(identity, believing: nil)) == expected)
    #expect(code(try ask(elsewhere, believing: authority.certificate.string)) == expected)
    #expect(HTTPReason.serverUntrusted.fault == .policy)
    #expect(!HTTPReason.serverUntrusted.mayHaveArrived)
  }

  @Test("a file of authorities that is none, or a server without TLS, is a matter of configuration")
  func configuration() throws {
    let scratch = try Scratch()
    let identity = try ThrowawayAuthority(in: scratch).issue(to: "IP:127.0.0.1")
    let nonsense = try scratch.write("nonsense.pem", "no certificate")
    for authorities in [nonsense.string, scratch["missing.pem"].string] {
      #expect(
        code(try ask(identity, believing: authorities)) == HTTPReason.handshakeFailed.code)
    }
  }
}
