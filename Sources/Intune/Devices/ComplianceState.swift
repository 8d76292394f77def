// SPDX-License-Identifier: Apache-2.0

/// What Intune says of a whole device: `complianceState`. Not spelt as `ComplianceStatus` is.
package enum ComplianceState: String, Hashable, Sendable, CaseIterable {
  case unknown
  case compliant
  case noncompliant
  case conflict
  case error
  case inGracePeriod
  /// ConfigMgr judges this device.
  case configManager
}

/// What Intune says of one policy on one device: `complianceStatus`. Not spelt as `ComplianceState` is.
package enum ComplianceStatus: String, Hashable, Sendable, CaseIterable {
  case unknown
  case notApplicable
  case compliant
  case remediated
  case nonCompliant
  case error
  case conflict
  case notAssigned
}

/// Who manages a device: `managementAgentType`.
package enum ManagementAgent: String, Hashable, Sendable, CaseIterable {
  case eas
  case mdm
  case easMdm
  case intuneClient
  case easIntuneClient
  case configurationManagerClient
  /// Co-managed.
  case configurationManagerClientMdm
  /// Co-managed, with Exchange ActiveSync.
  case configurationManagerClientMdmEas
  case unknown
  case jamf
  case googleCloudDevicePolicyController
  case microsoft365ManagedMdm
  case msSense
}
