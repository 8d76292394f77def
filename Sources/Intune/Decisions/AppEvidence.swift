// SPDX-License-Identifier: Apache-2.0
package import Intents

/// What Intune's report on an app says of an intent, device by device. Pure.
package struct AppEvidence: Sendable {
  /// Of the devices whose apps Intune installs, by `ManagedDevice.id`. One without a row is unknown: neither
  /// failed nor done.
  package let records: [GraphID: ComplianceRecord]
  /// Devices whose apps ConfigMgr installs: their state comes in the site's return bundle.
  package let fromSite: Set<GraphID>
  /// Devices of which nobody can tell who installs, and why: what a report says of them is no evidence.
  package let undetermined: [GraphID: String]

  /// - Parameters:
  ///   - devices: those that the intent is meant for.
  ///   - results: of the app, as the report has them.
  ///   - asOf: when the report was made; stands for devices without a moment of their own.
  package init(
    of intent: Name, revision: Int64, on devices: [ManagedDevice], results: [InstallResult],
    asOf: Instant
  ) {
    let latest = InstallResult.latest(results)
    var records: [GraphID: ComplianceRecord] = [:]
    var fromSite: Set<GraphID> = []
    var undetermined: [GraphID: String] = [:]
    for device in devices {
      switch device.appOwner {
      case .configurationManager: fromSite.insert(device.id)
      case .undetermined(let why): undetermined[device.id] = why
      case .intune:
        let result = latest[device.id]
        records[device.id] = ComplianceRecord(
          device: device.name, intent: intent, revision: revision,
          state: result?.evidence ?? .unknown, exitCode: result?.errorCode,
          asOf: result?.lastModified ?? asOf)
      }
    }
    self.records = records
    self.fromSite = fromSite
    self.undetermined = undetermined
  }
}
