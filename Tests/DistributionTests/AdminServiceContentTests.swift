// SPDX-License-Identifier: Apache-2.0
import Bundles
import Distribution
import Foundation
import Intents
import SystemPackage
import Testing

/// How content gets to a site, and when it counts as there.
@Suite struct AdminServiceContentTests {
  private let plane: AdminServicePlane

  init() throws { plane = try AdminServicePlane() }

  /// What ensuring the content waits for; nil when it is done.
  private func waits(
    _ content: Content = .vector, _ configuration: AdminServiceConfiguration? = nil
  ) throws -> String? {
    let point = try plane.point(configuration ?? plane.configuration())
    let effect = try point.ensureContent(content.request(from: plane.scratch), key: plane.key())
    if case .pending(let text) = effect { return text }
    return nil
  }

  private var sourcePath: String? {
    get throws { try plane.site.table("packages").values.first?["PkgSourcePath"] as? String }
  }

  @Test("A12: installed alone is not success: version, time and messages must agree")
  func phantom() throws {
    try plane.ensure()
    for change in [
      { $0["SourceVersion"] = 0 }, { $0["LastCopied"] = "2026-10-31T23:59:59Z" },
      { $0["complaint"] = 3 }, { $0["complaint"] = 4 },
    ] as [(inout [String: Any]) -> Void] {
      let before = try plane.site.table("distributions")
      try plane.site.changeRows(of: "distributions", change)
      #expect(try waits() != nil)
      #expect(try plane.complete().isEmpty)
      try plane.site.change { $0["distributions"] = before }
      #expect(try waits() == nil)
    }
  }

  @Test("A12: what is under way is pending however long it takes, what failed is told for good")
  func underWay() throws {
    try plane.site.change { $0["delay"] = ["distribution": 1_000_000, "membership": 1] }
    for _ in 0..<5 { #expect(try waits()?.contains("state 1") == true) }
    for state in [2, 7, 8, 4, 5, 99] {
      try plane.site.changeRows(of: "distributions") { $0["State"] = state }
      #expect(try waits()?.contains("state \(state)") == true)
    }
    for state in [3, 6] {
      try plane.site.changeRows(of: "distributions") { $0["State"] = state }
      refuses(.refused) { _ = try waits() }
      #expect(DistributionReason.refused.failureClass == .permanent)
    }
    #expect(try plane.complete().isEmpty)
  }

  @Test("content is there when every distribution point has it, and a server that is none is named")
  func severalPoints() throws {
    let plane = try AdminServicePlane(points: ["DP1.CORP.TEST", "DP2.CORP.TEST"])
    let both = try plane.configuration(points: ["dp1.corp.test", "DP2.CORP.TEST"])
    let request = try Content.vector.request(from: plane.scratch)
    try plane.done { try plane.point(both).ensureContent(request, key: plane.key()) }
    try plane.site.change { site in
      var rows = site["distributions"] as? [String: [String: Any]] ?? [:]
      for key in rows.keys where key.contains("DP2") { rows[key]?["State"] = 2 }
      site["distributions"] = rows
    }
    let effect = try plane.point(both).ensureContent(request, key: plane.key())
    #expect(effect != .done(try plane.ensure()))
    let stranger = try plane.configuration(points: ["DP9.CORP.TEST"])
    refuses(.unknownObject) {
      _ = try plane.point(stranger).ensureContent(request, key: plane.key())
    }
  }

  @Test(
    "with every unverified route off each step says what an administrator has to run, and goes on then"
  )
  func routesOff() throws {
    let plain = try plane.configuration(unverified: [])
    let wait = try #require(try waits(.vector, plain))
    #expect(wait.contains("Start-CMContentDistribution -PackageId 'PS100001'"))
    #expect(wait.contains("-DistributionPointName 'DP1.CORP.TEST'"))
    #expect(try plane.site.table("distributions").isEmpty)
    let receipt = try plane.ensure()
    #expect(try waits(.vector, plain) == nil)
    #expect(
      try waits(.next, plain)?.contains("Update-CMDistributionPoint -PackageId 'PS100001'") == true)
    #expect(try waits(.next, plain) != nil)
    try plane.site.changeRows(of: "packages") { $0["SourceVersion"] = 2 }
    try plane.site.changeRows(of: "distributions") { $0["SourceVersion"] = 2 }
    #expect(try waits(.next, plain) == nil)
    let methods = try plane.site.requests.filter { $0.contains("AdminService.") }
    #expect(methods.count == 1, "\(methods)")
    let next = ContentReceipt(packageID: receipt.packageID, sourceVersion: 2)
    try plane.ensureProgram(next)
    try plane.ensureCollection()
    let request = DeploymentRequest(intent: try plane.intent(.next), content: next)
    let effect = try plane.point(plain).ensureDeployment(request, key: plane.key())
    guard case .pending(let text) = effect else { throw TestFailure(text: "\(effect)") }
    #expect(text.contains("New-CMPackageDeployment -StandardProgram -PackageId 'PS100001'"))
    #expect(text.contains("-Comment 'waybill:1:intent-1:r1'"))
    #expect(try plane.site.table("deployments").isEmpty)
    // What a runbook makes carries its stamp in the comment.
    try plane.deploy(plane.intent(.next), next)
    try plane.site.changeRows(of: "deployments") { $0["ISVString"] = "" }
    #expect(try plane.point(plain).ensureDeployment(request, key: plane.key()) == .done("PS120001"))
    let removal = try plane.point(plain).remove(
      .deployment(intent: plane.key().intent), key: plane.key())
    guard case .pending(let remove) = removal else { throw TestFailure(text: "\(removal)") }
    #expect(remove.contains("Remove-CMPackageDeployment -DeploymentId 'PS120001'"))
  }

