// SPDX-License-Identifier: Apache-2.0
import SystemPackage
import TestKit
import Testing
import Trust

/// Clocks and expired bundles, driven through the real programs.
@Suite struct ClockTests {
  private static let files = ["tool.exe": program(1, count: 9000)]
  private let loop: Rehearsal
  private let medium: String

  init() throws {
    loop = try Rehearsal()
    try loop.setUpPeople(breakGlassDays: 5)
    let first = try loop.medium("first")
    try loop.expectDone(try loop.centre("export", "fjord-3", "--to", first))
    try loop.expectDone(try loop.site("fjord-3", "import", first))
    try loop.release(version: "1", counter: 1, files: Self.files)
    medium = try loop.medium()
    try loop.approveExport()
    try loop.expectDone(try loop.centre("export", "fjord-3", "--to", medium))
  }

  /// A command of the site under another clock.
  private func site(at clock: String, _ arguments: String...) throws -> BuiltProgram.Run {
    try BuiltProgram("waybill-site", wrapper: ["faketime", "-f", clock]).run(
      arguments + ["--json", "--state", loop.scratch["site-fjord-3"].string])
  }

  private func digits(of question: BuiltProgram.Run) -> String {
    question.text("expected") ?? ""
  }

  @Test func S08_glassIsBrokenByTwoPeopleWithinTheBoundOfPolicy() throws {
    let reason = ["--break-glass", "the ship sails"]
    func take(_ clock: String) throws -> BuiltProgram.Run {
      try site(at: clock, "import", medium, reason[0], reason[1])
    }
    #expect(try site(at: "+91d", "import", medium).exit == 14)
    #expect(try take("+96d").exit == 14)
    let asked = try take("+91d")
    #expect(asked.exit == 15)
    #expect(asked.text("code") == "WB1583")
    for person in ["anna", "bo"] {
      let key = loop.scratch["\(person).json"].string
      let question = try site(at: "+91d", "approve", "--key", key, "--confirm", "?")
      #expect(question.text("code") == "WB1596")
      #expect(try take("+91d").text("code") == "WB1583")
      try loop.expectDone(
        try site(at: "+91d", "approve", "--key", key, "--confirm", digits(of: question)))
    }
    let taken = try take("+91d")
    #expect(taken.text("code") == "WB1582")
    for person in ["anna", "bo"] {
      let key = loop.scratch["\(person).json"].string
      try loop.expectDone(
        try site(at: "+91d", "approve", "--key", key, "--confirm", loop.digits(of: taken)))
    }
    try loop.expectDone(try site(at: "+91d", "apply"))
    let history = try loop.site("fjord-3", "history")
    #expect(history.output.contains("bundle.break-glass"))
    #expect(history.output.contains("the ship sails"))
  }

  @Test func S11_aClockAt2099WaitsForTwoPeople() throws {
    let clock = "@2099-01-01 00:00:00"
    #expect(try site(at: clock, "import", medium).exit == 14)
    let status = try site(at: clock, "time", "status")
    #expect(status.exit == 0)
    #expect(status["source"] == "floor")
    let today = try #require(status.text("floor"))
    for person in ["anna", "bo"] {
      let key = loop.scratch["\(person).json"].string
      #expect(try site(at: clock, "import", medium).text("code") == "WB1405")
      let question = try site(at: clock, "time", "confirm", today, "--key", key, "--confirm", "?")
      let arguments = ["time", "confirm", today, "--key", key, "--confirm", digits(of: question)]
      let run = try BuiltProgram("waybill-site", wrapper: ["faketime", "-f", clock]).run(
        arguments + ["--json", "--state", loop.scratch["site-fjord-3"].string])
      try loop.expectDone(run)
    }
    #expect(try site(at: clock, "time", "status")["source"] == "confirmed")
    let taken = try site(at: clock, "import", medium)
    #expect(taken.text("code") == "WB1582", "\(taken.output)")
    // It was for this bundle.
    #expect(try site(at: clock, "time", "status")["source"] == "floor")
    // With the clock put right nothing more needs to be confirmed.
    #expect(try loop.site("fjord-3", "time", "status")["source"] == "clock")
  }

  @Test func S10_aClockAt1970IsNamedAndTheFloorUsed() throws {
    let clock = "@1970-01-02 00:00:00"
    #expect(try site(at: clock, "time", "status")["source"] == "floor")
    let run = try site(at: clock, "import", medium, "--plan")
    #expect(run.output.contains("the clock is behind"), "\(run.output)")
  }
}
