// SPDX-License-Identifier: Apache-2.0
import Bundles
import Intents
import SystemPackage
import TestKit
import Testing
import Trust

/// Setting up a production site with two people at its terminal.
@Suite struct ProductionTests {
  private let scratch: Scratch
  private let site = BuiltProgram("waybill-site")
  private let fingerprint: String
  private let forge: PapersForge
  private var state: String { scratch["state"].string }

  init() throws {
    scratch = try Scratch()
    var forge = try PapersForge()
    forge.roots = [:]
    try forge.addRoot()
    self.forge = forge
    let root = try #require(forge.roots[1])
    try scratch.write("root.json", root)
    fingerprint = Digest.sha256(root).hex
    try scratch.write("phrase", "correct horse\n")
    for (name, file) in [("A. Berg", "anna.json"), ("Bo", "bo.json")] {
      let run = try withPhrase().run(
        "key", "generate", "--to", scratch[file].string, "--name", name, "--passphrase-fd", "3",
        "--json")
      #expect(run.exit == 0, "\(run.errors)")
    }
  }

  /// The program with the passphrase on descriptor 3.
  private func withPhrase() -> BuiltProgram {
    BuiltProgram(
      "waybill-site",
      wrapper: ["sh", "-c", "umask 000; exec \"$0\" \"$@\" 3<'\(scratch["phrase"])'"])
  }

  private func arguments(_ more: String...) -> [String] {
    [
      "init", "--site", "fjord-3", "--root", scratch["root.json"].string, "--library",
      scratch["library"].string, "--json", "--state", state,
    ] + more
  }

  private var operators: [String] {
    [
      "--operator", "A. Berg=\(scratch["anna.json.pub"])", "--operator",
      "Bo=\(scratch["bo.json.pub"])",
    ]
  }

  /// Two people type, then the passphrase is set twice.
  private func initialise(_ first: String, _ second: String) throws -> BuiltProgram.Run {
    try site.run(
      arguments() + operators,
      answering: [
        ("A. Berg: type", first), ("Bo: type", second), ("New passphrase", "correct horse"),
        ("same again", "correct horse"),
      ])
  }

  @Test func twoPeopleSetUpASiteWhoseKeysAreEncrypted() throws {
    let run = try initialise(fingerprint, fingerprint.uppercased())
    #expect(run.exit == 0, "\(run.output) \(run.errors)")
    #expect(run["rehearsal"] == false)
    #expect(run["operators"] == ["A. Berg", "Bo"])
    #expect(!run.errors.contains(fingerprint), "what was typed is not shown")
    let enrolment = scratch["enrolment"].string
    let enrol = ["enrol", "--to", enrolment, "--json", "--state", state]
    #expect(try site.run(enrol).text("code") == "WB1595")
    try scratch.write("credentials/site-passphrase", "correct horse\n")
    let service = BuiltProgram(
      "waybill-site", environment: ["CREDENTIALS_DIRECTORY": scratch["credentials"].string])
    #expect(try service.run(enrol).exit == 0)
    #expect(try withPhrase().run(enrol + ["--passphrase-fd", "3"]).exit == 0)
    try scratch.write("phrase", "wrong\n")
    let other = ["enrol", "--to", enrolment + ".2", "--json", "--state", state]
    #expect(try withPhrase().run(other + ["--passphrase-fd", "3"]).exit == 0)  // frozen before
    #expect(try site.run(["status", "--json", "--state", state])["rehearsal"] == false)
    for name in ["keys/site.json", "keys/opening.json", "journal.sqlite"] {
      #expect(try Files.mode(of: scratch["state"].appending(name)) == 0o600, "\(name)")
    }
  }

  @Test("P09: the site's own passphrase is asked for three times at its terminal")
  func wrongPassphrase() throws {
    #expect(try initialise(fingerprint, fingerprint).exit == 0)
    let enrol = ["enrol", "--to", scratch["enrolment"].string, "--json", "--state", state]
    func type(_ answers: String...) throws -> BuiltProgram.Run {
      try site.run(
        enrol, answering: answers.map { ("Passphrase of the site's keys: ", $0) })
    }
    let refused = try type("wrong", "worse", "bad")
    #expect(refused.exit == 64, "\(refused)")
    #expect(refused.text("code") == "WB6401")
    #expect(try !Files.names(in: scratch.path).contains("enrolment"))
    #expect(try type("wrong", "correct horse").exit == 0)
  }

  @Test(arguments: [true, false])
  func S30_oneOfTwoPeopleTypesAnotherFingerprint(isFirst: Bool) throws {
    let other = Digest.sha256([1]).hex
    let run = try initialise(isFirst ? other : fingerprint, isFirst ? fingerprint : other)
    #expect(run.exit == 12)
    #expect(run.text("seen") == fingerprint)
    #expect(run.text("expected")?.contains(other) == true)
    #expect(throws: (any Error).self) { try Files.names(in: scratch["state"]) }
    #expect(throws: (any Error).self) { try Files.names(in: scratch["library"]) }
  }

