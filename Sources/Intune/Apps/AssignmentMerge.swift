// SPDX-License-Identifier: Apache-2.0
package import Intents
package import Trust

/// The whole set of an app's assignments after a change: Graph's action replaces the set, so what others assigned
/// is sent again with ours. Pure.
package struct AssignmentMerge: Sendable {
  /// Body of `POST …/mobileApps/{id}/assign`.
  package var body: JSONValue { ["mobileAppAssignments": .array(bodies.map(\.json))] }
  /// Whether Graph shows something else than what shall be.
  package private(set) var isNeeded = false
  /// What must be there afterwards, and no more.
  private var expected: [AssignmentTarget: AppAssignment.Intent] = [:]
  private var bodies: [(target: AssignmentTarget, json: JSONValue)] = []
  /// For refusals.
  private let app: String

  /// - Parameters:
  ///   - wanted: what shall be there; a target once.
  ///   - present: all that Graph shows, of everybody.
  ///   - app: for refusals.
  /// - Throws: `IntuneReason.broadTarget`, and `.foreignAssignment` for what cannot be kept: a target of ConfigMgr,
  ///   one that is narrowed by something we do not know, an intent that we do not know, the same group included
  ///   and excluded, or the same target with another intent.
  package init(
    adding wanted: [AppAssignment], to present: [SeenAssignment], of app: String,
    broad: BroadTargets
  ) throws(Refusal) {
    if let target = wanted.map(\.target).first(where: \.isBroad), broad == .refused {
      throw Refusal(
        IntuneReason.broadTarget, app, seen: "\(target)", expected: "a group, or a wider scope")
    }
    try self.init(keeping: present, of: app)
    for assignment in wanted { try add(assignment) }
    for case .group(let id) in expected.keys where expected[.excludingGroup(id)] != nil {
      throw foreign("group \(id) included and excluded", "one of both")
    }
  }

  /// Takes back what was added. An assignment to the same target with another intent is another's and stays.
  ///
  /// - Throws: `IntuneReason.foreignAssignment` for what cannot be kept.
  package init(
    withdrawing unwanted: [AppAssignment], from present: [SeenAssignment], of app: String
  ) throws(Refusal) {
    try self.init(keeping: present, of: app)
    for assignment in unwanted where expected[assignment.target] == assignment.intent {
      expected[assignment.target] = nil
      bodies.removeAll { $0.target == assignment.target }
      isNeeded = true
    }
  }

  private init(keeping present: [SeenAssignment], of app: String) throws(Refusal) {
    self.app = app
    for seen in present {
      guard let target = seen.target, let intent = seen.intent.known, let json = seen.json else {
        throw foreign(
          "\(seen.intent.text) for \(seen.targetType)", "targets and intents that can be sent again"
        )
      }
      guard expected.updateValue(intent, forKey: target) == nil else {
        throw foreign("\(target) twice", "each target once")
      }
      bodies.append((target, json))
    }
  }

  private mutating func add(_ assignment: AppAssignment) throws(Refusal) {
    let target = assignment.target
    if let intent = expected[target], intent != assignment.intent {
      throw foreign("\(intent.rawValue) for \(target)", assignment.intent.rawValue)
    }
    expected[target] = assignment.intent
    if let index = bodies.firstIndex(where: { $0.target == target }) {
      guard !AssignmentMerge.covers(bodies[index].json, assignment.json) else { return }
      bodies[index].json = assignment.json
    } else {
      bodies.append((target, assignment.json))
    }
    isNeeded = true
  }

  /// Whether all that `wanted` says stands in `present`; what the service added by itself does not count.
  private static func covers(_ present: JSONValue, _ wanted: JSONValue) -> Bool {
    guard let present = present.object, let wanted = wanted.object else {
      if let moment = wanted.text.flatMap({ GraphMoment.instant($0) }) {
        return present.text.flatMap { GraphMoment.instant($0) } == moment
      }
      return present == wanted
    }
    return wanted.members.allSatisfy { member in
      present[member.key].map { covers($0, member.value) } ?? false
    }
  }

  /// - Throws: `IntuneReason.notTaken` when Graph does not show what was sent.
  func check(_ after: [SeenAssignment]) throws(Refusal) {
    var seen: [AssignmentTarget: AppAssignment.Intent] = [:]
    for assignment in after {
      guard let target = assignment.target, let intent = assignment.intent.known else { continue }
      seen[target] = intent
    }
    guard seen == expected, after.count == expected.count else {
      throw Refusal(
        IntuneReason.notTaken, app, seen: AssignmentMerge.text(seen, after.count),
        expected: AssignmentMerge.text(expected, expected.count), changed: "the app's assignments")
    }
  }

  private static func text(_ set: [AssignmentTarget: AppAssignment.Intent], _ count: Int) -> String
  {
    let lines = set.map { "\($0.value.rawValue) for \($0.key)" }.sorted()
    return "\(count): " + lines.joined(separator: ", ")
  }

  private func foreign(_ seen: String, _ expected: String) -> Refusal {
    Refusal(IntuneReason.foreignAssignment, app, seen: seen, expected: expected)
  }
}

extension AssignmentTarget: CustomStringConvertible {
  package var description: String {
    switch self {
    case .group(let id): "group \(id)"
    case .excludingGroup(let id): "all but group \(id)"
    case .allDevices: "all devices"
    case .allUsers: "all users"
    }
  }
}
