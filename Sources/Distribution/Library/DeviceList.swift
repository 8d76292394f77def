// SPDX-License-Identifier: Apache-2.0
import Bundles
package import Intents
package import SystemPackage
import Trust

/// The simulated devices of a library point: `devices.ndjson`, one JSON object a line, edited by the admin.
///
///     {"collections":["Site 1"],"device":"PC-001","exit_code":0}
///     {"collections":["Site 1"],"device":"PC-002","state":"offline"}
///     {"collections":["Site 1","Lab"],"device":"PC-003","exit_code":3010,
///      "programs":{"repair":{"exit_code":1603},"tool":{"state":"requirements-not-met"}}}
///
/// (The third is one line.) `device` is 1 to 64 of `[A-Za-z0-9._-]` and occurs once. What a program does on a
/// device is `exit_code` or `state`, for all programs or under `programs` for the one of that name; with neither
/// the device has not been heard of. Blank lines and those that begin with `#` are skipped.
package struct DeviceList: Sendable {
  /// What happens when a program reaches a device.
  package enum Behaviour: Hashable, Sendable {
    case exits(Int64)
    case offline
    case requirementsNotMet
    case running
    case silent
  }

  package struct Device: Hashable, Sendable {
    package let name: String
    package let collections: Set<CollectionName>
    package let behaviour: Behaviour
    package let programs: [Name: Behaviour]

    package func behaviour(of program: Name) -> Behaviour { programs[program] ?? behaviour }
  }

  /// Ascending by name.
  package let devices: [Device]

  /// Reads the list; one that is not there has no devices.
  package init(at path: FilePath) throws(Refusal) {
    guard FileQuery.status(path) != nil else {
      try self.init(parsing: [], named: path.text)
      return
    }
    try self.init(
      parsing: FileQuery.contents(of: path, cap: DistributionLimits.deviceList), named: path.text)
  }

  /// - Throws: `DistributionReason.deviceListMalformed` with the number of the line.
  package init(parsing bytes: [UInt8], named name: String) throws(Refusal) {
    var devices: [String: Device] = [:]
    var number = 0
    for line in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
      number += 1
      let blanks: Set<UInt8> = [9, 13, 32]
      guard let first = line.first(where: { !blanks.contains($0) }), first != UInt8(ascii: "#")
      else {
        continue
      }
      do throws(Refusal) {
        let field = try JSONField(parsing: Array(line), named: "\(name), line \(number)")
        let device = try DeviceList.device(field)
        guard devices.updateValue(device, forKey: device.name) == nil else {
          throw field.wrong("each device once")
        }
      } catch {
        throw Refusal(
          DistributionReason.deviceListMalformed, error.subject, seen: error.seen,
          expected: error.expected)
      }
    }
    self.devices = devices.values.sorted { $0.name < $1.name }
  }

  private static func device(_ field: JSONField) throws(Refusal) -> Device {
    try field.only(["collections", "device", "exit_code", "programs", "state"])
    var collections: Set<CollectionName> = []
    for element in try field["collections"].array() {
      collections.insert(
        try element.parsed("a collection: \(CollectionName.rule)") { CollectionName($0) })
    }
    var programs: [Name: Behaviour] = [:]
    for (key, member) in try field.optional("programs")?.members() ?? [] {
      guard let program = Name(key) else { throw member.wrong("a program: \(Name.rule)") }
      try member.only(["exit_code", "state"])
      programs[program] = try behaviour(member)
    }
    return Device(
      name: try field["device"].parsed("1 to 64 of A-Z, a-z, 0-9, . _ and -", parseName),
      collections: collections, behaviour: try behaviour(field), programs: programs)
  }

  private static func parseName(_ text: String) -> String? {
    let isPlain = text.utf8.allSatisfy { byte in
      PackageID.isUpperAlphanumeric(byte) || (97...122).contains(byte)
        || "._-".utf8.contains(byte)
    }
    return isPlain && (1...64).contains(text.utf8.count) ? text : nil
  }

  private static func behaviour(_ field: JSONField) throws(Refusal) -> Behaviour {
    let code = try field.optional("exit_code")
    guard let state = try field.optional("state") else {
      guard let code else { return .silent }
      return .exits(try code.integer(in: Int64(Int32.min)...Int64(UInt32.max)))
    }
    guard code == nil else { throw field.wrong("exit_code or state, not both") }
    return try state.parsed("offline, requirements-not-met or running") { text in
      switch text {
      case "offline": .offline
      case "requirements-not-met": .requirementsNotMet
      case "running": .running
      default: nil
      }
    }
  }
}
