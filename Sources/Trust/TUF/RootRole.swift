// SPDX-License-Identifier: Apache-2.0
package import Intents

/// Which keys count: the role that all trust starts from. FORMAT.md, 3; TUF 1.0.31, 4.3.
package struct RootRole: ChainedRoot {
  package let header: RoleHeader
  /// That everything under this root is rehearsal and is never taken by production.
  package let isRehearsal: Bool
  /// That the floor of time falls to this moment where it is above it: the way out when a stolen key drove it up.
  /// It counts once, when this root is taken.
  package let timeFloorReset: Instant?
  package let root: RoleKeys
  package let timestamp: RoleKeys
  package let snapshot: RoleKeys
  package let targets: RoleKeys

  package var version: Int64 { header.version }

  /// Every key that it names, whatever for.
  var allKeys: [PublicKey] { [root, timestamp, snapshot, targets].flatMap(\.keys) }

  package init(
    header: RoleHeader, isRehearsal: Bool, root: RoleKeys, timestamp: RoleKeys, snapshot: RoleKeys,
    targets: RoleKeys, timeFloorReset: Instant? = nil
  ) {
    self.header = header
    self.isRehearsal = isRehearsal
    self.timeFloorReset = timeFloorReset
    self.root = root
    self.timestamp = timestamp
    self.snapshot = snapshot
    self.targets = targets
  }

  /// Reads what FORMAT.md, 3 says of a root; its signatures are checked by the caller.
  package init(_ file: MetadataFile) throws(Refusal) {
    try file.require(.root)
    let signed = file.signed
    header = try RoleHeader(signed)
    isRehearsal = try signed["x-waybill"].optional("rehearsal")?.bool() ?? false
    timeFloorReset = try signed["x-waybill"].optional("time_floor_reset")?.instant()
    let consistent = try signed["consistent_snapshot"]
    guard try consistent.bool() else { throw consistent.wrong("true") }
    let table = try RoleKeys.table(try signed["keys"])
    let roles = try signed["roles"]
    root = try RoleKeys(try roles["root"], among: table)
    timestamp = try RoleKeys(try roles["timestamp"], among: table)
    snapshot = try RoleKeys(try roles["snapshot"], among: table)
    targets = try RoleKeys(try roles["targets"], among: table)
  }

  /// The part `signed` of this root.
  package var json: JSONValue {
    var extra: [(String, JSONValue)] = isRehearsal ? [("rehearsal", true)] : []
    if let moment = timeFloorReset {
      extra.append(("time_floor_reset", .string(moment.description)))
    }
    let roles: JSONValue = [
      "root": root.json, "timestamp": timestamp.json, "snapshot": snapshot.json,
      "targets": targets.json,
    ]
    let keys = RoleKeys.table(of: [root, timestamp, snapshot, targets])
    let own: [(String, JSONValue)] = [
      ("consistent_snapshot", true), ("keys", keys), ("roles", roles),
    ]
    return .object(JSONObject(header.members(.root, extra: extra) + own))
  }
}

extension RootRole {
  /// The last of a chain of roots, from version 1 on, as the centre is about to export it.
  ///
  /// - Throws: `TrustReason.rootMissing`, and what `init(selfSigned:)` and `successor` throw.
  package static func newest(ofChain roots: [Int64: [UInt8]]) throws(Refusal) -> RootRole {
    guard let first = roots[1] else { throw missing(1, newest: roots.keys.max() ?? 0) }
    var current = try RootRole(selfSigned: first, named: "1.root.json")
    while let bytes = roots[current.version + 1] {
      current = try current.successor(bytes, named: "\(current.version + 1).root.json")
    }
    let last = roots.keys.max() ?? 1
    guard current.version == last else { throw missing(current.version + 1, newest: last) }
    return current
  }

  static func missing(_ version: Int64, newest: Int64) -> Refusal {
    Refusal(
      TrustReason.rootMissing, "\(version).root.json", seen: "none, but root \(newest)",
      expected: "root \(version)")
  }
}
