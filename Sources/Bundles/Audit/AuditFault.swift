// SPDX-License-Identifier: Apache-2.0
package import Intents

/// Something that is wrong with a log.
package struct AuditFault: Hashable, Sendable {
  package enum Kind: String, Sendable, CaseIterable {
    /// A line was edited, moved or taken out: the log does not chain.
    case line
    /// A line that the other side holds is not in the log: its tail was cut or written anew.
    case head
    /// What is kept beside the log is something else than what it tells.
    case fact
  }

  package let kind: Kind
  /// Such as `line 12`.
  package let subject: String
  package let seen: String
  package let expected: String

  package init(_ kind: Kind, _ subject: String, seen: String, expected: String) {
    self.kind = kind
    self.subject = subject
    self.seen = seen
    self.expected = expected
  }
}

/// All that is wrong with a log: the first of each kind, and how many there are.
package struct AuditFaults: Sendable {
  /// In the order in which they were met, at most `BundleLimits.auditFaults` of a kind.
  package private(set) var list: [AuditFault] = []
  private var counts: [AuditFault.Kind: Int64] = [:]

  package init() {}

  package mutating func add(_ fault: AuditFault) {
    let count = counts[fault.kind, default: 0]
    counts[fault.kind] = count + 1
    if count < BundleLimits.auditFaults { list.append(fault) }
  }

  package mutating func add(_ others: AuditFaults) {
    for fault in others.list { add(fault) }
    for kind in AuditFault.Kind.allCases {
      let untold = others[kind] - Int64(others.list.count { $0.kind == kind })
      counts[kind, default: 0] += untold
    }
  }

  /// How many of `kind` there are.
  package subscript(kind: AuditFault.Kind) -> Int64 { counts[kind] ?? 0 }

  package var isEmpty: Bool { list.isEmpty }

  /// The refusal of the first fault: a broken line before a head, a head before a fact, since each may be no more
  /// than a consequence of the one before.
  package func refusal(_ reason: (AuditFault.Kind) -> any RefusalReason) -> Refusal? {
    for kind in AuditFault.Kind.allCases {
      guard let fault = list.first(where: { $0.kind == kind }) else { continue }
      let others = self[kind] - 1
      return Refusal(
        reason(kind), fault.subject, seen: fault.seen + (others > 0 ? " (and \(others) more)" : ""),
        expected: fault.expected)
    }
    return nil
  }
}
