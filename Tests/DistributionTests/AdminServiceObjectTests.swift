// SPDX-License-Identifier: Apache-2.0
import Bundles
import Distribution
import Foundation
import Intents
import SystemPackage
import Testing

/// What is at a site that must not be touched, taken for something else, or made twice.
@Suite struct AdminServiceObjectTests {
  private let plane: AdminServicePlane

  init() throws { plane = try AdminServicePlane() }

  private func creates(_ name: String) throws -> Int {
    try plane.site.requests.count { $0 == "POST /AdminService/wmi/\(name)" }
  }

  @Test("A03: a reply that is lost behind a create leads to one object, of each kind")
  func lostReplies() throws {
    let names = ["SMS_Package", "SMS_Collection", "SMS_Program", "SMS_Advertisement"]
    try plane.site.fault(
      ["method": "POST", "path": "wmi/SMS_Package", "fault": "lost"],
      ["method": "POST", "path": "AddDistributionPoints", "fault": "lost"],
      ["method": "POST", "path": "wmi/SMS_Collection", "fault": "lost"],
      ["method": "POST", "path": "wmi/SMS_Program", "fault": "lost"],
      ["method": "POST", "path": "wmi/SMS_Advertisement", "fault": "lost"])
    try plane.apply()
    for name in names { #expect(try creates(name) == 1, "\(name)") }
    #expect(try plane.site.table("packages").count == 1)
    #expect(try plane.site.table("deployments").count == 1)
    try plane.site.fault(
      ["method": "PUT", "path": "SMS_Package", "fault": "lost"],
      ["method": "POST", "path": "RefreshPkgSource", "fault": "lost"],
      ["method": "DELETE", "path": "SMS_Advertisement", "fault": "lost"])
    let receipt = try plane.apply(.next, "intent-1", 2).receipt
    #expect(receipt.sourceVersion == 2)
    #expect(try plane.site.table("deployments").count == 1)
  }

  @Test("a package that a runbook made is ours: more stands behind the stamp in its description")
  func runbookPackage() throws {
    let receipt = try plane.ensure()
    try plane.site.changeRows(of: "packages") { row in
      row["Description"] = "\(row["ISVString"] as? String ?? "") 18d6e6faf6f02d8398a8bb 7"
      row["ISVString"] = ""
    }
    plane.forget()
    #expect(try plane.ensure() == receipt)
    #expect(try creates("SMS_Package") == 1)
  }

  @Test("A03: a create whose request never came through is tried by the next run, once")
  func lostRequest() throws {
    try plane.site.fault(["method": "POST", "path": "wmi/SMS_Package", "fault": "reset"])
    let error = #expect(throws: Refusal.self) { try plane.ensure() }
    #expect(error?.failureClass == .transient)
    try plane.ensure()
    #expect(try creates("SMS_Package") == 2)
    #expect(try plane.site.table("packages").count == 1)
  }

  @Test("A03: killed between any effect and the journal, the next run makes nothing twice")
  func journalFails() throws {
    var whole = 0
    let calm = try AdminServicePlane()
    try calm.apply()
    try calm.apply(.next, "intent-1", 2)
    let calmTables = try [
      calm.site.table("packages").count, calm.site.table("deployments").count,
      calm.site.table("collections").count, calm.site.table("programs").count,
    ]
    for step in 0..<12 {
      let plane = try AdminServicePlane()
      plane.memory.failsBehind = step
      for _ in 0..<3 {
        do {
          try plane.apply()
          try plane.apply(.next, "intent-1", 2)
          break
        } catch let error as Refusal {
          #expect(error.code == TestReason.stopped.code, "\(error)")
        }
      }
      if plane.memory.failsBehind != nil { whole += 1 }
      let tables = try [
        plane.site.table("packages").count, plane.site.table("deployments").count,
        plane.site.table("collections").count, plane.site.table("programs").count,
      ]
      #expect(tables == calmTables, "killed behind \(step)")
      #expect(try plane.complete() == [Content.next.manifest])
    }
    #expect(whole < 12)
  }

  @Test("A05: a package of the same name that is not ours is never adopted")
  func foreignPackage() throws {
    try plane.ensure(.other)
    try plane.site.changeRows(of: "packages") { $0["ISVString"] = "somebody else's" }
    refuses(.foreignObject) { try plane.ensure() }
    #expect(DistributionReason.foreignObject.failureClass == .policyViolation)
    #expect(try creates("SMS_Package") == 1)
  }

  @Test("A05: a program or package that lost its stamp is not touched")
  func lostStamp() throws {
    let (receipt, _) = try plane.apply()
    try plane.site.changeRows(of: "programs") { $0["ISVString"] = "" }
    refuses(.foreignObject) { try plane.ensureProgram(receipt) }
    try plane.site.changeRows(of: "packages") { $0["ISVString"] = "" }
    refuses(.foreignObject) { try plane.ensure() }
    refuses(.foreignObject) { try plane.ensureProgram(receipt) }
  }

  @Test("two objects with one stamp stop everything that is about them")
  func twice() throws {
    try plane.apply()
    try plane.site.change { site in
      for (table, key) in [("packages", "PackageID"), ("deployments", "AdvertisementID")] {
        var rows = site[table] as? [String: [String: Any]] ?? [:]
        guard var copy = rows.values.first else { continue }
        copy[key] = "PS1000AA"
        rows["PS1000AA"] = copy
        site[table] = rows
      }
    }
    refuses(.stampTwice) { try plane.ensure() }
    refuses(.stampTwice) { _ = try plane.status(plane.key()) }
    #expect(DistributionReason.stampTwice.failureClass == .policyViolation)
  }

  @Test("A06: a collection of users, of a like name, or outside the bounds is not deployed to")
  func collections() throws {
    let receipt = try plane.ensure()
    try plane.ensureProgram(receipt)
    try plane.ensureCollection()
    let request = DeploymentRequest(intent: try plane.intent(.vector), content: receipt)
    let strict = try plane.configuration(members: 1...2)
    refuses(.collectionRefused) {
      _ = try plane.point(strict).ensureDeployment(request, key: plane.key())
    }
    try plane.enrol(SimulatedSite.devices, in: plane.collection())
    refuses(.collectionRefused) {
      _ = try plane.point(strict).ensureDeployment(request, key: plane.key())
    }
    try plane.site.changeRows(of: "collections") { $0["CollectionType"] = 1 }
    refuses(.collectionRefused) { try plane.ensureCollection() }
    try plane.site.changeRows(of: "collections") { $0["CollectionType"] = 2 }
    try plane.site.changeRows(of: "collections") { row in
      row["Name"] = (row["Name"] as? String)?.lowercased()
    }
    refuses(.collectionRefused) { try plane.ensureCollection() }
    #expect(DistributionReason.collectionRefused.failureClass == .policyViolation)
    #expect(try plane.site.table("deployments").isEmpty)
  }

  @Test("A06: a collection of the administrators' is taken as it is, and never removed")
  func administratorsCollection() throws {
    let id = try plane.ensureCollection()
    try plane.site.changeRows(of: "collections") { $0["ISVString"] = "" }
    #expect(try plane.ensureCollection() == id)
    refuses(.foreignObject) { try plane.remove(.collection(plane.collection())) }
  }

  @Test("A06: a collection whose members are not known yet is waited for")
  func membership() throws {
    let receipt = try plane.ensure()
    try plane.ensureProgram(receipt)
    try plane.ensureCollection()
    try plane.site.change { $0["delay"] = ["distribution": 1, "membership": 3] }
    try plane.site.changeRows(of: "collections") { row in
      row["CurrentStatus"] = 5
      row["looks"] = 0
    }
    #expect(try plane.waits(receipt)?.contains("status 5") == true)
    #expect(try plane.site.table("deployments").isEmpty)
    try plane.deploy(plane.intent(.vector), receipt)
  }

  @Test(
    "a deployment is sent as it must be: no sub-collections, no window overridden, UTC, rerun on failure"
  )
  func deploymentBody() throws {
    try plane.apply()
    let row = try #require(try plane.site.table("deployments").values.first)
    #expect(row["IncludeSubCollection"] as? Bool == false)
    #expect(row["OfferType"] as? Int == 0)
    #expect(row["AdvertFlags"] as? Int == 0x20)
    #expect(row["RemoteClientFlags"] as? Int == 0x2030)
    #expect(row["PresentTimeIsGMT"] as? Bool == true)
    #expect(row["ISVString"] as? String == "waybill:1:intent-1:r1")
    let program = try #require(try plane.site.table("programs").values.first)
    #expect(program["ProgramFlags"] as? Int == 0x0910_A000)
    #expect(program["Duration"] as? Int == 30)
    let package = try #require(try plane.site.table("packages").values.first)
    #expect(package["PkgSourceFlag"] as? Int == 2)
  }

  @Test("A25: every query quotes its values, and no lazy property is ever written")
  func requests() throws {
    try plane.apply()
    try plane.apply(.next, "intent-1", 2)
    try plane.remove(.deployment(intent: plane.key().intent))
    for request in try plane.site.log {
      let body = request["body"] as? String ?? ""
      for lazy in [
        "RefreshSchedule", "CollectionRules", "AssignedSchedule", "null", "@odata", "__",
      ] {
        #expect(!body.contains(lazy), "\(body)")
      }
      #expect(request["authorization"] is NSNull)
    }
  }
}
