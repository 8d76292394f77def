// SPDX-License-Identifier: Apache-2.0
import GRDB
import SystemPackage
import TestKit
import Testing
import Trust

/// Two people, driven through the real programs.
@Suite struct PeopleTests {
  private static let files = ["tool.exe": program(1, count: 9000)]

  @Test func P01_P02_aBundleWaitsForTwoPeopleAndIsApplied() throws {
    let loop = try Rehearsal()
    try loop.setUpPeople()
    try loop.release(version: "1", counter: 1, files: Self.files)
    let medium = try loop.medium()
    // Policy has every change approved: the officers of the centre are asked first.
    #expect(try loop.centre("export", "fjord-3", "--to", medium).text("code") == "WB1545")
    try loop.approveExport()
    try loop.expectDone(try loop.centre("export", "fjord-3", "--to", medium))
    let before = try loop.library()
    let first = try loop.site("fjord-3", "import", medium)
    #expect(first.exit == 15)
    #expect(first.text("code") == "WB1582")
    #expect(first.text("hint")?.contains("waybill-site approve --key FILE") == true)
    #expect(try loop.library() == before)
    let digits = loop.digits(of: first)

    let anna = try loop.approve("anna", digits)
    #expect(anna.exit == 0)
    #expect(anna["granted"] == false)
    #expect(try loop.site("fjord-3", "apply").exit == 15)
    let twice = try loop.approve("anna", digits)
    #expect(twice.exit == 15)
    #expect(twice.text("code") == "WB1547")
    #expect(try loop.approve("bo", digits)["granted"] == true)
    #expect(try loop.site("fjord-3", "apply").exit == 0)
    #expect(try loop.library() != before)

    try loop.back(medium)
    let ingested = try loop.centre("ingest", medium)
    #expect(ingested.exit == 0)
    #expect(!ingested.output.contains("without approvals"))
    #expect(try loop.standing()["applied"] == 1)
  }

  @Test func P04_neitherOptionNorSilenceIsAYes() throws {
    let loop = try Rehearsal()
    let medium = try loop.waiting(Self.files)
    _ = medium
    let key = loop.scratch["anna.json"].string
    #expect(try loop.site("fjord-3", "approve", "--key", key, "--yes").text("code") == "WB1596")
    #expect(try loop.site("fjord-3", "approve", "--key", key).text("code") == "WB1595")
    let other = try loop.approve("anna", "00000000")
    #expect(other.exit == 15)
    #expect(other.text("code") == "WB1596")
  }

  @Test func P04_aPersonAtTheTerminalTypesTheDigits() throws {
    let loop = try Rehearsal()
    let digits = try loop.waiting(Self.files)
    let run = try loop.site.run(
      [
        "approve", "--key", loop.scratch["anna.json"].string, "--json", "--state",
        loop.scratch["site-fjord-3"].string,
      ], answering: [(question: "first 8 digits", answer: digits)])
    #expect(run.exit == 0, "\(run.output) \(run.errors)")
    #expect(run["people"] == ["Anna"])
  }

  @Test func P03_aStrangersKeyAndAnApprovalOfAnotherPlanDoNotCount() throws {
    let loop = try Rehearsal()
    let digits = try loop.waiting(Self.files)
    try loop.makeKey("Cleo")
    let stranger = try loop.approve("cleo", digits)
    #expect(stranger.exit == 15)
    #expect(stranger.text("code") == "WB1546")
    let carried = loop.scratch["carried"].string
    try loop.expectDone(try loop.approve("anna", digits, "--to", carried))
    try loop.expectDone(try loop.approve("bo", digits))
    // Another bundle comes before anybody applies: what was approved is not what it brings.
    try loop.release(version: "2", counter: 2, files: ["tool.exe": program(2, count: 9000)])
    let medium = try loop.medium("second")
    try loop.approveExport()
    try loop.expectDone(try loop.centre("export", "fjord-3", "--to", medium))
    let second = try loop.site("fjord-3", "import", medium)
    #expect(second.exit == 15)
    #expect(second.text("seen")?.contains("approval of Anna: N 1, not N 2") == true)
    let added = try loop.site("fjord-3", "approve", "--add", carried)
    #expect(added.exit == 15)
    #expect(added.text("seen") == "N 1")
  }

  @Test func anApprovalThatIsCarriedCounts() throws {
    let loop = try Rehearsal()
    let digits = try loop.waiting(Self.files)
    try loop.scratch.copy(loop.scratch["site-fjord-3"], to: "site-elsewhere")
    let file = loop.scratch["approval"].string
    try loop.expectDone(
      try loop.site(
        "elsewhere", "approve", "--key", loop.scratch["bo.json"].string, "--confirm", digits,
        "--to", file))
    try loop.expectDone(try loop.approve("anna", digits))
    #expect(try loop.site("fjord-3", "approve", "--add", file)["granted"] == true)
    #expect(try loop.site("fjord-3", "apply").exit == 0)
  }

