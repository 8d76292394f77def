// SPDX-License-Identifier: Apache-2.0
import Intents
import SystemPackage
import TestKit
import Testing
import Trust

/// Which distribution point a site drives is said once, in a file, and checked before anything changes.
@Suite struct PointCommandTests {
  private let loop: Rehearsal

  init() throws {
    loop = try Rehearsal()
    try loop.setUp()
  }

  private func settings(_ kind: String, _ rest: String) throws -> String {
    let folder = loop.scratch["sources"].string
    return try loop.scratch.write(
      "point.json",
      #"{"waybill":"point/1","kind":"\#(kind)","site_code":"PS1","distribution_points":["DP1"],"#
        + #""sources":{"folder":"\#(folder)","unc":"\\\\srv\\src$\\waybill"},"# + rest + "}"
    ).string
  }

  private func adminService(at host: String) throws -> String {
    try settings("adminservice", #""adminservice":{"address":"https://\#(host)"}"#)
  }

  private func set(_ file: String) throws -> BuiltProgram.Run {
    try loop.site("fjord-3", "point", "set", "-f", file)
  }

  private func drivesLibrary() throws -> Bool {
    try loop.site("fjord-3", "point", "show").output.contains(#""settings":null"#)
  }

  @Test func `a rehearsal drives nothing that could be real`() throws {
    let folders = ["outbox", "inbox"].map { loop.scratch[$0].string }
    let runbook =
      #""runbook":{"outbox":"\#(folders[0])","inbox":"\#(folders[1])","collections":{}}"#
    for file in [try adminService(at: "sms1.corp.test"), try settings("runbook", runbook)] {
      let run = try set(file)
      #expect(run.exit == 32 && run.text("code") == "WB3287", "\(run.output)")
    }
    #expect(try drivesLibrary())
    #expect(loop.scratch.isMissing("sources"))
  }

  @Test(arguments: [
    ("kind", "console"), ("site_code", "ps1"), ("waybill", "point/2"), ("extra", "1"),
  ])
  func `a description that is wrong is told by its field, and nothing changes`(
    field: String, value: String
  ) throws {
    let file = try adminService(at: "127.0.0.1:9")
    var text = String(decoding: try Files.bytes(FilePath(file)), as: UTF8.self)
    if field == "extra" {
      text = text.replacing("{\"waybill\"", with: "{\"extra\":1,\"waybill\"")
    } else {
      text = text.replacing(
        try Regex("\"\(field)\":\"[^\"]*\""), with: "\"\(field)\":\"\(value)\"")
    }
    let run = try set(try loop.scratch.write("point.json", text).string)
    #expect(run.exit == 64, "\(run.output)")
    #expect(run.output.contains(field))
    #expect(try drivesLibrary())
  }

  @Test func `A01: a site that does not answer is waited for, and the library can be driven again`()
    throws
  {
    try loop.expectDone(try set(try adminService(at: "127.0.0.1:9")))
    #expect(try !drivesLibrary())
    let doctor = try loop.site("fjord-3", "doctor")
    #expect(doctor.exit == 30, "\(doctor.output)")
    try loop.expectDone(try loop.site("fjord-3", "point", "reset"))
    #expect(try drivesLibrary())
    #expect(try loop.site("fjord-3", "doctor").exit == 0)
  }
}
