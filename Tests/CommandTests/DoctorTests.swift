// SPDX-License-Identifier: Apache-2.0
import Intents
import SystemPackage
import TestKit
import Testing
import Trust

/// `doctor` names what would stop the next trip, and changes nothing.
@Suite struct DoctorTests {
  private let loop: Rehearsal

  init() throws {
    loop = try Rehearsal()
    try loop.setUp()
    try loop.release(version: "1", counter: 1, files: ["tool.exe": program(1, count: 9000)])
    try loop.trip(try loop.medium())
  }

  private func verdicts(_ run: BuiltProgram.Run) -> [String: String] {
    var verdicts: [String: String] = [:]
    for each in run.list("diagnoses") {
      guard case .string(let subject)? = each.member("subject"),
        case .string(let verdict)? = each.member("verdict")
      else { continue }
      verdicts[subject] = verdict
    }
    return verdicts
  }

  private func sites(at clock: String) throws -> BuiltProgram.Run {
    try BuiltProgram("waybill-site", wrapper: ["faketime", "-f", clock]).run([
      "doctor", "--json", "--state", loop.scratch["site-fjord-3"].string,
    ])
  }

  @Test func aSoundSiteAndCentreHaveNothingBrokenAndNothingChanges() throws {
    let before = try loop.site("fjord-3", "history").list("events")
    let site = try loop.site("fjord-3", "doctor")
    #expect(site.exit == 0, "\(site.output)")
    let expected = [
      "state", "trust", "clock", "keys", "approvals", "bundle", "disk", "distribution point",
    ]
    #expect(expected.allSatisfy { verdicts(site)[$0] != nil && verdicts(site)[$0] != "broken" })
    #expect(verdicts(site)["distribution point"] == "fine")
    #expect(try loop.site("fjord-3", "history").list("events") == before)
    let centre = try loop.centre("doctor")
    #expect(centre.exit == 0, "\(centre.output)")
    #expect(verdicts(centre)["ledger"] == "fine")
    #expect(verdicts(centre)["site fjord-3"] == "fine")
  }

  @Test func aPointThatIsGoneIsBrokenAndTheRestIsStillLookedAt() throws {
    let library = loop.scratch["library-fjord-3"]
    try Files.move(library, to: loop.scratch["away"])
    let run = try loop.site("fjord-3", "doctor")
    #expect(run.exit == 30, "\(run.output)")
    #expect(run.text("code") == "WB3050")
    #expect(verdicts(run)["distribution point"] == "broken")
    #expect(verdicts(run)["keys"] == "fine")
  }

  @Test(arguments: [("-800d", "clock"), ("+40d", "bundle"), ("+700d", "trust")])
  func whatTimeWearsOutAsksForAttention(clock: String, subject: String) throws {
    let run = try sites(at: clock)
    #expect(verdicts(run)[subject] == "attention", "\(run.output)")
  }

  @Test func openModesAndMissingStateAreTold() throws {
    try FilePermissions(rawValue: 0o755).set(on: loop.scratch["site-fjord-3"].appending("keys"))
    let loose = try loop.site("fjord-3", "doctor")
    #expect(loose.exit != 0 && verdicts(loose) == ["state": "broken"], "\(loose.output)")
    #expect(try loop.site("oslo-2", "doctor").exit == 64)
    try FilePermissions(rawValue: 0o755).set(on: loop.scratch["centre"].appending("keys"))
    #expect(verdicts(try loop.centre("doctor"))["keys"] == "attention")
  }

  @Test func numbersThatDisagreeStopASite() throws {
    try loop.scratch.write("centre/numbers/fjord-3", "90\n")
    let run = try loop.centre("doctor")
    #expect(run.exit == 13, "\(run.output)")
    #expect(verdicts(run)["site fjord-3"] == "broken")
  }
}
