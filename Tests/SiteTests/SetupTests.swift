// SPDX-License-Identifier: Apache-2.0
import Glibc
import Intents
import SystemPackage
import TestKit
import Testing

import Bundles
import Site
import Trust

/// Setting up a production site.
struct SetupTests {
  let temporary: SiteFolder
  let folder: StateFolder
  var centre: MiniCentre

  init() throws {
    temporary = try SiteFolder()
    folder = StateFolder(temporary["state"])
    centre = try MiniCentre(rehearsal: false)
    try DurableFile.write(centre.rootBytes, to: temporary["root.json"])
  }

  private func setup(typed: [Digest]? = nil, people: [Int] = [0, 1]) throws -> Setup {
    let right = Digest.sha256(centre.rootBytes)
    return Setup(
      site: try #require(SiteID("fjord-3")), rootFile: temporary["root.json"],
      fingerprints: typed ?? [right, right], library: temporary["library"], siteCode: "WB1",
      operators: try people.map { try MiniSite.person($0).approver })
  }

  private func passphrase() throws -> Passphrase {
    var bytes = Array("correct horse".utf8)
    return try Passphrase(wiping: &bytes)
  }

  private func create(_ setup: Setup) throws -> SiteProfile {
    try setup.createProduction(
      in: folder, epoch: .generate(),
      keys: Setup.Keys(
        signing: try .generate(), opening: try .generate(), passphrase: try passphrase()),
      clock: monday)
  }

  @Test func `a production site has people, and its own keys are encrypted`() throws {
    let profile = try create(try setup())
    #expect(!profile.isRehearsal)
    var site = try OpenedSite(opening: folder, .still)
    #expect(try site.journal.read { try $0.operators().map(\.name.text) } == ["Anna", "Bo"])
    #expect(code { _ = try site.key() } == "WB6402")
    site.passphrase = { () throws(Refusal) in
      var bytes = Array("correct horse".utf8)
      return try Passphrase(wiping: &bytes)
    }
    #expect(try site.key().id == profile.keyID)
    _ = try site.identity()
    let path = temporary["enrolment"]
    _ = try Enrolment(site, clock: monday).write(to: path)
    let envelope = try Envelope(
      parsing: try FileQuery.contents(of: path, cap: 1 << 20), named: "enrolment")
    let predicate = try EnrolmentPredicate(
      try Statement(parsing: envelope.unverifiedPayload, named: "enrolment").predicate)
    #expect(predicate.operators.map(\.name.text) == ["Anna", "Bo"])
    #expect(predicate.isRehearsal == false)
  }

  @Test(arguments: [0, 1])
  func `S30: when one of two people types another fingerprint nothing is created`(who: Int) throws {
    let right = Digest.sha256(centre.rootBytes)
    var typed = [right, right]
    typed[who] = .sha256([1])
    #expect(code { _ = try create(try setup(typed: typed)) } == "WB1281")
    #expect(FileQuery.status(folder.path) == nil)
    #expect(FileQuery.status(temporary["library"]) == nil)
  }

  @Test(arguments: [[0], [0, 0]])
  func `P02: one person is not enough to set up a site`(people: [Int]) throws {
    let wanted = people.count == 1 ? "WB1580" : "WB1547"
    #expect(code { _ = try create(try setup(people: people)) } == wanted)
    #expect(FileQuery.status(folder.path) == nil)
  }

  @Test func `P12: production takes no rehearsal root, and a rehearsal none of production`() throws
  {
    let rehearsal = try MiniCentre()
    try DurableFile.write(rehearsal.rootBytes, to: temporary["root.json"])
    let right = Digest.sha256(rehearsal.rootBytes)
    #expect(code { _ = try create(try setup(typed: [right, right])) } == "WB3286")
    try DurableFile.write(centre.rootBytes, to: temporary["root.json"])
    #expect(
      code {
        _ = try setup().createRehearsal(
          in: folder, epoch: .generate(), key: .generate(), identity: .generate(), clock: monday)
      } == "WB3286")
    #expect(FileQuery.status(folder.path) == nil)
  }

  @Test
  mutating func `P12: a production site takes no rehearsal bundle, nor a policy of one person`()
    throws
  {
    _ = try create(try setup())
    let medium = temporary["medium"]
    centre.policy = MiniCentre.openPolicy(operators: 1)
    _ = try centre.export(1, to: medium)
    let now = try #require(Instant("2026-11-02T00:00:00Z"))
    func run() throws -> ImportOutcome {
      try Importer(
        try OpenedSite(opening: folder, .still), clock: now, mode: .apply, voice: .silent
      )
      .run(medium)
    }
    #expect(try run().refusal?.code == "WB3285")
    centre.forge.isRehearsal = true
    try centre.forge.addRoot()
    _ = try centre.export(2, to: medium)
    #expect(try run().refusal?.code == "WB3286")
  }

  @Test mutating func `S24: before the first policy the strictest built-ins hold at production`()
    throws
  {
    _ = try create(try setup())
    centre.policy = nil
    _ = try centre.export(1, to: temporary["medium"])
    let now = try #require(Instant("2026-11-02T00:00:00Z"))
    let outcome = try Importer(
      try OpenedSite(opening: folder, .still), clock: now, mode: .apply, voice: .silent
    ).run(temporary["medium"])
    #expect(outcome.refusal?.code == "WB3284")
    #expect(outcome.refusal?.expected.contains("built-in policy") == true)
  }

  @Test func `P08: a person's key is for that person alone under any umask`() throws {
    let path = temporary["anna.json"]
    let name = try #require(PersonName("Anna"))
    let anna = try PersonKeyFile.generate(name, to: path, passphrase: nil)
    #expect(FileQuery.status(path)?.mode == 0o600)
    #expect(try PersonKeyFile.person(name, in: PersonKeyFile.openFile(path)) == anna)
    #expect(
      code {
        _ = try PersonKeyFile.person(
          try #require(PersonName("Bo")), in: PersonKeyFile.openFile(path))
      } == "WB6447")
    let never: () throws(Refusal) -> Passphrase = { () throws(Refusal) in
      throw Refusal(TrustReason.missingPassphrase, "test", seen: "", expected: "")
    }
    #expect(try PersonKeyFile.open(path, passphrase: never, isRehearsal: true).id == anna.key.id)
    #expect(
      code { _ = try PersonKeyFile.open(path, passphrase: never, isRehearsal: false) } == "WB6403")
    _ = path.withPlatformString { chmod($0, 0o640) }
    #expect(
      code { _ = try PersonKeyFile.open(path, passphrase: never, isRehearsal: true) } == "WB6445")
  }
}
