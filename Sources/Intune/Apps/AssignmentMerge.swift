// SPDX-License-Identifier: Apache-2.0
package import Intents
package import Trust

/// The whole set of an app's assignments after one more is in it: Graph's action replaces the set, so what others
/// assigned is sent again with ours. Pure.
package struct AssignmentMerge: Sendable {
  /// Body of `POST …/mobileApps/{id}/assign`.
  package let body: JSONValue
  /// Whether Graph shows something else than what shall be.
  package let isNeeded: Bool
  /// What must be there afterwards, and no more.
  let expected: [Place: AppAssignment.Intent]

  /// What no set holds twice.
  struct Place: Hashable, Sendable {
    let target: AssignmentTarget
  }

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
    var expected: [Place: AppAssignment.Intent] = [:]
    var bodies: [(Place, JSONValue)] = []
    for seen in present {
      guard let target = seen.target, let intent = seen.intent.known, let json = seen.json else {
        throw AssignmentMerge.foreign(
          app, "\(seen.intent.text) for \(seen.targetType)",
          "targets and intents that can be sent again")
      }
      guard expected.updateValue(intent, forKey: Place(target: target)) == nil else {
        throw AssignmentMerge.foreign(app, "\(target) twice", "each target once")
      }
      bodies.append((Place(target: target), json))
    }
    var isNeeded = false
    for assignment in wanted {
      let place = Place(target: assignment.target)
      if let intent = expected[place], intent != assignment.intent {
        throw AssignmentMerge.foreign(
          app, "\(intent.rawValue) for \(place.target)", assignment.intent.rawValue)
      }
      expected[place] = assignment.intent
      if let index = bodies.firstIndex(where: { $0.0 == place }) {
        guard !AssignmentMerge.covers(bodies[index].1, assignment.json) else { continue }
        bodies[index].1 = assignment.json
      } else {
        bodies.append((place, assignment.json))
      }
      isNeeded = true
    }
    for case .group(let id) in expected.keys.map(\.target)
    where expected[Place(target: .excludingGroup(id))] != nil {
      throw AssignmentMerge.foreign(app, "group \(id) included and excluded", "one of both")
    }
    self.expected = expected
    self.isNeeded = isNeeded
    body = ["mobileAppAssignments": .array(bodies.map(\.1))]
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
  func check(_ after: [SeenAssignment], of app: String) throws(Refusal) {
    var seen: [Place: AppAssignment.Intent] = [:]
    for assignment in after {
      guard let target = assignment.target, let intent = assignment.intent.known else { continue }
      seen[Place(target: target)] = intent
    }
    guard seen == expected, after.count == expected.count else {
      throw Refusal(
        IntuneReason.notTaken, app, seen: AssignmentMerge.text(seen, after.count),
        expected: AssignmentMerge.text(expected, expected.count), changed: "the app's assignments")
    }
  }

  private static func text(_ set: [Place: AppAssignment.Intent], _ count: Int) -> String {
    let lines = set.map { "\($0.value.rawValue) for \($0.key.target)" }.sorted()
    return "\(count): " + lines.joined(separator: ", ")
  }

  private static func foreign(_ app: String, _ seen: String, _ expected: String) -> Refusal {
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
