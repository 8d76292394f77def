// SPDX-License-Identifier: Apache-2.0
package import Intents

/// How one app stands on one device, by the report `DeviceInstallStatusByApp`.
package struct InstallResult: Hashable, Sendable {
  /// What the report says. It writes numbers: 1 and 2 are observed in public exports, the others recalled from the
  /// portal's own enum. The names are taken too, and any other text is no evidence.
  package enum State: String, Hashable, Sendable, CaseIterable {
    case installed
    case failed
    case notInstalled
    case uninstallFailed
    case pendingInstall
    case unknown
    case notApplicable
  }

  /// `ManagedDevice.id`.
  package let device: GraphID
  package let deviceName: String
  package let state: State
  /// As it stood in the report.
  package let stateText: String
  package let details: String
  package let version: String
  /// The installer's error; nil for none.
  package let errorCode: Int64?
  package let lastModified: Instant?

  /// What the report is asked for, and must have. Default columns change, so they are always named.
  static let columns = [
    "DeviceName", "DeviceId", "AppInstallState", "AppInstallStateDetails", "AppVersion",
    "ErrorCode", "LastModifiedDateTime",
  ]

  /// Reads the one table of an exported zip.
  ///
  /// - Throws: `IntuneReason.exportUnusable`, `.tooMuch`.
  package static func results(
    inZip bytes: [UInt8], named place: String
  ) throws(Refusal) -> [InstallResult] {
    let zip = try ZipArchive(bytes, named: place)
    let tables = zip.entries.filter { $0.name.lowercased().hasSuffix(".csv") }
    guard let table = tables.first, tables.count == 1 else {
      throw Refusal(
        IntuneReason.exportUnusable, place, seen: "\(tables.count) tables", expected: "one")
    }
    let rows = try CSVTable(try zip.contents(of: table), columns: columns, named: place).rows
    var results: [InstallResult] = []
    results.reserveCapacity(rows.count)
    for row in rows {
      guard let result = InstallResult(row) else {
        throw Refusal(
          IntuneReason.exportUnusable, place, seen: "device \(row[1])", expected: "a GUID")
      }
      results.append(result)
    }
    return results
  }

  /// Nil unless `values` are those of `columns` with a device id.
  package init?(_ values: [String]) {
    guard values.count == InstallResult.columns.count, let device = GraphID(values[1]) else {
      return nil
    }
    self.device = device
    deviceName = values[0]
    stateText = values[2]
    state = InstallResult.state(values[2])
    details = values[3]
    version = values[4]
    errorCode = InstallResult.number(values[5]).flatMap { $0 == 0 ? nil : $0 }
    lastModified = GraphMoment.instant(values[6])
  }

  private static func state(_ text: String) -> State {
    switch text {
    case "1": .installed
    case "2": .failed
    case "3": .notInstalled
    case "4": .uninstallFailed
    case "5": .pendingInstall
    case "-1": .notApplicable
    default: State.allCases.first { $0.rawValue.lowercased() == text.lowercased() } ?? .unknown
    }
  }

  /// Decimal, or hexadecimal with `0x` as 32 bits.
  private static func number(_ text: String) -> Int64? {
    guard text.lowercased().hasPrefix("0x") else { return Int64(text) }
    return UInt32(text.dropFirst(2), radix: 16).map { Int64(Int32(bitPattern: $0)) }
  }

  /// What it is to a gate. An app that is not there yet is neither a failure nor under way: unknown.
  package var evidence: ComplianceRecord.State {
    switch state {
    case .installed: .succeeded
    case .failed, .uninstallFailed: .failed
    case .pendingInstall: .inProgress
    case .notApplicable: .notApplicable
    case .notInstalled, .unknown: .unknown
    }
  }

  /// One result a device: the report has a row for each user, and the latest speaks. Of equally late ones a
  /// failure does.
  package static func latest(_ results: [InstallResult]) -> [GraphID: InstallResult] {
    Dictionary(grouping: results, by: \.device).compactMapValues { rows in
      rows.max { left, right in left.rank < right.rank }
    }
  }

  private var rank: (Int64, Int, String) {
    (lastModified?.seconds ?? -1, evidence == .failed ? 1 : 0, stateText)
  }
}
