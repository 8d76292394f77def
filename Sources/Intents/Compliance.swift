// SPDX-License-Identifier: Apache-2.0

/// What is known of one intent on one device. FORMAT.md, 12.
package struct ComplianceRecord: Hashable, Sendable {
  /// As in configmgr.md terms: success, in progress, requirements not met, unknown, error.
  package enum State: String, Sendable, CaseIterable {
    case succeeded
    case inProgress = "in-progress"
    case notApplicable = "not-applicable"
    case unknown
    case failed
  }

  package let device: String
  package let intent: Name
  package let revision: Int64
  package let state: State
  /// The installer's exit code, when one was seen.
  package let exitCode: Int64?
  /// When the distribution point learned it.
  package let asOf: Instant

  package init(
    device: String, intent: Name, revision: Int64, state: State, exitCode: Int64?, asOf: Instant
  ) {
    self.device = device
    self.intent = intent
    self.revision = revision
    self.state = state
    self.exitCode = exitCode
    self.asOf = asOf
  }
}

/// How far one intent has come at a site.
package enum IntentState: String, Sendable, CaseIterable {
  /// Content, program, collection and deployment are there and agree.
  case applied
  /// Verified and staged, waiting for something that `reason` names.
  case waiting
  case refused
  case failed
  /// Left the desired state; removal waits for approval.
  case removalPending = "removal-pending"
  /// Left the desired state, and its deployment is gone.
  case removed
}

/// One line of a report's `intents`.
package struct IntentResult: Hashable, Sendable {
  package let id: Name
  package let revision: Int64
  package let manifest: Digest
  package let state: IntentState
  /// Stable code and text of what it waits for or was refused with; nil when applied.
  package let reason: String?
  /// The package id that the distribution point minted, when there is one.
  package let packageID: String?
  /// The plan that people approved it under, where somebody had to, and when it was applied.
  package let plan: Digest?
  package let appliedAt: Instant?

  package init(
    id: Name, revision: Int64, manifest: Digest, state: IntentState, reason: String?,
    packageID: String?, plan: Digest? = nil, appliedAt: Instant? = nil
  ) {
    self.id = id
    self.revision = revision
    self.manifest = manifest
    self.state = state
    self.reason = reason
    self.packageID = packageID
    self.plan = plan
    self.appliedAt = appliedAt
  }
}
