// SPDX-License-Identifier: Apache-2.0
package import Intents
import Trust

/// A device that is enrolled in Intune, with what decisions need of it.
package struct ManagedDevice: Hashable, Sendable {
  /// Which workloads of a co-managed device Intune has: `configurationManagerClientEnabledFeatures`. True stands
  /// for Intune (recalled, not documented in what we hold: configmgr.md, 6.3).
  package struct Workloads: Hashable, Sendable {
    package let modernApps: Bool
    package let compliancePolicy: Bool

    package init(modernApps: Bool, compliancePolicy: Bool) {
      self.modernApps = modernApps
      self.compliancePolicy = compliancePolicy
    }
  }

  /// Of the enrolment; another one after each.
  package let id: GraphID
  /// Not unique in a tenant.
  package let name: String
  /// Which device of the directory it is; nil when it is none.
  package let directoryDevice: GraphID?
  package let compliance: OpenValue<ComplianceState>
  package let agent: OpenValue<ManagementAgent>
  /// When it last spoke with Intune; nil for never.
  package let lastSync: Instant?
  /// Nil where Intune does not say.
  package let workloads: Workloads?

  package init(
    id: GraphID, name: String, directoryDevice: GraphID?, compliance: OpenValue<ComplianceState>,
    agent: OpenValue<ManagementAgent>, lastSync: Instant?, workloads: Workloads?
  ) {
    self.id = id
    self.name = name
    self.directoryDevice = directoryDevice
    self.compliance = compliance
    self.agent = agent
    self.lastSync = lastSync
    self.workloads = workloads
  }

  init(_ field: JSONField) throws(Refusal) {
    id = try field["id"].graphID()
    name = try field.present("deviceName")?.string() ?? ""
    let directory = try field.present("azureADDeviceId")
    let isNone = ["", GraphID.none].contains(try directory?.string() ?? "")
    directoryDevice = isNone ? nil : try directory?.graphID()
    compliance = try field["complianceState"].open(ComplianceState.self)
    agent = try field["managementAgent"].open(ManagementAgent.self)
    lastSync = try field.present("lastSyncDateTime")?.moment()
    workloads = try field.present("configurationManagerClientEnabledFeatures").map {
      (features) throws(Refusal) in
      Workloads(
        modernApps: try features["modernApps"].bool(),
        compliancePolicy: try features["compliancePolicy"].bool())
    }
  }

  static let fields = [
    "id", "deviceName", "azureADDeviceId", "complianceState", "managementAgent",
    "lastSyncDateTime", "configurationManagerClientEnabledFeatures",
  ]
}

/// How one device stands with one policy: `deviceCompliancePolicyState`.
package struct PolicyState: Hashable, Sendable {
  package let name: String
  package let status: OpenValue<ComplianceStatus>
  package let settingCount: Int64

  init(_ field: JSONField) throws(Refusal) {
    name = try field.present("displayName")?.string() ?? ""
    status = try field["state"].open(ComplianceStatus.self)
    settingCount = try field["settingCount"].integer(in: 0...Int64(Int32.max))
  }
}

extension GraphClient {
  private static let devices = "deviceManagement/managedDevices"

  /// All devices of the tenant that Intune manages.
  ///
  /// - Throws: an `IntuneReason` or `HTTPReason`.
  package func managedDevices() throws(Refusal) -> [ManagedDevice] {
    let path = GraphPath(
      Self.devices, ["$select": ManagedDevice.fields.joined(separator: ",")])
    return try (collection(path) ?? []).understood(ManagedDevice.init)
  }

  /// How each of `devices` stands with every policy, 20 devices in one call.
  ///
  /// - Returns: nothing for a device that is gone.
  /// - Throws: an `IntuneReason` or `HTTPReason`.
  package func policyStates(
    of devices: [GraphID]
  ) throws(Refusal) -> [GraphID: [PolicyState]] {
    let paths = devices.map {
      GraphPath(
        "\(Self.devices)/\($0)/deviceCompliancePolicyStates",
        ["$select": "id,displayName,state,settingCount"])
    }
    var states: [GraphID: [PolicyState]] = [:]
    for (device, first) in zip(devices, try batch(paths)) {
      guard let first else { continue }
      states[device] = try objects(from: first).understood(PolicyState.init)
    }
    return states
  }
}