  @Test func aKeyIsNeverWrittenOverAndNothingIsApprovedWhereNothingWaits() throws {
    let loop = try Rehearsal()
    try loop.setUpPeople()
    let key = try Files.bytes(loop.scratch["anna.json"])
    let again = try loop.site.run(
      "key", "generate", "--to", loop.scratch["anna.json"].string, "--name", "Anna", "--rehearsal",
      "--json")
    #expect(again.exit == 64)
    #expect(again.text("code") == "WB6446")
    #expect(try Files.bytes(loop.scratch["anna.json"]) == key)
    let approved = try loop.approve("anna", "00000000")
    #expect(approved.exit == 64)
    #expect(approved.text("code") == "WB6486")
  }

  @Test func P16_anApprovalThatRanOutStopsBeforeTheFirstEffect() throws {
    let loop = try Rehearsal()
    let digits = try loop.waiting(Self.files)
    for person in ["anna", "bo"] {
      try loop.expectDone(try loop.approve(person, digits, "--days", "2"))
    }
    let late = BuiltProgram("waybill-site", wrapper: ["faketime", "-f", "+3d"])
    let state = loop.scratch["site-fjord-3"].string
    let run = try late.run("apply", "--json", "--state", state)
    #expect(run.exit == 15)
    #expect(run.text("seen")?.contains("expired") == true)
    #expect(try loop.site("fjord-3", "apply").exit == 0)
  }

  @Test func A16_aRemovalIsDoneOncePeopleHaveApprovedIt() throws {
    let loop = try Rehearsal()
    try loop.setUpPeople(operators: 1)
    try loop.release(version: "1", counter: 1, files: Self.files)
    try loop.trip(try loop.medium("first"))
    try loop.expectDone(try loop.centre("intent", "withdraw", "tool", "--site", "fjord-3"))
    let medium = try loop.medium("second")
    #expect(try loop.centre("export", "fjord-3", "--to", medium).text("code") == "WB1545")
    #expect(try loop.centre("plan", "fjord-3")["asked"] == ["tool"])
    try loop.approveExport()
    try loop.expectDone(try loop.centre("export", "fjord-3", "--to", medium))
    let waits = try loop.site("fjord-3", "import", medium)
    #expect(waits.exit == 15)
    #expect(waits.text("code") == "WB1581")
    try loop.expectDone(try loop.approve("bo", loop.digits(of: waits)))
    try loop.expectDone(try loop.site("fjord-3", "apply"))
    #expect(try loop.library().keys.contains { $0.contains("Deployments/") } == false)
    try loop.back(medium)
    try loop.expectDone(try loop.centre("ingest", medium))
    #expect(try loop.centre("status").output.contains(#""state":"removed""#))
    #expect(try loop.site("fjord-3", "library", "verify").exit == 0)
  }

  @Test func R25_whatWasAppliedWithoutApprovalsIsBookedAndFlagged() throws {
    let loop = try Rehearsal()
    let digits = try loop.waiting(Self.files)
    for person in ["anna", "bo"] { try loop.expectDone(try loop.approve(person, digits)) }
    try loop.expectDone(try loop.site("fjord-3", "apply"))
    // A site that lies about its people can hide what they signed, and not make it.
    let journal = loop.scratch["site-fjord-3"].appending("journal.sqlite").string
    try DatabaseQueue(path: journal).write {
      try $0.execute(sql: "DELETE FROM approvals WHERE id = 1")
    }
    let medium = try loop.medium("back")
    try loop.back(medium)
    let ingested = try loop.centre("ingest", medium)
    #expect(ingested.exit == 0)
    #expect(ingested.output.contains("1 intent applied without approvals: tool (1 of 2 approvals"))
    let status = try loop.centre("status")
    #expect(status.output.contains("\"unapproved\":\"1 of 2 approvals of plan"))
    #expect(try loop.standing()["applied"] == 1)
  }

  @Test func C07_whatIsCalledCriticalIsExportedOnceAnOfficerHasApprovedIt() throws {
    let loop = try Rehearsal()
    try loop.setUpPeople(operators: 1)
    try loop.release(version: "1", counter: 1, files: Self.files, isCritical: true)
    let medium = try loop.medium()
    let refused = try loop.centre("export", "fjord-3", "--to", medium)
    #expect(refused.exit == 15)
    #expect(refused.text("code") == "WB1545")
    #expect(try Files.names(in: FilePath(medium)).isEmpty)
    let plan = try loop.centre("plan", "fjord-3")
    #expect(plan["critical"] == ["tool"])
    let digits = loop.digits(of: plan)
    let key = loop.scratch["anna.json"].string
    func approve() throws -> BuiltProgram.Run {
      try loop.centre("approve", "fjord-3", "--key", key, "--confirm", digits)
    }
    #expect(try approve().text("code") == "WB1546")
    try loop.expectDone(
      try loop.centre("officer", "add", "Anna", loop.scratch["anna.json.pub"].string))
    #expect(try loop.centre("officer", "add", "Anna", key + ".pub").text("code") == "WB1547")
    #expect(try approve()["granted"] == true)
    try loop.expectDone(try loop.centre("export", "fjord-3", "--to", medium))
    #expect(try approve().text("code") == "WB6473")
    // The site asks its own people all the same.
    let waits = try loop.site("fjord-3", "import", medium)
    #expect(waits.exit == 15)
    try loop.expectDone(try loop.approve("anna", loop.digits(of: waits)))
    #expect(try loop.site("fjord-3", "apply").exit == 0)
  }

