// SPDX-License-Identifier: Apache-2.0
package import Intents

/// What an execution plane's failure means for the step that met it (configmgr.md, 7).
package enum FailureClass: String, Sendable, CaseIterable {
  /// May pass by itself: the step stays pending and is tried again.
  case transient
  /// Will not pass without a change: the intent stops, others go on.
  case permanent
  /// The request or the state is one that must not be acted on: stop, record, never try again.
  case policyViolation = "policy_violation"
}

extension RefusalReason {
  /// Follows from the exit code: what may pass when only waited for, what somebody forged or forbade, and
  /// the rest. One more: a server that is not the one we know ends like any refusal of a point (A13), but is
  /// recorded, and never tried again by itself.
  package var failureClass: FailureClass {
    if self as? DistributionReason == .serverUntrusted { return .policyViolation }
    return switch exit {
    case .waiting, .pointUnavailable, .incomplete: .transient
    case .policyViolation, .damaged, .untrusted: .policyViolation
    default: .permanent
    }
  }
}

extension Refusal {
  package var failureClass: FailureClass { reason.failureClass }
}
