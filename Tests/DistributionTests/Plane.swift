// SPDX-License-Identifier: Apache-2.0
import Bundles
import Distribution
import Foundation
import Intents
import SystemPackage
import Testing

/// An execution plane of one test, driven the same way whatever its kind is.
protocol Plane: AnyObject {
  var scratch: Scratch { get }
  var id: Name { get }

  /// A new point, as after a restart.
  func point() throws -> any DistributionPoint
  /// Lets come true what is under way, such as a script that an administrator runs.
  func settle() throws
  /// Forgets what a journal would have kept.
  func forget()
  /// Where a held file lies.
  func path(ofHeld digest: Digest, in content: Content) throws -> FilePath
  /// Makes devices members of a collection that is there.
  func enrol(_ devices: [String], in collection: CollectionName) throws
  /// What a device reports of a program.
  func report(
    _ outcome: DeviceOutcome, of device: String, _ program: Name, _ receipt: ContentReceipt)
    throws
  /// Makes the plane unreachable, or reachable again.
  func setReachable(_ isReachable: Bool) throws
}

enum DeviceOutcome: Sendable, CaseIterable {
  case succeeded, failed, running, silent

  var state: ComplianceRecord.State {
    switch self {
    case .succeeded: .succeeded
    case .failed: .failed
    case .running: .inProgress
    case .silent: .unknown
    }
  }
}

/// The embedded library as a plane.
final class LibraryPlane: Plane {
  private let library: Library
  private var devices: [String: (collections: [String], outcome: String)] = [:]
  var scratch: Scratch { library.scratch }
  var id: Name { library.id }

  init() throws { library = try Library() }

  func point() throws -> any DistributionPoint { try library.point() }
  func settle() {}
  func forget() {}

  func path(ofHeld digest: Digest, in content: Content) -> FilePath {
    let hex = digest.hex.uppercased()
    return library.root.appending("FileLib/\(hex.prefix(4))/\(hex)")
  }

  func enrol(_ names: [String], in collection: CollectionName) throws {
    for name in names { devices[name, default: ([], "")].collections.append(collection.text) }
    try write()
  }

  func report(
    _ outcome: DeviceOutcome, of device: String, _ program: Name, _ receipt: ContentReceipt
  ) throws {
    devices[device]?.outcome =
      switch outcome {
      case .succeeded: #","exit_code":0"#
      case .failed: #","exit_code":1603"#
      case .running: #","state":"running""#
      case .silent: ""
      }
    try write()
  }

  func setReachable(_ isReachable: Bool) throws {
    let away = FilePath(library.root.text + ".away")
    if isReachable {
      try DurableFile.rename(away, to: library.root)
    } else {
      try DurableFile.rename(library.root, to: away)
    }
  }

  private func write() throws {
    let lines = devices.sorted { $0.key < $1.key }.map { name, device in
      let collections = device.collections.map { "\"\($0)\"" }.joined(separator: ",")
      return "{\"device\":\"\(name)\",\"collections\":[\(collections)]\(device.outcome)}"
    }
    try scratch.write(lines.joined(separator: "\n"), to: "library/devices.ndjson")
  }
}

/// A simulated site behind its AdminService as a plane.
final class AdminServicePlane: Plane {
  let site: SimulatedSite
  let memory = TestMemory()
  let clock = TestClock()
  let id: Name
  private let siteCode: SiteCode
  var scratch: Scratch { site.scratch }
  var root: FilePath { scratch.path.appending("landing") }

  init(points: [String] = [SimulatedSite.point]) throws {
    site = try SimulatedSite(points: points)
    id = try #require(Name("ps1"))
    siteCode = try #require(SiteCode("PS1"))
    try AdminServicePoint.create(try configuration())
  }

  func configuration(
    unverified: Set<UnverifiedRoute> = Set(UnverifiedRoute.allCases), authorities: String? = nil,
    address: String? = nil, points: [String] = [SimulatedSite.point],
    members: ClosedRange<Int64> = 0...1000, siteCode: SiteCode? = nil, timeout: Int = 20_000
  ) throws -> AdminServiceConfiguration {
    try AdminServiceConfiguration(
      id: id, address: address ?? site.address,
      authorities: try authorities ?? SimulatedSite.authority,
      siteCode: siteCode ?? self.siteCode,
      share: SourceShare(local: root, unc: "\\\\srv\\src$\\waybill"), distributionPoints: points,
      members: members, unverified: unverified, timeout: timeout)
  }

  func point(
    _ configuration: AdminServiceConfiguration, observer: LibraryPoint.Observer? = nil
  ) throws -> AdminServicePoint {
    try AdminServicePoint(configuration, clock: clock.clock, memory: memory, observer: observer)
  }

  func point() throws -> any DistributionPoint { try point(try configuration()) }
  func settle() {}
  func forget() { memory.forget() }

  func path(ofHeld digest: Digest, in content: Content) throws -> FilePath {
    let file = try #require(try content.list.first { $0.digest == digest })
    let folders = try FileQuery.names(in: root).filter {
      $0.hasPrefix(ContentID(manifest: content.manifest).text)
    }
    return root.appending(try #require(folders.last)).appending(file.path)
  }

  func enrol(_ names: [String], in collection: CollectionName) throws {
    let devices = try site.table("devices")
    try site.change { data in
      var table = data["collections"] as? [String: [String: Any]] ?? [:]
      for (key, row) in table where row["Name"] as? String == collection.text {
        var rules = row["rules"] as? [Any] ?? []
        for device in devices.values where names.contains(device["Name"] as? String ?? "") {
          rules.append(["ResourceID": device["ResourceId"] ?? 0])
        }
        table[key]?["rules"] = rules
      }
      data["collections"] = table
    }
  }

  func report(
    _ outcome: DeviceOutcome, of device: String, _ program: Name, _ receipt: ContentReceipt
  ) throws {
    let types: [DeviceOutcome: Int] = [.succeeded: 1, .failed: 5, .running: 2]
    try site.change { data in
      var table = data["outcomes"] as? [String: Any] ?? [:]
      table["\(receipt.packageID)|\(program)|\(device)"] = types[outcome].map {
        ["StatusType": $0, "MessageID": 0, "StatusDescription": ""] as [String: Any]
      }
      data["outcomes"] = table
    }
  }

  func setReachable(_ isReachable: Bool) throws {
    if isReachable { return try site.fault() }
    try site.fault(["status": 429, "retry_after": "301", "times": 1000])
  }
}

/// The kinds that the contract is tried on.
enum PlaneKind: String, Sendable, CaseIterable {
  case library, adminservice

  func plane() throws -> any Plane {
    switch self {
    case .library: try LibraryPlane()
    case .adminservice: try AdminServicePlane()
    }
  }
}
