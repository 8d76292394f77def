// SPDX-License-Identifier: Apache-2.0
import HTTP
package import Intents
import Trust

/// A compliance policy that people made in Intune. Waybill assigns it and does not write it.
package struct CompliancePolicy: Hashable, Sendable {
  package let id: GraphID
  package let name: String

  init(_ field: JSONField) throws(Refusal) {
    id = try field["id"].graphID()
    name = try field["displayName"].string()
  }
}

extension GraphClient {
  private static let policies = "deviceManagement/deviceCompliancePolicies"

  /// The one compliance policy of exactly this name.
  ///
  /// - Returns: nil when there is none.
  /// - Throws: `IntuneReason.ambiguousName`, another `IntuneReason` or an `HTTPReason`.
  package func compliancePolicy(named name: String) throws(Refusal) -> CompliancePolicy? {
    // Not filtered by the service: tenants have few, and not every property can be filtered by.
    let path = GraphPath(Self.policies, ["$select": "id,displayName"])
    let policies = try (collection(path) ?? []).understood(CompliancePolicy.init)
    return try only(policies.filter { $0.name == name }, named: name)
  }

  /// Adds targets to those of a compliance policy; the action replaces the set, so all are sent.
  ///
  /// - Returns: whether anything had to be changed.
  /// - Throws: `IntuneReason.broadTarget`, `.foreignAssignment`, `.notTaken`, `.requestRefused` without such a
  ///   policy, another `IntuneReason` or an `HTTPReason`.
  @discardableResult
  package func assign(
    policy: GraphID, to wanted: [AssignmentTarget], broad: BroadTargets = .refused
  ) throws(Refusal) -> Bool {
    let subject = "policy \(policy)"
    if let target = wanted.first(where: \.isBroad), broad == .refused {
      throw Refusal(
        IntuneReason.broadTarget, subject, seen: "\(target)", expected: "a group, or a wider scope")
    }
    let path = "\(Self.policies)/\(policy)"
    guard let before = try collection(GraphPath("\(path)/assignments")) else {
      throw Refusal(
        IntuneReason.requestRefused, subject, seen: "no such policy", expected: "a policy")
    }
    let present = try targets(before, of: subject)
    let missing = wanted.filter { !present.contains($0) }
    guard !missing.isEmpty else { return false }
    let all = Set(present + missing)
    for case .group(let id) in all where all.contains(.excludingGroup(id)) {
      throw Refusal(
        IntuneReason.foreignAssignment, subject, seen: "group \(id) included and excluded",
        expected: "one of both")
    }
    let assignments = (present + missing).map { target -> JSONValue in
      [
        "@odata.type": "#microsoft.graph.deviceCompliancePolicyAssignment", "target": target.json,
      ]
    }
    try change("perhaps the policy's assignments") { () throws(Refusal) in
      _ = try post(
        GraphPath("\(path)/assign"), ["assignments": .array(assignments)], repeating: .always)
      try settled { () throws(Refusal) in
        let shown = try collection(GraphPath("\(path)/assignments")) ?? []
        try check(try targets(shown, of: subject), are: all, of: subject)
      }
    }
    return true
  }

  private func check(
    _ after: [AssignmentTarget], are all: Set<AssignmentTarget>, of subject: String
  ) throws(Refusal) {
    guard Set(after) == all else {
      throw Refusal(
        IntuneReason.notTaken, subject,
        seen: after.map(\.description).sorted().joined(separator: ", "),
        expected: all.map(\.description).sorted().joined(separator: ", "),
        changed: "the policy's assignments")
    }
  }

  private func targets(
    _ fields: [JSONField], of subject: String
  ) throws(Refusal) -> [AssignmentTarget] {
    var targets: [AssignmentTarget] = []
    for field in fields {
      let json = try understood { () throws(Refusal) in try field["target"].value }
      guard let target = AssignmentTarget(json) else {
        throw Refusal(
          IntuneReason.foreignAssignment, subject,
          seen: json.object?["@odata.type"]?.text ?? "a target without type",
          expected: "targets that can be sent again")
      }
      targets.append(target)
    }
    return targets
  }
}
