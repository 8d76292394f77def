// SPDX-License-Identifier: Apache-2.0
import Distribution
import Foundation
import Intents
import Testing

/// What goes wrong between us and a site: every class of failure of configmgr.md, 7.2.
@Suite struct AdminServiceFaultTests {
  private let plane: AdminServicePlane

  init() throws { plane = try AdminServicePlane() }

  private func meets(
    _ reason: DistributionReason, _ failure: FailureClass, fault: [String: Any],
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    try plane.site.fault(fault)
    let error = #expect(throws: Refusal.self, sourceLocation: sourceLocation) {
      _ = try plane.point().describe()
    }
    #expect(
      error?.code == reason.code, "\(String(describing: error))", sourceLocation: sourceLocation)
    #expect(error?.failureClass == failure, sourceLocation: sourceLocation)
    try plane.site.fault()
  }

  @Test("A01: what may pass is tried again, and told as unavailable when it does not pass")
  func transient() throws {
    for status in [408, 429, 502, 503, 504] {
      try meets(.unavailable, .transient, fault: ["status": status, "times": 99])
      plane.clock.sleep(600)
    }
    for kind in ["reset", "lost"] {
      try meets(.unavailable, .transient, fault: ["fault": kind, "times": 99])
      plane.clock.sleep(600)
    }
    #expect(!plane.clock.slept.isEmpty)
    _ = try plane.point().describe()
  }

  @Test("A01: a fault that passes within the ladder is not noticed, whether or not a time is given")
  func passing() throws {
    for fault in [
      ["status": 429, "times": 2], ["status": 503, "retry_after": "30", "times": 2],
      ["status": 503, "retry_after": "Sun, 01 Nov 2026 00:00:10 GMT", "times": 2],
      ["fault": "reset", "times": 3], ["status": 500, "times": 2],
    ] as [[String: Any]] {
      try plane.site.fault(fault)
      _ = try plane.point().describe()
    }
    #expect(plane.clock.slept.contains(30))
  }

  @Test("A01: a site that is overloaded three times is left alone, over restarts too")
  func breaker() throws {
    try plane.site.fault(["status": 503, "times": 3])
    for _ in 0..<2 {
      #expect(throws: Refusal.self) { _ = try plane.point().describe() }
    }
    let count = try plane.site.requests.count
    #expect(count == 3)
    plane.clock.sleep(60)
    _ = try plane.point().describe()
    #expect(try plane.site.requests[3].hasSuffix("SMS_Identification.GetSiteID"))
  }

  @Test("A01: a site that takes longer than a request may is unavailable")
  func hanging() throws {
    try plane.site.fault(["fault": "hang", "times": 99])
    let error = #expect(throws: Refusal.self) {
      _ = try plane.point(plane.configuration(timeout: 100)).describe()
    }
    #expect(error?.failureClass == .transient)
  }

  @Test("A02: what is refused for good stays refused, in the site's own words, in either spelling")
  func permanent() throws {
    for status in [400, 404, 405, 409, 415, 422, 500] {
      try meets(.refused, .permanent, fault: ["status": status, "times": 99])
    }
    try plane.site.fault(["status": 409, "fault": "wrapped-error"])
    let error = #expect(throws: Refusal.self) { _ = try plane.point().describe() }
    #expect(error?.seen == "409: made up")
  }

  @Test(
    "A02: an account that the site does not take, and one whose role is too small, are told apart")
  func rights() throws {
    try meets(.signInRefused, .permanent, fault: ["status": 401, "times": 9])
    try meets(.rightsRefused, .policyViolation, fault: ["status": 403, "times": 9])
  }

  @Test("a portal or proxy that answers instead is no site, and a redirect is never followed")
  func portal() throws {
    try meets(.answerMalformed, .permanent, fault: ["fault": "html"])
    try meets(.redirected, .policyViolation, fault: ["fault": "redirect"])
    for body in [
      "", "[]", "{\"value\": 1}", "{\"value\": [{\"SiteCode\": 1}]}", "{\"value\":[],\"value\":[]}",
    ] {
      try meets(.answerMalformed, .permanent, fault: ["fault": "raw", "body": body])
    }
  }

  @Test("A08: another site is not spoken to")
  func wrongSite() throws {
    try plane.site.change { $0["site_code"] = "PS2" }
    refuses(.wrongSite) { _ = try plane.point().describe() }
    refuses(.wrongSite) { try plane.ensure() }
    #expect(DistributionReason.wrongSite.failureClass == .policyViolation)
    let requests = try plane.site.requests
    #expect(requests.allSatisfy { $0.contains("SMS_Site") })
  }

  @Test("A13: to a server with an unknown certificate nothing is sent, no credentials offered")
  func unknownCertificate() throws {
    let configuration = try plane.configuration(authorities: SimulatedSite.stranger)
    let point = try plane.point(configuration)
    for step in [
      { _ = try point.describe() },
      {
        _ = try point.ensureContent(Content.vector.request(from: plane.scratch), key: plane.key())
      },
    ] {
      let error = #expect(throws: Refusal.self) { try step() }
      #expect(error?.code == DistributionReason.serverUntrusted.code)
      #expect(error?.failureClass == .policyViolation && error?.exit == .pointRefused)
    }
    let named = "https://localhost:\(plane.site.port)"
    refuses(.serverUntrusted) {
      _ = try plane.point(plane.configuration(address: named)).describe()
    }
    #expect(try plane.site.requests.isEmpty)
    #expect(plane.clock.slept.isEmpty)
  }

  @Test("A25: nothing of an intent reaches a query or a path but plain characters")
  func plainText() throws {
    for name in ["O'Brien", "a\"b", "$x", "a`b", "50%", "a\nb", "a;b", "T\u{E9}l", "a&b", " a", ""]
    {
      let request = try Content.vector.request(from: plane.scratch)
      let hostile = ContentRequest(
        line: request.line, manifest: request.manifest, name: name, version: "1",
        files: request.files, provide: request.provide)
      refuses(.valueRefused) {
        _ = try plane.point().ensureContent(hostile, key: plane.key())
      }
    }
    #expect(try plane.site.requests.isEmpty)
    #expect(DistributionReason.valueRefused.failureClass == .policyViolation)
  }

  @Test(
    "A25: addresses and shares of another form are refused",
    arguments: [
      "http://sccm.example", "https://", "https://sccm/AdminService", "https://a b", "https://u@h",
    ])
  func addresses(address: String) throws {
    refuses(.valueRefused) { _ = try plane.configuration(address: address) }
    for unc in [
      "C:\\src", "\\\\srv", "\\\\srv\\a\\..\\b", "\\\\srv\\src$\\", "//srv/src", "\\\\srv\\s 'x",
    ] {
      refuses(.valueRefused) { _ = try SourceShare(local: plane.root, unc: unc) }
    }
    for share in ["SCCMContentLib$", "sccmcontentlibD$", "SMS_DP$", "SMSPKGC$"] {
      refuses(.foreignLibrary) { _ = try SourceShare(local: plane.root, unc: "\\\\srv\\\(share)") }
    }
  }
}
