// SPDX-License-Identifier: Apache-2.0
import HTTP
import Intents
import Intune
import TestKit
import Testing
import Trust

/// The bodies in Data are what the connector sends; scripts/interop/graph-sdk has Microsoft's own library write
/// the same.
@Suite struct EmittedBodyTests {
  private func committed(_ name: String) throws -> JSONValue {
    let file = "Tests/IntuneTests/Data/\(name).json"
    return try JSONValue(parsing: try Repository.contents(of: file), named: file)
  }

  @Test func `an app's assignments are the committed body`() throws {
    let settings = Win32Settings(
      delivery: .foreground,
      restart: Win32Settings.Restart(grace: 1440, countdown: 15, snooze: 240),
      start: Instant("2027-01-01T00:00:00Z"), deadline: Instant("2027-01-15T00:00:00Z"))
    let wanted = [
      AppAssignment(intent: .required, target: .group(Simulated.group(1)), settings: settings),
      AppAssignment(intent: .required, target: .excludingGroup(Simulated.group(2))),
    ]
    let merge = try AssignmentMerge(adding: wanted, to: [], of: "app", broad: .refused)
    #expect(merge.isNeeded)
    #expect(merge.body == (try committed("assign-app")))
  }

  @Test func `a policy's assignments are the committed body`() throws {
    let graph = ScriptedGraph(.page([]), .json(200, ["value": []]))
    let seen = try graph.refused { (client) throws(Refusal) in
      _ = try client.assign(policy: Simulated.policy(1), to: [.group(Simulated.group(1))])
    }
    #expect(seen != nil)
    #expect(try graph.body(1) == committed("assign-policy"))
  }

  @Test func `the request for a report is the committed body`() throws {
    #expect(ExportJob.installStates(of: Simulated.app(1)) == (try committed("export-job")))
  }
}
