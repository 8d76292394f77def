// SPDX-License-Identifier: Apache-2.0
package import Intents

/// Who installs apps on a device, or judges it. Pure; configmgr.md, 6.3.
package enum WorkloadOwner: Hashable, Sendable {
  case intune
  case configurationManager
  /// Nobody can tell: neither plane may be asked to act, and nothing is evidence.
  case undetermined(why: String)
}

extension ManagedDevice {
  /// Who installs apps here. On a co-managed device the workload flag decides, and without one nobody is guessed.
  package var appOwner: WorkloadOwner { owner(of: \.modernApps) }

  /// Who judges compliance here.
  package var complianceOwner: WorkloadOwner {
    compliance.known == .configManager ? .configurationManager : owner(of: \.compliancePolicy)
  }

  private func owner(of workload: KeyPath<Workloads, Bool>) -> WorkloadOwner {
    switch agent.known {
    case .mdm, .easMdm, .intuneClient, .easIntuneClient: return .intune
    case .configurationManagerClient: return .configurationManager
    case .configurationManagerClientMdm, .configurationManagerClientMdmEas:
      guard let workloads else {
        return .undetermined(why: "co-managed, and Intune does not say whose workload it is")
      }
      return workloads[keyPath: workload] ? .intune : .configurationManager
    case .eas, .unknown, .jamf, .googleCloudDevicePolicyController, .microsoft365ManagedMdm,
      .msSense, nil:
      return .undetermined(why: "managed by \(agent.text)")
    }
  }
}

/// What Intune's judgement of a device is worth to a gate. Pure.
package enum ComplianceEvidence: Hashable, Sendable {
  case state(ComplianceRecord.State)
  /// ConfigMgr owns the answer: the site's return bundle has it, and Graph does not.
  case takeFromSite
}

extension ComplianceEvidence {
  /// Of a whole device. A value that this version does not know is no evidence.
  package init(_ state: OpenValue<ComplianceState>) {
    switch state.known {
    case .compliant: self = .state(.succeeded)
    case .noncompliant, .conflict, .error: self = .state(.failed)
    case .inGracePeriod: self = .state(.inProgress)
    case .configManager: self = .takeFromSite
    case .unknown, nil: self = .state(.unknown)
    }
  }

  /// Of one policy on a device. One that is not assigned says nothing: it is no reason to leave the device out.
  package init(_ status: OpenValue<ComplianceStatus>) {
    switch status.known {
    case .compliant, .remediated: self = .state(.succeeded)
    case .nonCompliant, .conflict, .error: self = .state(.failed)
    case .notApplicable: self = .state(.notApplicable)
    case .notAssigned, .unknown, nil: self = .state(.unknown)
    }
  }
}

extension ManagedDevice {
  /// What its compliance is worth: of a device that never spoke with Intune nothing is known.
  package var complianceEvidence: ComplianceEvidence {
    if complianceOwner == .configurationManager { return .takeFromSite }
    guard lastSync != nil, complianceOwner == .intune else { return .state(.unknown) }
    return ComplianceEvidence(compliance)
  }
}
