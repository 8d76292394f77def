// SPDX-License-Identifier: Apache-2.0
package import Intents
package import Trust

/// Makes the files of a TUF repository of others, sound or odd, in memory: every value of it can be bent.
///
///     var forge = try RepositoryForge()
///     forge.hand("*.txt", to: "docs")
///     forge.versions["targets"] = 2
///     let files = try forge.files()
package struct RepositoryForge: Sendable {
  package typealias Edit = @Sendable (JSONValue) -> JSONValue

  /// Who signs for a role, and what the role above it says of that.
  package struct Signers: Sendable {
    package var threshold: Int64
    package var keys: [any TestSigner]

    package init(_ keys: [any TestSigner], threshold: Int64 = 1) {
      self.threshold = threshold
      self.keys = keys
    }
  }

  /// What a role hands to another.
  package struct Handing: Sendable {
    package var to: String
    /// The member `paths` or `path_hash_prefixes`.
    package var share: (String, [String])
    package var isTerminating: Bool
    /// Who may sign for it on this path; else those who do.
    package var signers: Signers?

    package init(to role: String, share: (String, [String]), isTerminating: Bool = false) {
      to = role
      self.share = share
      self.isTerminating = isTerminating
    }
  }

  /// What is listed of a file besides its version.
  package enum Listing: Sendable { case nothing, length, sha256, sha512, everything }

  package static let topLevel = ["root", "timestamp", "snapshot", "targets"]

  package var now: Instant
  package var isConsistent = true
  package var listing = Listing.nothing
  /// By role, as are the next ones; `prefix` of succinct bins stands for all of them.
  package var signers: [String: Signers] = [:]
  /// Who signs instead of `signers`; for forgeries.
  package var forgers: [String: [any TestSigner]] = [:]
  package var versions: [String: Int64] = [:]
  package var expires: [String: Instant] = [:]
  package var targets: [String: [String: [UInt8]]] = ["targets": [:]]
  package var handings: [String: [Handing]] = [:]
  package var bins: [String: (prefix: String, bits: Int64)] = [:]
  /// Changes the part `signed` before it is signed.
  package var edits: [String: Edit] = [:]
  /// Changes the whole file after it is signed.
  package var fileEdits: [String: Edit] = [:]
  package private(set) var roots: [Int64: [UInt8]] = [:]

  /// A repository with root 1, one key a role, and no targets.
  package init(now: String = "2026-11-01T00:00:00Z") throws(Refusal) {
    guard let now = Instant(now) else { preconditionFailure("\(now) is no moment") }
    self.now = now
    for role in RepositoryForge.topLevel {
      signers[role] = Signers([try PapersForge.key("repository \(role)")])
    }
    try addRoot()
  }

  /// Adds a root that says what `signers` say now, signed by `before` and by its own keys.
  package mutating func addRoot(before: [any TestSigner] = []) throws(Refusal) {
    let version = (roots.keys.max() ?? 0) + 1
    versions["root"] = version
    var roles: [(String, JSONValue)] = []
    var keys: [String: JSONValue] = [:]
    for role in RepositoryForge.topLevel {
      roles.append((role, RepositoryForge.role(own(role))))
      for key in own(role).keys { keys[key.keyid] = key.json }
    }
    let own: [(String, JSONValue)] = [
      ("consistent_snapshot", .bool(isConsistent)),
      ("keys", .object(JSONObject(keys.map { ($0, $1) }))), ("roles", .object(JSONObject(roles))),
    ]
    var signing = before
    for key in self.own("root").keys where !signing.contains(where: { $0.keyid == key.keyid }) {
      signing.append(key)
    }
    roots[version] = sealed("root", own, signing)
  }

  /// Takes root `version` away, or puts other bytes in its place.
  package mutating func setRoot(_ version: Int64, _ bytes: [UInt8]?) { roots[version] = bytes }

  /// Replaces the keys of `roles` by fresh ones and adds the root that says so.
  package mutating func rotate(_ roles: [String], generation: String) throws(Refusal) {
    let before = own("root").keys
    for role in roles {
      signers[role]?.keys = [try PapersForge.key("repository \(role) \(generation)")]
    }
    try addRoot(before: before)
  }

  /// Has `from` hand what matches `pattern` to `role`, which gets a key and an empty list when it is new.
  package mutating func hand(
    _ pattern: String, to role: String, from: String = "targets", isTerminating: Bool = false
  ) throws(Refusal) {
    try addRole(role)
    handings[from, default: []].append(
      Handing(to: role, share: ("paths", [pattern]), isTerminating: isTerminating))
  }

  package mutating func addRole(_ role: String) throws(Refusal) {
    if signers[role] == nil {
      signers[role] = Signers([try PapersForge.key("repository \(role)")])
    }
    if targets[role] == nil { targets[role] = [:] }
  }

  /// The next version of `roles`, and of those that list them.
  package mutating func bump(_ roles: String...) {
    for role in Set(roles + ["snapshot", "timestamp"]) { versions[role, default: 1] += 1 }
  }

  private func own(_ role: String) -> Signers {
    let bin = bins.values.first { role.hasPrefix($0.prefix + "-") }?.prefix
    guard let signers = signers[bin ?? role] else { preconditionFailure("\(role) has no signers") }
    return signers
  }
}

