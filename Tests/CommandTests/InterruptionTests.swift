// SPDX-License-Identifier: Apache-2.0
import SystemPackage
import TestKit
import Testing
import Trust

/// A command that cannot end as it should.
@Suite struct InterruptionTests {
  private func ready() throws -> Rehearsal {
    let loop = try Rehearsal()
    try loop.setUp()
    try loop.release(
      version: "1", counter: 1,
      files: ["tool.exe": program(1, count: 90_000), "a.txt": Array("one\n".utf8)])
    return loop
  }

  @Test(arguments: ["waybill-centre", "waybill-site"])
  func F02_aResultThatStandardOutputDoesNotTakeIsNoSuccess(name: String) throws {
    let loop = try ready()
    let state = loop.scratch[name == "waybill-site" ? "site-fjord-3" : "centre"].string
    let full = BuiltProgram(name, wrapper: ["sh", "-c", "exec \"$0\" \"$@\" > /dev/full"])
    let run = try full.run("status", "--json", "--state", state)
    #expect(run.exit == 70)
    #expect(run.errors.contains("standard output could not be written"))
  }
}
