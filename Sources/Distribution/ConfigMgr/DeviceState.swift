// SPDX-License-Identifier: Apache-2.0
package import Intents

/// What a row of `SMS_ClassicDeploymentAssetDetails` or `SMS_AppDeploymentAssetDetails` says of a device.
package enum DeviceState {
  /// Which kind of deployment the row belongs to.
  package enum Kind: Sendable { case package, application }

  /// `StatusType` as a state of ours (configmgr.md, 5.1). What is in no list is unknown: success is never
  /// inferred, and neither is failure.
  package static func state(
    ofStatusType type: Int64, _ kind: Kind = .package
  ) -> ComplianceRecord.State {
    switch type {
    case 1: .succeeded
    case 2: .inProgress
    case 3: kind == .application ? .notApplicable : .unknown
    case 5: .failed
    default: .unknown
    }
  }
}
