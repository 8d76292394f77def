// SPDX-License-Identifier: Apache-2.0
import Distribution
import Intents
import Testing

extension ContractCase {
  static let reports = [
    ContractCase("status of what is not deployed is refused") { plane throws in
      refuses(.unknownObject) { _ = try plane.status(plane.key()) }
      try plane.apply(.vector, "intent-1", 2)
      refuses(.unknownObject) { _ = try plane.status(plane.key("intent-1", 1)) }
      refuses(.unknownObject) { _ = try plane.status(plane.key("intent-2", 2)) }
    },
    ContractCase("a collection without devices has no status") { plane throws in
      try plane.apply()
      #expect(try plane.status(plane.key()).isEmpty)
    },
    ContractCase("A21: each report has one state, and no report is unknown") { plane throws in
      let (receipt, _) = try plane.apply()
      try plane.enrol(["PC-001"], in: plane.collection())
      try plane.settleMembers()
      for outcome in DeviceOutcome.allCases {
        try plane.report(outcome, of: "PC-001", plane.program().name, receipt)
        let records = try plane.status(plane.key())
        #expect(records.map(\.device) == ["PC-001"])
        #expect(records.map(\.state) == [outcome.state])
        let intent = try plane.key().intent
        #expect(records.map(\.intent) == [intent])
      }
    },
    ContractCase("A21: every member is told, ascending by name, and nobody else") { plane throws in
      let (receipt, _) = try plane.apply()
      try plane.enrol(["PC-003", "PC-001"], in: plane.collection())
      try plane.settleMembers()
      for device in ["PC-001", "PC-002"] {
        try plane.report(.succeeded, of: device, plane.program().name, receipt)
      }
      let records = try plane.status(plane.key())
      #expect(records.map(\.device) == ["PC-001", "PC-003"])
      #expect(records.map(\.state) == [.succeeded, .unknown])
    },
  ]

  static let removals = [
    ContractCase("A16: a deployment is taken away, and once more is fine") { plane throws in
      try plane.apply()
      try plane.remove(.deployment(intent: plane.key().intent))
      try plane.remove(.deployment(intent: plane.key().intent))
      #expect(try plane.point().describe().deployments.isEmpty)
      #expect(try plane.complete() == [Content.vector.manifest])
    },
    ContractCase("A16: taking one deployment away leaves the other, also one of a like name") {
      plane throws in
      try plane.apply()
      try plane.apply(.vector, "intent-10")
      try plane.remove(.deployment(intent: plane.key().intent))
      #expect(try plane.point().describe().deployments == [plane.key("intent-10")])
    },
    ContractCase("A16: content in use stays; without its deployment it goes, and once more is fine")
    { plane throws in
      try plane.apply()
      refuses(.inUse) { try plane.remove(.content(manifest: Content.vector.manifest)) }
      for file in try Content.vector.list { #expect(plane.holds(file)) }
      try plane.remove(.deployment(intent: plane.key().intent))
      try plane.remove(.content(manifest: Content.vector.manifest))
      try plane.remove(.content(manifest: Content.vector.manifest))
      #expect(try plane.complete().isEmpty)
      for file in try Content.vector.list {
        #expect(try !plane.point().holds(file.digest, length: nil))
      }
    },
    ContractCase("A26: a version that was superseded goes, and the newer one stays whole") {
      plane throws in
      try plane.ensure()
      let receipt = try plane.ensure(.next, plane.key("intent-1", 2))
      try plane.remove(.content(manifest: Content.vector.manifest))
      #expect(try plane.complete() == [Content.next.manifest])
      for file in try Content.next.list { #expect(plane.holds(file)) }
      let gone = try #require(try Content.vector.list.first { $0.path == "Setup.exe" })
      #expect(try !plane.point().holds(gone.digest, length: nil))
      let again = try plane.ensure(.next, plane.key("intent-1", 2))
      #expect(again == receipt)
    },
    ContractCase("content that was removed can come again") { plane throws in
      try plane.ensure()
      try plane.remove(.content(manifest: Content.vector.manifest))
      try plane.ensure()
      #expect(try plane.complete() == [Content.vector.manifest])
    },
    ContractCase("A16: a collection in use stays; unused it goes, and once more is fine") {
      plane throws in
      try plane.apply()
      refuses(.inUse) { try plane.remove(.collection(plane.collection())) }
      try plane.remove(.deployment(intent: plane.key().intent))
      try plane.remove(.collection(plane.collection()))
      try plane.remove(.collection(plane.collection()))
      #expect(try plane.point().describe().collections.isEmpty)
    },
    ContractCase("what never was is taken away already") { plane throws in
      try plane.remove(.deployment(intent: plane.key("never").intent))
      try plane.remove(.content(manifest: Content.other.manifest))
      try plane.remove(.collection(plane.collection("Never")))
    },
    ContractCase("A17: a new revision may go back to the version before") { plane throws in
      let first = try plane.apply()
      try plane.apply(.next, "intent-1", 2)
      let third = try plane.apply(.vector, "intent-1", 3)
      #expect(first.receipt.packageID == third.receipt.packageID)
      #expect(try plane.complete().contains(Content.vector.manifest))
      #expect(try plane.point().describe().deployments == [plane.key("intent-1", 3)])
    },
  ]

  static let faults = [
    ContractCase("A01: while the plane is away every step says so, and afterwards goes on") {
      plane throws in
      let (receipt, deployment) = try plane.apply()
      try plane.setReachable(false)
      var seen: [FailureClass?] = []
      for step in [
        { _ = try plane.point().describe() }, { try plane.ensure() },
        { try plane.ensureCollection() }, { try plane.ensureProgram(receipt) },
        { try plane.remove(.deployment(intent: plane.key().intent)) },
        { _ = try plane.status(plane.key()) },
      ] as [() throws -> Void] {
        let error = #expect(throws: Refusal.self) { try step() }
        seen.append(error?.failureClass)
        #expect(error?.code == DistributionReason.unavailable.code)
      }
      #expect(seen.allSatisfy { $0 == .transient })
      try plane.setReachable(true)
      #expect(try plane.apply() == (receipt, deployment))
    },
    ContractCase("A09: content comes first, whichever order the steps are asked in") {
      plane throws in
      let receipt = try plane.ensure()
      let intent = try plane.intent(.vector)
      let request = DeploymentRequest(intent: intent, content: receipt)
      for _ in 0..<2 {
        let effect = try plane.point().ensureDeployment(request, key: plane.key())
        guard case .pending = effect else { throw TestFailure(text: "\(effect)") }
      }
      try plane.ensureProgram(receipt)
      try plane.ensureCollection()
      try plane.deploy(intent, receipt)
    },
  ]
}
