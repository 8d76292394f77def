// SPDX-License-Identifier: Apache-2.0
import Bundles
import Intents
import SystemPackage
import TestKit
import Testing
import Trust

/// P10 where people, a site and a sealed medium are in it.
@Suite struct SiteSecretsTests {
  @Test(
    "P10: the loop of a production site leaves no secret in any file, argument, environment or message"
  )
  func canaries() throws {
    let production = try Production(phrase: Canary.phrase, isRecorded: true)
    let loop = production.loop
    try DurableFile.write(try Canary.keyFile, to: loop.scratch["Anna.json"])
    let open = Approver(
      name: try #require(PersonName("Anna")), key: try Canary.key.publicKey)
    try loop.scratch.write("Anna.json.pub", open.file)
    let identity = loop.scratch["identity"]
    try loop.expectDone(try Tool("age-keygen").run("-o", identity.string))
    let secret = try #require(
      String(decoding: try Files.bytes(identity), as: UTF8.self).split(separator: "\n").last)
    #expect(secret.hasPrefix("AGE-SECRET-KEY-"))
    _ = try production.setUpCentre()
    try loop.expectDone(try production.initialiseSite("--age-identity", identity.string))
    try Files.remove(identity)
    try loop.expectDone(try production.enrol())
    for officer in Production.officers {
      try loop.expectDone(try production.approve(as: officer))
    }
    try sealedTrip(production)
    // The passphrase file is found, so whatever else held it would be.
    let leaks = try Canary.leaks(in: loop.scratch.path, more: [String(secret)])
    #expect(leaks == ["phrase"])
    #expect(try Files.names(in: loop.scratch["temporary"]).isEmpty)
    #expect(try Files.names(in: loop.scratch["traces"]).count > 20)
  }

  /// Export, import, approvals, apply, return, ingest, and what auditors are given.
  private func sealedTrip(_ production: Production) throws {
    let loop = production.loop
    try production.signPolicy()
    try loop.add(version: "1", counter: 1, files: ["tool.exe": program(4, count: 5000)])
    try production.finish(
      try production.centre("content", "release"), by: ["content-1", "content-2"])
    try loop.expectDone(try loop.applyIntent("tool", version: "1", to: ["fjord-3"]))
    let medium = try loop.medium()
    for officer in Production.officers {
      try loop.expectDone(try production.approve(as: officer))
    }
    try loop.expectDone(try production.centre("export", "fjord-3", "--to", medium))
    let digits = loop.digits(of: try production.site("import", medium))
    for person in Production.operators {
      try loop.expectDone(try production.approve(digits, as: person))
    }
    try loop.expectDone(try loop.site("fjord-3", "apply"))
    try loop.expectDone(try production.site("return", "--to", medium))
    try loop.expectDone(try production.centre("ingest", medium))
    for (name, run) in [
      ("centre", try loop.centre("audit", "export", "--to", loop.scratch["pack"].string)),
      (
        "site",
        try loop.site("fjord-3", "audit", "export", "--to", loop.scratch["site-pack"].string)
      ),
    ] {
      try loop.expectDone(run)
      try loop.scratch.write("said-\(name)", run.output + run.errors)
    }
  }

  @Test(
    "P10: a program that is aborted at the prompt leaves no core, whatever limit it was started with"
  )
  func cores() throws {
    let scratch = try Scratch()
    // The shell outlives the signal that the terminal sends to both, and tells how the program ended.
    let wrapper = [
      "sh", "-c", "cd \"$0\" && ulimit -c unlimited && trap : QUIT; \"$@\"", scratch.path.string,
    ]
    let control = try BuiltProgram(
      "waybill-site", wrapper: wrapper + ["sh", "-c", "kill -ABRT $$"]
    )
    .run([])
    let dumps = control.errors.contains("core dumped")
    for name in try Files.names(in: scratch.path) { try Files.remove(scratch[name]) }
    // Control-backslash aborts whoever waits at the terminal, with the passphrase in memory already.
    let run = try BuiltProgram("waybill-centre", wrapper: wrapper).run(
      ["key", "generate", "--to", scratch["key.json"].string],
      answering: [("New passphrase: ", Canary.phrase), ("The same again: ", "\u{1c}")])
    #expect(run.exit == 131, "\(run)")
    #expect(!run.errors.contains("core dumped"), "the control \(dumps ? "dumps" : "does not dump")")
    #expect(try Files.names(in: scratch.path).isEmpty)
  }
}