  @Test func P04_P02_nobodyOrOnePersonSetsUpNothing() throws {
    #expect(try site.run(arguments() + operators).text("code") == "WB1595")
    #expect(try site.run(arguments() + operators.prefix(2)).text("code") == "WB1580")
    #expect(
      try site.run(arguments("--fingerprint", fingerprint) + operators).text("code") == "WB1580")
    let twice = operators.prefix(2) + ["--operator", "A. Berg=\(scratch["anna.json.pub"])"]
    #expect(try site.run(arguments() + twice).text("code") == "WB1547")
    let wrong = ["--operator", "A. Berg=\(scratch["bo.json.pub"])"] + operators.suffix(2)
    #expect(try site.run(arguments() + wrong).text("code") == "WB6447")
    #expect(throws: (any Error).self) { try Files.names(in: scratch["state"]) }
  }

  @Test func aHolderVouchesForAnOfficerOnTheirOwnMachine() throws {
    let file = scratch["vouched"].string
    let centre = BuiltProgram(
      "waybill-centre", wrapper: ["sh", "-c", "exec \"$0\" \"$@\" 3<'\(scratch["phrase"])'"])
    let arguments = [
      "officer", "vouch", "Bo", scratch["bo.json.pub"].string, "--key", scratch["anna.json"].string,
      "--passphrase-fd", "3", "--to", file, "--json",
    ]
    let asked = try centre.run(arguments + ["--confirm", "?"])
    #expect(asked.exit == 15)
    let run = try centre.run(arguments + ["--confirm", asked.text("expected") ?? ""])
    #expect(run.exit == 0, "\(run.output) \(run.errors)")
    #expect(try Files.bytes(FilePath(file)).isEmpty == false)
  }

  @Test func P12_aProductionSiteTakesNoRehearsalRoot() throws {
    var forge = try PapersForge()
    forge.roots = [:]
    forge.isRehearsal = true
    try forge.addRoot()
    let root = try #require(forge.roots[1])
    try scratch.write("root.json", root)
    let right = Digest.sha256(root).hex
    let run = try initialise(right, right)
    #expect(run.exit == 32)
    #expect(run.text("code") == "WB3286")
    #expect(throws: (any Error).self) { try Files.names(in: scratch["state"]) }
  }

  @Test func P07_aRootThatNamesAPublishedKeySetsUpNothing() throws {
    var forge = forge
    forge.roots = [:]
    forge.signers[.root]?.keys = [try GoldenKey.root.secret()]
    try forge.addRoot()
    let root = try #require(forge.roots[1])
    try scratch.write("root.json", root)
    let right = Digest.sha256(root).hex
    let run = try initialise(right, right)
    #expect(run.exit == 11)
    #expect(run.text("code") == "WB1119")
    #expect(throws: (any Error).self) { try Files.names(in: scratch["state"]) }
  }

  /// Shows the site a bundle of its centre, made with these papers and this policy, on the day after.
  private func meet(
    _ papers: PapersForge, _ policy: SitePolicy? = nil
  ) throws -> BuiltProgram.Run {
    var bundle = BundleForge(papers: papers, courier: try GoldenKey.courier("another courier"))
    bundle.policy = policy
    for (name, bytes) in try bundle.files() {
      try scratch.write("medium/\(bundle.name)/\(name)", bytes)
    }
    return try BuiltProgram("waybill-site", wrapper: ["faketime", "2026-11-02 00:00:00"]).run(
      "import", scratch["medium"].string, "--json", "--state", state)
  }

  private func policy(site: String = "fjord-3", operators: Int64) -> SitePolicy {
    SitePolicy(
      site: SiteID(site), sealing: .none, egress: .full, removals: .approved, operators: operators,
      collections: [], scopeCeiling: [])
  }

  @Test(
    "S32: a policy that lets one person approve is refused outside a rehearsal, whoever signed it")
  func looserPolicy() throws {
    #expect(try initialise(fingerprint, fingerprint).exit == 0)
    let before = try site.run("status", "--json", "--state", state)
    let run = try meet(forge, policy(operators: 1))
    #expect(run.exit == 32, "\(run.output)")
    #expect(run.text("code") == "WB3285")
    let after = try site.run("status", "--json", "--state", state)
    #expect(after["policy"] == before["policy"], "\(after.output)")
  }

  @Test("S24: before any policy the built-in one demands sealing, and is named")
  func builtIn() throws {
    #expect(try initialise(fingerprint, fingerprint).exit == 0)
    let run = try meet(forge)
    #expect(run.exit == 32, "\(run.output)")
    #expect(run.text("code") == "WB3284")
    #expect(run.text("expected")?.contains("built-in") == true)
  }

  @Test(
    "P12: a production root's successor that says rehearsal brings nothing to a production site")
  func rehearsalSuccessor() throws {
    #expect(try initialise(fingerprint, fingerprint).exit == 0)
    var turned = forge
    turned.isRehearsal = true
    try turned.addRoot(before: turned.signers[.root]?.keys ?? [])
    let run = try meet(turned, policy(operators: 1))
    #expect(run.exit == 32, "\(run.output)")
    #expect(run.text("code") == "WB3286")
    #expect(try site.run("status", "--json", "--state", state)["rehearsal"] == false)
  }
}
