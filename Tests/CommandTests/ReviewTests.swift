// SPDX-License-Identifier: Apache-2.0
import GRDB
import SystemPackage
import TestKit
import Testing
import Trust

/// Reviews before a report leaves, approvers who are struck, and how a rehearsal marks what it says.
@Suite struct ReviewTests {
  private let loop: Rehearsal

  init() throws {
    loop = try Rehearsal()
    try loop.setUpPeople(operators: 1)
  }

  private func sign(_ policy: String) throws {
    let file = try loop.scratch.write(
      "other-policy.yaml",
      """
      waybill: policy/1
      site: fjord-3
      sealing: none
      egress: full
      removals: approved
      collections: [\(Rehearsal.collection)]
      scope_ceiling: [site-class:air-gapped]
      \(policy)

      """)
    try loop.expectDone(try loop.centre("policy", "apply", "-f", file.string))
    try loop.expectDone(try loop.centre("policy", "sign"))
  }

  private func keyID(of person: String) throws -> String {
    let file = try Files.bytes(loop.scratch["\(person).json"])
    return try KeyFile(parsing: file, named: person).keyid
  }

  @Test func P05_aReportThatNobodyReviewedDoesNotLeave() throws {
    try sign("operators: 1\negress_review: required")
    let medium = try loop.medium()
    try loop.out(medium)
    let back = try loop.medium("back")
    let refused = try loop.site("fjord-3", "return", "--to", back)
    #expect(refused.exit == 15, "\(refused.output)")
    #expect(refused.text("code") == "WB1584")
    #expect(try Files.names(in: FilePath(back)).isEmpty, "nothing was written")
    let key = loop.scratch["anna.json"].string
    let asked = try loop.site("fjord-3", "approve", "--key", key, "--confirm", "?")
    try loop.expectDone(try loop.approve("anna", asked.text("expected") ?? ""))
    try loop.back(back)
    try loop.expectDone(try loop.centre("ingest", back))
  }

  @Test func P16_anApproverWhomNewerPolicyStrikesCountsNoMore() throws {
    try sign("operators: 2")
    try loop.release(version: "1", counter: 1, files: ["tool.exe": program(1, count: 900)])
    let first = try loop.medium("first")
    try loop.approveExport()
    try loop.expectDone(try loop.centre("export", "fjord-3", "--to", first))
    let digits = loop.digits(of: try loop.site("fjord-3", "import", first))
    for person in ["anna", "bo"] { try loop.expectDone(try loop.approve(person, digits)) }
    // Before anybody runs `apply`, Anna is struck.
    try sign("operators: 1\napprovals: all\napprovers: [\(try keyID(of: "bo"))]")
    let second = try loop.medium("second")
    try loop.approveExport()
    try loop.expectDone(try loop.centre("export", "fjord-3", "--to", second))
    let waits = try loop.site("fjord-3", "import", second)
    #expect(waits.exit == 15, "\(waits.output)")
    let struck = try loop.approve("anna", loop.digits(of: waits))
    #expect(struck.exit == 15)
    #expect(struck.text("code") == "WB1546")
    #expect(try loop.site("fjord-3", "apply").exit == 15)
    try loop.expectDone(try loop.approve("bo", loop.digits(of: waits)))
    #expect(try loop.site("fjord-3", "apply").exit == 0)
  }

  @Test func P18_everythingThatARehearsalSaysAndSignsIsMarked() throws {
    try sign("operators: 2")
    try loop.release(version: "1", counter: 1, files: ["tool.exe": program(1, count: 900)])
    let medium = try loop.medium()
    try loop.approveExport()
    try loop.expectDone(try loop.centre("export", "fjord-3", "--to", medium))
    let digits = loop.digits(of: try loop.site("fjord-3", "import", medium))
    let approval = loop.scratch["approval"]
    let approved = try loop.approve("anna", digits, "--to", approval.string)
    #expect(approved["rehearsal"] == true)
    #expect(try payload(of: approval).contains(#""rehearsal":true"#))
    try loop.expectDone(try loop.approve("bo", digits))
    try loop.expectDone(try loop.site("fjord-3", "apply"))
    let state = loop.scratch["site-fjord-3"].string
    for arguments in [["status"], ["apply"], ["return", "--to", medium], ["history"]] {
      let run = try loop.site.run(arguments + ["--state", state])
      #expect((run.output + run.errors).contains("REHEARSAL"), "\(arguments)")
    }
    let folder = try #require(
      try Files.names(in: FilePath(medium)).first { $0.contains(".back.") }
    ).split(separator: "/")[0]
    let papers = FilePath("\(medium)/\(folder)/papers.tar")
    #expect(try payload(of: papers).contains(#""rehearsal":true"#), "the report")
    let centre = try loop.centre.run("status", "--state", loop.scratch["centre"].string)
    #expect((centre.output + centre.errors).contains("REHEARSAL"))
  }

  /// What the first statement in a file says.
  private func payload(of file: FilePath) throws -> String {
    let text = String(decoding: try Files.bytes(file), as: UTF8.self)
    let payload = text.split(separator: #""payload":""#).dropFirst().first?.prefix { $0 != "\"" }
    return String(decoding: Base64.decode(payload ?? "") ?? [], as: UTF8.self)
  }
}
