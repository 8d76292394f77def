// SPDX-License-Identifier: Apache-2.0
import Distribution
import Foundation
import Intents
import Testing

/// What a site says of its devices, and lists in general.
@Suite struct AdminServiceStatusTests {
  private let plane: AdminServicePlane

  init() throws { plane = try AdminServicePlane() }

  private func outcome(_ values: [String: Any], of device: String = "PC-001") throws {
    try plane.site.change { $0["outcomes"] = ["PS100001|install|\(device)": values] }
  }

  @Test(
    "A21: each StatusType has one state, and what is in no list is unknown",
    arguments: [
      (1, ComplianceRecord.State.succeeded), (2, .inProgress), (3, .unknown), (4, .unknown),
      (5, .failed), (0, .unknown), (77, .unknown),
    ])
  func types(type: Int, state: ComplianceRecord.State) throws {
    try plane.apply()
    try plane.enrol(["PC-001"], in: plane.collection())
    try outcome(["StatusType": type])
    let record = try #require(try plane.status(plane.key()).first)
    #expect(record.state == state && record.exitCode == nil)
    #expect(record.asOf.description == "2026-11-01T00:00:00Z")
  }

  @Test("A12: a summary older than the deployment's last change is no evidence")
  func oldSummary() throws {
    try plane.apply()
    try plane.enrol(["PC-001"], in: plane.collection())
    for (time, state) in [
      ("2026-10-31T23:59:59Z", ComplianceRecord.State.unknown),
      ("2026-11-01T00:00:00Z", .succeeded), ("2026-11-02T03:04:05.678Z", .succeeded),
    ] {
      try outcome(["StatusType": 1, "SummarizationTime": time])
      let record = try #require(try plane.status(plane.key()).first)
      #expect(record.state == state)
      #expect(record.asOf.description.hasPrefix(time.prefix(19)))
    }
  }

  @Test("lists in pages are read to their end, and only from the same host")
  func pages() throws {
    try plane.apply()
    try plane.enrol(SimulatedSite.devices, in: plane.collection())
    try plane.site.change { $0["page"] = 1 }
    #expect(try plane.status(plane.key()).count == 3)
    #expect(try plane.complete() == [Content.vector.manifest])
    try plane.site.change { $0["link_base"] = "https://127.0.0.1:1" }
    refuses(.redirected) { _ = try plane.status(plane.key()) }
  }

  @Test("a list that ends at a round count is asked for the rest, by the number of its rows")
  func roundCounts() throws {
    try plane.apply()
    let count = 2203
    try plane.site.change { site in
      var devices: [String: Any] = [:]
      for number in 1...count {
        devices["\(number)"] = ["ResourceId": number, "Name": "PC-\(10_000 + number)"]
      }
      site["devices"] = devices
      site["page"] = 1000
      site["links"] = false
      var collections = site["collections"] as? [String: [String: Any]] ?? [:]
      for key in collections.keys where key != "SMS00001" {
        collections[key]?["rules"] = (1...count).map { ["ResourceID": $0] }
      }
      site["collections"] = collections
    }
    let records = try plane.status(plane.key())
    #expect(records.count == count)
    #expect(records.map(\.device) == records.map(\.device).sorted())
  }
}
