// SPDX-License-Identifier: Apache-2.0
import HTTP
import Intents
import Intune
import SystemPackage
import TestKit
import Testing
import Trust

@Suite struct SignInTests {
  private static func decoded(_ part: some StringProtocol) throws -> [UInt8] {
    var text = part.map { $0 == "-" ? "+" : $0 == "_" ? "/" : $0 }
    while !text.count.isMultiple(of: 4) { text.append("=") }
    return try #require(Base64.decode(String(text)))
  }

  @Test func `openssl takes an assertion's signature, and what it says is what RFC 7523 asks for`()
    throws
  {
    let files = try TestCertificate.shared.get()
    let id = RandomID.generate()
    let text = try ClientAssertion.text(
      for: try Simulated.credential(), audience: "https://login.test/token", id: id,
      at: Simulated.now)
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    try #require(parts.count == 3)
    #expect(!text.contains("="))

    let header = try JSONValue(parsing: try Self.decoded(parts[0]), named: "header")
    #expect(header.member("alg") == "PS256")
    let print = try Tool("openssl").run(
      "x509", "-in", files.certificate.string, "-noout", "-fingerprint", "-sha256")
    let hex = print.output.drop { $0 != "=" }.filter(\.isHexDigit).lowercased()
    let thumbprint = try Self.decoded(try #require(header.member("x5t#S256")?.string))
    #expect(Hex.encode(thumbprint) == hex)

    let claims = try JSONValue(parsing: try Self.decoded(parts[1]), named: "claims")
    let now = Simulated.now.seconds
    let expected: JSONValue = [
      "aud": "https://login.test/token", "iss": .string(Simulated.client.text),
      "sub": .string(Simulated.client.text), "jti": .string(id.text),
      "nbf": .integer(now - 60), "exp": .integer(now + 300),
    ]
    #expect(claims == expected)

    let scratch = try Scratch()
    try scratch.write("message", "\(parts[0]).\(parts[1])")
    try scratch.write("signature", try Self.decoded(parts[2]))
    let key = try Tool("openssl").run(
      "x509", "-in", files.certificate.string, "-noout", "-pubkey")
    try scratch.write("public", key.output)
    func verify() throws -> Int32 {
      try Tool("openssl").run(
        "dgst", "-sha256", "-verify", scratch["public"].string, "-signature",
        scratch["signature"].string, "-sigopt", "rsa_padding_mode:pss", "-sigopt",
        "rsa_pss_saltlen:32", scratch["message"].string
      ).exit
    }
    #expect(try verify() == 0)
    try scratch.write("message", "\(parts[0]).\(parts[1])x")
    #expect(try verify() != 0)
  }

  @Test func `a key file is wiped, and one that does not fit its certificate is refused`() throws {
    let files = try TestCertificate.shared.get()
    var pem = try Files.bytes(files.key)
    let certificate = try Files.bytes(files.certificate)
    _ = try ClientCertificate(wipingKey: &pem, certificate: certificate, named: "key.pem")
    #expect(pem.allSatisfy { $0 == 0 })

    // PKCS #1, and both in one file with text around.
    let old = try Tool("openssl").run("rsa", "-traditional", "-in", files.key.string)
    var both = Array("Bag Attributes\r\n\(old.output)".utf8) + certificate
    let copy = both
    _ = try ClientCertificate(wipingKey: &both, certificate: copy, named: "both.pem")

    let other = try TestCertificate()
    let locked = try TestCertificate(["-newkey", "rsa:2048", "-passout", "pass:x"])
    let curve = try TestCertificate(
      ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"])
    let cases: [(key: FilePath, certificate: FilePath)] = [
      (other.key, files.certificate), (locked.key, locked.certificate),
      (curve.key, curve.certificate), (files.certificate, files.certificate),
      (files.key, files.key),
    ]
    for (key, certificate) in cases {
      var pem = try Files.bytes(key)
      let bytes = try Files.bytes(certificate)
      let seen = refusal { () throws(Refusal) in
        _ = try ClientCertificate(wipingKey: &pem, certificate: bytes, named: "key.pem")
      }
      #expect(seen?.code == TrustReason.damagedKeyFile.code)
      #expect(!pem.contains { $0 != 0 })
    }
  }

  @Test func `a token is asked for once, and again shortly before it ends`() throws {
    let graph = ScriptedGraph()
    let client = try graph.client()
    for _ in 0..<3 {
      graph.answers = [.success(.json(200, ["id": "1"]))]
      _ = try client.get(GraphPath("groups"))
    }
    #expect(graph.signIns == 1)
    graph.now = graph.now.adding(seconds: 3301)
    graph.answers = [.success(.json(200, ["id": "1"]))]
    _ = try client.get(GraphPath("groups"))
    #expect(graph.signIns == 2)
    let sent = graph.requests.map { request in
      request.headers.first { $0.name == "Authorization" }?.value
    }
    #expect(sent == ["Bearer token-1", "Bearer token-1", "Bearer token-1", "Bearer token-2"])
  }

  @Test func `a token that Graph does not know is renewed once and no more`() throws {
    let graph = ScriptedGraph(.failure(401), .json(200, ["id": "1"]))
    let client = try graph.client()
    #expect(try client.get(GraphPath("groups")) != nil)
    #expect(graph.signIns == 2)

    graph.answers = [.success(.failure(401)), .success(.failure(401, "Expired"))]
    let seen = refusal { () throws(Refusal) in _ = try client.get(GraphPath("groups")) }
    #expect(seen?.code == IntuneReason.signInRefused.code)
    #expect(graph.signIns == 3)
    #expect(graph.answers.isEmpty)
  }

  @Test func `C19: a refused sign-in is final, says what Entra ID says, and shows no secret`()
    throws
  {
    let graph = ScriptedGraph()
    graph.signInAnswer = .json(
      401,
      [
        "error": "invalid_client",
        "error_description": "AADSTS700027: no such certificate\r\nTrace ID: 0b1",
      ])
    let seen = try graph.refused { (client) throws(Refusal) in
      _ = try client.get(GraphPath("groups"))
    }
    #expect(seen?.code == IntuneReason.signInRefused.code)
    #expect(seen?.seen == "401 invalid_client: AADSTS700027: no such certificate")
    #expect(graph.signIns == 1)
    #expect(graph.requests.isEmpty)
  }

  @Test(
    "an answer of the token server that is none shows nothing of itself",
    arguments: [
      #"{"access_token":"geheim","expires_in":"3600"}"#, #"{"access_token":"geheim"}"#,
      #"{"access_token":"geheim and more","expires_in":3600}"#, "geheim",
      #"{"access_token":"geheim","expires_in":0}"#,
    ])
  func unusableToken(body: String) throws {
    let graph = ScriptedGraph()
    graph.signInAnswer = HTTPResponse(status: 200, body: Array(body.utf8))
    let seen = try graph.refused { (client) throws(Refusal) in
      _ = try client.get(GraphPath("groups"))
    }
    #expect(seen?.code == IntuneReason.unusableAnswer.code)
    #expect(seen.map { "\($0)" }?.contains("geheim") == false)
  }

  @Test func `a token server that stumbles is asked again, each time with a new assertion`() throws
  {
    let broken = Refusal(HTTPReason.unreachable, "login", seen: "1", expected: "2")
    let graph = ScriptedGraph(.json(200, ["id": "1"]))
    graph.firstSignInAnswers = [.failure(broken), .success(HTTPResponse(status: 502))]
    #expect(try graph.client().get(GraphPath("groups")) != nil)
    #expect(graph.slept == [1, 4])
    #expect(Set(graph.assertions).count == 3)

    let down = ScriptedGraph()
    down.firstSignInAnswers = [.success(HTTPResponse(status: 504)), .failure(broken)]
    down.signInAnswer = HTTPResponse(status: 500)
    let seen = try down.refused { (client) throws(Refusal) in
      _ = try client.get(GraphPath("groups"))
    }
    #expect(seen?.code == IntuneReason.unavailable.code)
    #expect(down.signIns == 3)
    #expect(down.requests.isEmpty)
  }

  @Test func `settings are of their form or refused`() throws {
    let certificate = try TestCertificate.shared.get().read()
    let client = Simulated.client.text
    for tenant in ["", "contoso.onmicrosoft.com", client + "0", "/" + client.dropFirst()] {
      let seen = refusal { () throws(Refusal) in
        _ = try ClientCredential(tenant: tenant, client: client, certificate: certificate)
      }
      #expect(seen?.code == IntuneReason.malformedSetting.code)
    }
    _ = try ClientCredential(
      tenant: client.uppercased(), client: client, certificate: certificate)
    for origin in [
      "http://graph.microsoft.com", "https://graph.microsoft.com/", "https://", "https://a/b",
      "https://user@graph.microsoft.com", "https://Graph.microsoft.com", "graph.microsoft.com",
      "http://127.0.0.1.example.org", "https://graph.microsoft.com?x", "https://a b",
    ] {
      let seen = refusal { () throws(Refusal) in
        _ = try GraphCloud(login: "https://login.test", graph: origin)
      }
      #expect(seen?.code == IntuneReason.malformedSetting.code, "\(origin)")
    }
    _ = try GraphCloud(login: "https://login.test:8443", graph: "http://127.0.0.1:1")
  }
}
