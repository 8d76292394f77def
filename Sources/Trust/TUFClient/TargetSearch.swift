// SPDX-License-Identifier: Apache-2.0
import Intents

/// In which order roles are asked about one path: pre-order and depth-first, each role once, at most
/// `TrustLimits.rolesOfSearch` of them. TUF 1.0.31, 5.6.7.
struct TargetSearch {
  let path: TargetPath
  /// Still to be asked, the next one last.
  private var waiting: [Delegation]
  private(set) var asked: Set<RoleName> = []

  init(_ path: TargetPath, from targets: Delegation) {
    self.path = path
    waiting = [targets]
  }

  /// The role to ask now, with the keys that the role before it on the path named; nil when there is none.
  mutating func next() -> Delegation? {
    guard asked.count < TrustLimits.rolesOfSearch else { return nil }
    while let delegation = waiting.popLast() {
      if asked.insert(delegation.name).inserted { return delegation }
    }
    return nil
  }

  /// Takes note of whom `role`, which does not know the path, hands it to.
  mutating func descend(into role: TargetsMetadata) {
    var handed: [Delegation] = []
    for delegation in role.delegations(of: path) {
      handed.append(delegation)
      if delegation.isTerminating {
        waiting.removeAll()
        break
      }
    }
    waiting += handed.reversed()
  }
}
