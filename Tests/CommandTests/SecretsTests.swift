// SPDX-License-Identifier: Apache-2.0
import Bundles
import Centre
import SystemPackage
import TestKit
import Testing
import Trust

/// P10: a passphrase and a secret that are known to the test, looked for in everything that the programs leave behind.
@Suite struct SecretsTests {
  private let loop: Rehearsal
  private let phraseFile: FilePath
  private let key: SecretKey

  init() throws {
    loop = try Rehearsal()
    phraseFile = try loop.scratch.write("phrase", Canary.phrase + "\n")
    key = try Canary.key
    try DurableFile.write(try Canary.keyFile, to: loop.scratch["holder.json"])
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
    #expect(try Canary.leaks(in: loop.scratch.path) == ["phrase"])
    #expect(try Files.names(in: loop.scratch["temporary"]).isEmpty)
  }
}
