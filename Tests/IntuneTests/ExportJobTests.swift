// SPDX-License-Identifier: Apache-2.0
import HTTP
import Intents
import Intune
import TestKit
import Testing
import Trust

@Suite struct ExportJobTests {
  private let app = Simulated.app(1)

  private func job(_ status: String, _ more: (String, JSONValue)...) -> HTTPResponse {
    let members: [(String, JSONValue)] = [("id", "Job_1-a.b"), ("status", .string(status))]
    return .json(200, .object(JSONObject(members + more)))
  }

  private func refused(_ graph: ScriptedGraph) throws -> Refusal? {
    try graph.refused { (client) throws(Refusal) in _ = try client.installResults(ofApp: app) }
  }

  @Test
  func `a job is asked for by its columns, looked at until it ends, and fetched without a token`()
    throws
  {
    let url = "https://files.test/a.zip?sig=geheim"
    let graph = ScriptedGraph(
      job("notStarted"), job("inProgress"), job("somethingNew", ("url", "")),
      job(
        "completed", ("url", .string(url)),
        ("expirationDateTime", "2026-11-01T08:00:01.5Z")), HTTPResponse(status: 404))
    let seen = try refused(graph)
    let expected: JSONValue = [
      "@odata.type": "#microsoft.graph.deviceManagementExportJob",
      "reportName": "DeviceInstallStatusByApp", "filter": .string("(ApplicationId eq '\(app)')"),
      "select": [
        "DeviceName", "DeviceId", "AppInstallState", "AppInstallStateDetails", "AppVersion",
        "ErrorCode", "LastModifiedDateTime",
      ], "format": "csv", "localizationType": "localizedValuesAsAdditionalColumn",
    ]
    #expect(try graph.body(0) == expected)
    #expect(graph.paths[1] == "deviceManagement/reports/exportJobs('Job_1-a.b')")
    #expect(graph.slept == [2, 4])
    let fetch = try #require(graph.requests.last)
    #expect(fetch.address == url)
    #expect(fetch.headers.isEmpty)
    #expect(seen?.code == IntuneReason.exportUnusable.code)
    // The address is a secret.
    #expect(seen.map { "\($0)" }?.contains("geheim") == false)
  }

  @Test func `a report that does not end is pending, and one that failed or ran out is unusable`()
    throws
  {
    let endless = ScriptedGraph(job("notStarted"))
    endless.answers += (0..<50).map { _ in .success(job("inProgress")) }
    #expect(try refused(endless)?.code == IntuneReason.exportPending.code)
    #expect(endless.slept.count == 40)
    for end in [
      job("failed"), job("completed"), HTTPResponse.failure(404),
      job(
        "completed", ("url", "https://files.test/a"),
        ("expirationDateTime", "2026-11-01T08:00:00Z")),
    ] {
      let graph = ScriptedGraph(job("notStarted"), end)
      #expect(try refused(graph)?.code == IntuneReason.exportUnusable.code)
    }
  }

  @Test
  func `the file is fetched from nowhere but over TLS, and a server in trouble is tried again`()
    throws
  {
    for url in ["http://files.test/a", "ftp://files.test/a", "http://127.0.0.1:1/a", "file:///a"] {
      let graph = ScriptedGraph(job("notStarted"), job("completed", ("url", .string(url))))
      #expect(try refused(graph)?.code == IntuneReason.otherHost.code)
      #expect(graph.requests.count == 2)
    }
    let graph = ScriptedGraph(
      job("notStarted"), job("completed", ("url", "https://files.test/a?sig=geheim")),
      HTTPResponse(status: 503))
    graph.answers += [
      .failure(
        Refusal(HTTPReason.unreachable, "https://files.test/a?sig=geheim", seen: "1", expected: "2")
      ),
      .failure(
        Refusal(
          HTTPReason.serverUntrusted, "https://files.test/a?sig=geheim", seen: "3", expected: "4")
      ),
    ]
    let seen = try refused(graph)
    #expect(seen?.code == HTTPReason.serverUntrusted.code)
    #expect(seen.map { "\($0)" }?.contains("geheim") == false)
    #expect(graph.slept == [1, 2])
  }

  @Test func `an id of a job that could change an address is none`() throws {
    let id: JSONValue = ["id": "a')/b", "status": "notStarted"]
    let seen = try refused(ScriptedGraph(.json(201, id)))
    #expect(seen?.code == IntuneReason.unusableAnswer.code)
    #expect(ExportJob.ID("") == nil)
  }
}
