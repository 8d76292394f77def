// SPDX-License-Identifier: Apache-2.0
import Bundles
import Centre
import Foundation
import Intents
import SystemPackage
import TestKit
import Testing
import Trust

/// P10: a passphrase and a secret that are known to the test, looked for in everything that the programs leave behind.
@Suite struct SecretsTests {
  private static let phrase = "Kanarienvogel 7Q"
  private static let seed = Digest.sha256(Array("a secret that sings".utf8)).bytes

  private let loop: Rehearsal
  private let phraseFile: FilePath
  private let key: SecretKey

  init() throws {
    loop = try Rehearsal()
    phraseFile = try loop.scratch.write("phrase", Self.phrase + "\n")
    key = try SecretKey(seed: Self.seed)
    var bytes = Array(Self.phrase.utf8)
    let file = try key.keyFile(protectedBy: try Passphrase(wiping: &bytes))
    try DurableFile.write(file, to: loop.scratch["holder.json"])
    try loop.scratch.write(
      "holder.pub.json", PublicKeyFile(key: key.publicKey, label: "holder").encoded)
    try loop.scratch.folder("temporary")
  }

  /// Runs a command of the centre, every call that starts a program or writes recorded with all its bytes.
  private func centre(_ arguments: String...) throws -> BuiltProgram.Run {
    let trace = loop.scratch["trace-\(arguments[0])-\(arguments.last ?? "")".filter { $0 != "/" }]
    let recorded = """
      exec 3<'\(phraseFile)'
      exec strace -f -v -xx -s 1000000 -e trace=execve,write,pwrite64,writev,sendto -o '\(trace)' "$0" "$@"
      """
    return try BuiltProgram(
      "waybill-centre", wrapper: ["sh", "-c", recorded],
      environment: ["TMPDIR": loop.scratch["temporary"].string]
    ).run(arguments + ["--json"])
  }

  /// Names of files under the temporary folder that hold a form of what is secret.
  private func leaks() throws -> [String] {
    let plain = [
      Array(Self.phrase.utf8), Self.seed, Array(Self.hex(Self.seed).utf8),
      Array(Base64.encode(Self.seed).utf8),
    ]
    // As strace writes bytes: \x4b\x61…
    let traced = plain.map { $0.flatMap { Array("\\x\(Self.hex([$0]))".utf8) } }
    let forms = (plain + traced).map { Data($0) }
    return try Files.tree(loop.scratch.path).filter { _, bytes in
      forms.contains { Data(bytes).range(of: $0) != nil }
    }.keys.sorted()
  }

  private static func hex(_ bytes: [UInt8]) -> String {
    bytes.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
  }

  @Test("P10: a passphrase and a secret stand in no file, argument, environment or message")
  func canary() throws {
    let state = loop.scratch["centre"].string
    let medium = try loop.medium()
    let made = try centre(
      "trust", "init", "--rehearsal", "--passphrase-fd", "3", "--key",
      "content=\(loop.scratch["holder.pub.json"])", "--state", state)
    #expect(made.exit == 15, "\(made.output) \(made.errors)")
    let request = try #require(made.text("request"))
    let digest = try JSONField(parsing: Files.bytes(FilePath(request)), named: "request")["digest"]
    let signed = loop.scratch["signed.json"].string
    let signing = try centre(
      "sign", request, "--key", loop.scratch["holder.json"].string, "--passphrase-fd", "3", "--to",
      signed, "--confirm", String(try digest.string().prefix(8)))
    #expect(signing.exit == 0, "\(signing.output) \(signing.errors)")
    for arguments in [
      ["trust", "merge", signed, "--state", state],
      ["trust", "renew", "policy", "--passphrase-fd", "3", "--state", state],
      ["key", "list", "--state", state],
      ["backup", "--to", loop.scratch["backup"].string, "--state", state],
      ["audit", "export", "--to", loop.scratch["pack"].string, "--state", state],
    ] {
      let run = try BuiltProgram(
        "waybill-centre", wrapper: ["sh", "-c", #"exec 3<"\#(phraseFile)"; exec "$0" "$@""#]
      ).run(arguments + ["--json"])
      #expect(run.exit == 0, "\(arguments): \(run.output) \(run.errors)")
      try loop.scratch.write("said-\(arguments[0])-\(arguments[1])", run.output + run.errors)
    }
    #expect(try Files.names(in: FilePath(medium)).isEmpty)
    // The passphrase file is found, so whatever else held it would be.
    #expect(try leaks() == ["phrase"])
    #expect(try Files.names(in: loop.scratch["temporary"]).isEmpty)
  }
}
