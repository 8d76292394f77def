// SPDX-License-Identifier: Apache-2.0
import Distribution
import Intents
import Testing

extension ContractCase {
  static let objects = [
    ContractCase("a program is made once, and keeps its name") { plane throws in
      let receipt = try plane.ensure()
      let name = try plane.ensureProgram(receipt)
      #expect(try plane.ensureProgram(receipt) == name)
      #expect(try plane.ensureProgram(receipt, plane.program("remove")) != name)
    },
    ContractCase("a program of content that is not there waits for it") { plane throws in
      let missing = ContentReceipt(
        packageID: try #require(PackageID("PS1000FF")), sourceVersion: 1)
      let request = ProgramRequest(content: missing, program: try plane.program())
      let effect = try plane.point().ensureProgram(request, key: plane.key())
      #expect(effect == .pending("content PS1000FF.1"))
    },
    ContractCase("a program whose command line changes is changed, not made twice") {
      plane throws in
      let receipt = try plane.ensure()
      let name = try plane.ensureProgram(receipt)
      let changed = try plane.program("install", "setup.exe /passive")
      #expect(try plane.ensureProgram(receipt, changed) == name)
    },
    ContractCase("a collection is made once, and keeps its id") { plane throws in
      let id = try plane.ensureCollection()
      #expect(try plane.ensureCollection() == id)
      #expect(try plane.point().describe().collections == [plane.collection()])
    },
    ContractCase("A03: a collection is found again with everything forgotten") { plane throws in
      let id = try plane.ensureCollection()
      plane.forget()
      #expect(try plane.ensureCollection() == id)
    },
    ContractCase("collections of two names are two, and are told in order") { plane throws in
      let second = try plane.ensureCollection(plane.collection("Lab 2"))
      let first = try plane.ensureCollection(plane.collection("Lab 1"))
      #expect(first != second)
      let names = try plane.point().describe().collections.map(\.text)
      #expect(names == ["Lab 1", "Lab 2"])
    },
  ]

  static let deployments = [
    ContractCase("an intent is deployed once, and is in the description") { plane throws in
      let (receipt, id) = try plane.apply()
      #expect(try plane.apply() == (receipt, id))
      #expect(try plane.point().describe().deployments == [plane.key()])
    },
    ContractCase("A03: a deployment is found again with everything forgotten") { plane throws in
      let first = try plane.apply()
      plane.forget()
      #expect(try plane.apply() == first)
      #expect(try plane.point().describe().deployments == [plane.key()])
    },
    ContractCase("an available deployment is one, too") { plane throws in
      try plane.apply(purpose: .available)
      #expect(try plane.point().describe().deployments == [plane.key()])
    },
    ContractCase("a deployment waits for its content") { plane throws in
      let missing = ContentReceipt(
        packageID: try #require(PackageID("PS1000FF")), sourceVersion: 1)
      try plane.ensureCollection()
      #expect(try plane.waits(missing)?.contains("content") == true)
    },
    ContractCase("a deployment waits for its program") { plane throws in
      let receipt = try plane.ensure()
      try plane.ensureCollection()
      #expect(try plane.waits(receipt)?.contains("program") == true)
    },
    ContractCase("a deployment waits for its collection") { plane throws in
      let receipt = try plane.ensure()
      try plane.ensureProgram(receipt)
      #expect(try plane.waits(receipt)?.contains("collection") == true)
      #expect(try plane.point().describe().deployments.isEmpty)
    },
    ContractCase("two intents on one content are two deployments") { plane throws in
      let first = try plane.apply()
      let second = try plane.apply(.vector, "intent-2")
      #expect(first.receipt == second.receipt && first.deployment != second.deployment)
      #expect(try plane.point().describe().deployments == [plane.key(), plane.key("intent-2")])
    },
    ContractCase("A15: a new revision takes the place of the one before") { plane throws in
      try plane.apply()
      try plane.apply(.next, "intent-1", 2)
      #expect(try plane.point().describe().deployments == [plane.key("intent-1", 2)])
    },
    ContractCase("A02: a revision that is there with another choice is refused") { plane throws in
      let (receipt, _) = try plane.apply()
      try plane.ensureProgram(receipt, plane.program("remove"))
      let other = DeploymentIntent(
        id: try plane.key().intent, revision: 1, manifest: Content.vector.manifest,
        program: try plane.program("remove").name, collection: try plane.collection(),
        purpose: .required, availableFrom: nil, deadline: nil, scope: [], isRollback: false)
      refuses(.keyReused) { try plane.deploy(other, receipt) }
      #expect(DistributionReason.keyReused.failureClass == .permanent)
    },
    ContractCase("A02: a revision below the one that is there is refused") { plane throws in
      let (receipt, _) = try plane.apply(.vector, "intent-1", 2)
      refuses(.keyReused) { try plane.deploy(plane.intent(.vector, "intent-1", 1), receipt) }
      #expect(try plane.point().describe().deployments == [plane.key("intent-1", 2)])
    },
    ContractCase("A11: the state changes with what a plan may depend on, and with nothing else") {
      plane throws in
      let empty = try plane.point().describe().state
      #expect(try plane.point().describe().state == empty)
      let (receipt, _) = try plane.apply()
      let applied = try plane.point().describe().state
      #expect(applied != empty)
      try plane.enrol(["PC-001"], in: plane.collection())
      try plane.report(.succeeded, of: "PC-001", plane.program().name, receipt)
      try plane.settleMembers()
      #expect(try plane.point().describe().state == applied)
      try plane.apply(.vector, "intent-2")
      #expect(try plane.point().describe().state != applied)
    },
    ContractCase("the description names the point and has room") { plane throws in
      let description = try plane.point().describe()
      #expect(description.id == plane.id && description.freeBytes > 0)
      #expect(description.contents.isEmpty && description.deployments.isEmpty)
    },
  ]
}

extension Plane {
  /// What a deployment of the vector waits for; nil when it does not.
  func waits(_ receipt: ContentReceipt) throws -> String? {
    let request = DeploymentRequest(intent: try intent(.vector), content: receipt)
    let effect = try point().ensureDeployment(request, key: key())
    if case .pending(let text) = effect { return text }
    return nil
  }

  /// Lets changed memberships come true.
  func settleMembers() throws {
    for _ in 0..<3 { try ensureCollection() }
  }
}