  @Test func C07_aRollbackIsExportedOnceAnOfficerHasApprovedIt() throws {
    let loop = try Rehearsal()
    try loop.setUp()
    try loop.release(version: "1", counter: 1, files: Self.files)
    try loop.release(version: "2", counter: 2, files: ["tool.exe": program(2, count: 9000)])
    try loop.trip(try loop.medium("first"))
    try loop.expectDone(
      try loop.applyIntent("tool", version: "1", to: ["fjord-3"], isRollback: true))
    let medium = try loop.medium("second")
    #expect(try loop.centre("export", "fjord-3", "--to", medium).text("code") == "WB1545")
    let plan = try loop.centre("plan", "fjord-3")
    #expect(plan["critical"] == [])
    #expect(plan["asked"] == ["tool"])
    try loop.approveExport()
    try loop.expectDone(try loop.centre("export", "fjord-3", "--to", medium))
  }

  @Test func P08_aPersonsKeyIsForThatPersonAlone() throws {
    let loop = try Rehearsal()
    let file = loop.scratch["open.json"]
    let run = try BuiltProgram(
      "waybill-site", wrapper: ["sh", "-c", "umask 000; exec \"$0\" \"$@\""]
    )
    .run("key", "generate", "--to", file.string, "--name", "Anna", "--rehearsal", "--json")
    #expect(run.exit == 0, "\(run.errors)")
    #expect(try Files.mode(of: file) == 0o600)
    let digits = try loop.waiting(Self.files)
    try FilePermissions([.ownerReadWrite, .otherRead]).set(on: loop.scratch["anna.json"])
    let refused = try loop.approve("anna", digits)
    #expect(refused.exit == 64)
    #expect(refused.text("code") == "WB6445")
  }
}

extension Rehearsal {
  /// A person's key without a passphrase; its files are called as the person, in small letters.
  func makeKey(_ name: String) throws {
    try expectDone(
      try site.run(
        "key", "generate", "--to", scratch["\(name.lowercased()).json"].string, "--name", name,
        "--rehearsal", "--json"))
  }

  /// As `setUp`, with Anna and Bo at the site.
  func setUpPeople(operators: Int = 2, breakGlassDays: Int = 0) throws {
    try makeKey("Anna")
    try makeKey("Bo")
    try setUp(
      site: "fjord-3", sealing: "none", "--operator", "Anna=\(scratch["anna.json.pub"])",
      "--operator", "Bo=\(scratch["bo.json.pub"])")
    try expectDone(
      try applyPolicy(site: "fjord-3", operators: operators, breakGlassDays: breakGlassDays))
    try expectDone(try centre("policy", "sign"))
  }

  /// A site whose first bundle waits for Anna and Bo.
  ///
  /// - Returns: the digits that they type.
  func waiting(_ files: [String: [UInt8]]) throws -> String {
    try setUpPeople()
    try release(version: "1", counter: 1, files: files)
    let medium = try medium()
    try approveExport()
    try expectDone(try centre("export", "fjord-3", "--to", medium))
    return digits(of: try site("fjord-3", "import", medium))
  }

  /// Anna, as officer of the centre, approves the next bundle where somebody must.
  func approveExport() throws {
    if try centre("officer", "list").list("officers").isEmpty {
      if scratch.isMissing("anna.json") { try makeKey("Anna") }
      try expectDone(try centre("officer", "add", "Anna", scratch["anna.json.pub"].string))
    }
    let plan = try centre("plan", "fjord-3")
    try expectDone(plan)
    if !plan.list("asked").isEmpty { try expectDone(try accept()) }
  }

  func digits(of run: BuiltProgram.Run) -> String {
    String(run.text("plan_digest")?.prefix(8) ?? "")
  }

  func approve(_ person: String, _ digits: String, _ more: String...) throws -> BuiltProgram.Run {
    try site.run(
      [
        "approve", "--key", scratch["\(person).json"].string, "--confirm", digits, "--json",
        "--state", scratch["site-fjord-3"].string,
      ] + more)
  }
}