extension RepositoryForge {
  /// Every file by its name in the repository.
  package func files() throws(Refusal) -> [String: [UInt8]] {
    var files: [String: [UInt8]] = [:]
    for (version, bytes) in roots { files["\(version).root.json"] = bytes }
    var meta: [(String, JSONValue)] = []
    for role in targets.keys.sorted() {
      let bytes = sealed(role, targetsMembers(role), forgers[role] ?? own(role).keys)
      let file = RoleName(delegated: role)?.fileName ?? "\(role).json"
      files[name(file, version(role))] = bytes
      meta.append(("\(role).json", link(version(role), bytes)))
    }
    let snapshot = sealed(
      "snapshot", [("meta", .object(JSONObject(meta)))],
      forgers["snapshot"] ?? own("snapshot").keys)
    files[name("snapshot.json", version("snapshot"))] = snapshot
    files["timestamp.json"] = sealed(
      "timestamp", [("meta", ["snapshot.json": link(version("snapshot"), snapshot)])],
      forgers["timestamp"] ?? own("timestamp").keys)
    return files
  }

  private func version(_ role: String) -> Int64 { versions[role] ?? 1 }

  private func name(_ file: String, _ version: Int64) -> String {
    isConsistent ? "\(version).\(file)" : file
  }

  private func link(_ version: Int64, _ bytes: [UInt8]) -> JSONValue {
    var members: [(String, JSONValue)] = [("version", .integer(version))]
    if listing != .nothing { members.append(("length", .integer(Int64(bytes.count)))) }
    let hashes = RepositoryForge.hashes(of: bytes, listing)
    if !hashes.isEmpty { members.append(("hashes", .object(JSONObject(hashes)))) }
    return .object(JSONObject(members))
  }

  private static func hashes(of bytes: [UInt8], _ listing: Listing) -> [(String, JSONValue)] {
    let sha256 = ("sha256", JSONValue.string(Digest.sha256(bytes).hex))
    let sha512 = ("sha512", JSONValue.string(TestHash.sha512(bytes)))
    switch listing {
    case .nothing, .length: return []
    case .sha256: return [sha256]
    case .sha512: return [sha512]
    case .everything: return [sha256, sha512]
    }
  }

  private func targetsMembers(_ role: String) -> [(String, JSONValue)] {
    let entries = (targets[role] ?? [:]).map { path, bytes -> (String, JSONValue) in
      let hashes = RepositoryForge.hashes(of: bytes, listing == .sha512 ? .sha512 : .sha256)
      return (
        path,
        ["length": .integer(Int64(bytes.count)), "hashes": .object(JSONObject(hashes))]
      )
    }
    var members: [(String, JSONValue)] = [("targets", .object(JSONObject(entries)))]
    if let delegations = delegations(of: role) { members.append(("delegations", delegations)) }
    return members
  }

  private func delegations(of role: String) -> JSONValue? {
    var keys: [String: JSONValue] = [:]
    if let bins = bins[role] {
      for key in own(bins.prefix + "-").keys { keys[key.keyid] = key.json }
      let succinct = RepositoryForge.role(own(bins.prefix + "-"))
        .setting("bit_length", to: .integer(bins.bits))
        .setting("name_prefix", to: .string(bins.prefix))
      return [
        "keys": .object(JSONObject(keys.map { ($0, $1) })), "succinct_roles": succinct,
      ]
    }
    guard let handings = handings[role] else { return nil }
    let roles = handings.map { handing -> JSONValue in
      let signers = handing.signers ?? own(handing.to)
      for key in signers.keys { keys[key.keyid] = key.json }
      return RepositoryForge.role(signers)
        .setting("name", to: .string(handing.to))
        .setting("terminating", to: .bool(handing.isTerminating))
        .setting(handing.share.0, to: .array(handing.share.1.map { .string($0) }))
    }
    return ["keys": .object(JSONObject(keys.map { ($0, $1) })), "roles": .array(roles)]
  }

  private static func role(_ signers: Signers) -> JSONValue {
    [
      "keyids": .array(signers.keys.map { .string($0.keyid) }),
      "threshold": .integer(signers.threshold),
    ]
  }

  private func sealed(
    _ role: String, _ own: [(String, JSONValue)], _ keys: [any TestSigner]
  ) -> [UInt8] {
    let days: Int64 = role == "root" ? 365 : 30
    let header: [(String, JSONValue)] = [
      ("_type", .string(RepositoryForge.topLevel.contains(role) ? role : "targets")),
      ("spec_version", "1.0.31"), ("version", .integer(version(role))),
      ("expires", .string("\(expires[role] ?? now.adding(days: days))")),
    ]
    let plain = JSONValue.object(JSONObject(header + own))
    let signed = edits[role]?(plain) ?? plain
    let message = signed.canonical
    let signatures = keys.map { key -> JSONValue in
      [
        "keyid": .string(key.keyid), "sig": .string(Hex.encode(key.signature(over: message))),
      ]
    }
    let file: JSONValue = ["signatures": .array(signatures), "signed": signed]
    return (fileEdits[role]?(file) ?? file).encoded
  }
}