  @Test("a deadline of its own is more than the service takes, and waits for an administrator")
  func deadline() throws {
    let receipt = try plane.ensure()
    try plane.ensureProgram(receipt)
    try plane.ensureCollection()
    let later = try #require(Instant("2027-01-01T00:00:00Z"))
    let request = DeploymentRequest(
      intent: try plane.intent(.vector, deadline: later), content: receipt)
    let effect = try plane.point().ensureDeployment(request, key: plane.key())
    guard case .pending(let text) = effect else { throw TestFailure(text: "\(effect)") }
    #expect(text.contains("2027-01-01T00:00:00Z") && text.contains("-Schedule"))
  }

  @Test("a method that returns another value than 0 has failed for good")
  func returnValue() throws {
    try plane.site.change { $0["return_value"] = 5 }
    let error = #expect(throws: Refusal.self) { try plane.ensure() }
    #expect(error?.code == DistributionReason.refused.code && error?.seen == "ReturnValue 5")
    try plane.site.change { $0["return_value"] = 0 }
    try plane.ensure()
    try plane.site.change { $0["return_value"] = -1 }
    refuses(.refused) { try plane.ensure(.next, plane.key("intent-1", 2)) }
    try plane.site.change { $0["return_value"] = 0 }
    try plane.ensure(.next, plane.key("intent-1", 2))
    #expect(try plane.complete() == [Content.next.manifest])
  }

  @Test("another writer between reading and writing is met once, then told")
  func sedo() throws {
    try plane.ensure()
    try plane.site.fault(["method": "PUT", "status": 500, "times": 3])
    try plane.ensure(.next, plane.key("intent-1", 2))
    #expect(plane.clock.slept.contains(2))
    try plane.site.fault(["method": "PUT", "status": 500, "times": 99])
    refuses(.refused) { try plane.ensure(.vector, plane.key("intent-1", 3)) }
    // Nothing was switched, so what was there still is.
    #expect(try plane.complete() == [Content.next.manifest])
  }

  @Test(
    "two intents that want two versions of one product do not take it from each other run by run")
  func twoVersions() throws {
    try plane.apply()
    try plane.apply(.vector, "intent-2")
    try plane.ensure(.next, plane.key("intent-2", 2))
    refuses(.inUse) { try plane.ensure(.vector, plane.key("intent-1", 1)) }
    #expect(try plane.complete() == [Content.next.manifest])
    try plane.ensure(.vector, plane.key("intent-1", 2))
    refuses(.inUse) { try plane.ensure(.next, plane.key("intent-2", 2)) }
    #expect(try plane.complete() == [Content.vector.manifest])
  }

  @Test("somebody who points the package elsewhere is put right")
  func pointedElsewhere() throws {
    try plane.ensure()
    let path = try sourcePath
    try plane.site.changeRows(of: "packages") { $0["PkgSourcePath"] = "\\\\elsewhere\\share" }
    #expect(try plane.complete().isEmpty)
    let receipt = try plane.ensure()
    #expect(receipt.sourceVersion == 2)
    #expect(try sourcePath == path)
  }
}
