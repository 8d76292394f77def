// SPDX-License-Identifier: Apache-2.0
package import Intents

/// Holds what a log tells against what is kept beside it (S18): every kept fact must be told, and what was told
/// last of it must be what is kept. Pure.
package struct AuditAgreement: Sendable {
  private var kept: [String: String] = [:]
  private var told: [String: (value: String, line: Int64)] = [:]
  package private(set) var faults = AuditFaults()

  package init() {}

  /// Notes what is kept under a name such as `report 3`.
  package mutating func keep(_ what: String, _ value: String) { kept[what] = value }

  /// Notes what line `line` tells of something that must be kept still.
  package mutating func tell(_ what: String, _ value: String, line: Int64) {
    if kept[what] == nil {
      faults.add(
        AuditFault(.fact, what, seen: "nothing kept", expected: "\(value), as line \(line) tells"))
    } else {
      told[what] = (value, line)
    }
  }

  /// Notes what line `line` tells of something that may have gone since.
  package mutating func mention(_ what: String, _ value: String, line: Int64) {
    if kept[what] != nil { told[what] = (value, line) }
  }

  /// What was told last of `what`, of that which is kept.
  package func told(_ what: String) -> String? { told[what]?.value }

  /// Compares both.
  package mutating func finish() {
    for (what, value) in kept.sorted(by: { $0.key < $1.key }) {
      guard let last = told[what] else {
        faults.add(AuditFault(.fact, what, seen: value, expected: "a line that tells of it"))
        continue
      }
      guard last.value != value else { continue }
      faults.add(
        AuditFault(.fact, what, seen: value, expected: "\(last.value), as line \(last.line) tells"))
    }
  }

  package mutating func add(_ fault: AuditFault) { faults.add(fault) }
}

/// What came of looking through one log.
package struct AuditFinding: Sendable {
  /// Whose log it is: a site and its epoch; nil for the centre's own.
  package let site: SiteID?
  package let epoch: RandomID?
  /// Lines.
  package let count: Int64
  /// Where it ends: what to hold against what the other side reads out.
  package let head: AuditHead
  /// Signed statements that were verified beside it.
  package let statements: Int64
  package let faults: AuditFaults

  package init(
    site: SiteID?, epoch: RandomID?, statements: Int64, walk: AuditWalk, agreement: AuditAgreement
  ) {
    self.site = site
    self.epoch = epoch
    self.statements = statements
    count = walk.count
    head = walk.head
    var faults = walk.faults
    faults.add(agreement.faults)
    self.faults = faults
  }
}
