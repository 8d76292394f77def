// SPDX-License-Identifier: Apache-2.0
package import Intents
private import Synchronization
package import Trust

/// Makes the metadata of papers, sound or odd, in memory: an honest centre whose every value can be bent.
///
///     var centre = try PapersForge()
///     centre.n = 43
///     centre.edits[.timestamp] = { $0.setting("expires", to: "tomorrow") }
///     let papers = try centre.papers()
package struct PapersForge: Sendable {
  /// Changes the part `signed` of a role before it is signed.
  package typealias Edit = @Sendable (JSONValue) -> JSONValue

  /// Who signs for a role.
  package struct Signers: Sendable {
    package var threshold: Int
    package var keys: [SecretKey]

    package init(threshold: Int, keys: [SecretKey]) {
      self.threshold = threshold
      self.keys = keys
    }

    var role: RoleKeys { RoleKeys(threshold: threshold, keys: keys.map(\.publicKey)) }
  }

  package var site: SiteID
  package var n: Int64 = 1
  /// Defaults to the newest root.
  package var minRoot: Int64?
  /// When everything is issued that has no moment of its own in `issued`.
  package var now: Instant
  package var issued: [MetadataRole: Instant] = [:]
  /// Defaults: root 730 days after `now`, the offline roles 365, the line 90.
  package var expires: [MetadataRole: Instant] = [:]
  package var signers: [MetadataRole: Signers]
  /// Who signs instead of `signers`; for forgeries.
  package var forgers: [MetadataRole: [SecretKey]] = [:]
  package var edits: [MetadataRole: Edit] = [:]
  /// Changes the bytes of a role's file after it is signed; its parents list what comes of it.
  package var damages: [MetadataRole: @Sendable ([UInt8]) -> [UInt8]] = [:]
  /// Of targets, content and policy.
  package var versions: [MetadataRole: Int64] = [.targets: 1, .content: 1, .policy: 1]
  package var releases: [Release] = []
  package var floors: [RandomID: Int64] = [:]
  package var policies: [SiteID: TargetEntry] = [:]
  package var siteTargets: [TargetEntry]
  package var courier: MinisignPublicKey
  package var isRehearsal = false
  /// Every root made so far.
  package var roots: [Int64: [UInt8]] = [:]

  /// A centre with root 1 and one site. Each role has `keysOfRole` keys, of which `threshold` must sign.
  package init(
    site: String = "fjord-3", now: String = "2026-11-01T00:00:00Z", threshold: Int = 1,
    keysOfRole: Int = 1
  ) throws(Refusal) {
    guard let site = SiteID(site), let now = Instant(now), let id = MinisignKeyID(Array(1...8))
    else {
      preconditionFailure("the forge takes well-formed names")
    }
    self.site = site
    self.now = now
    courier = try MinisignSecretKey(seed: PapersForge.seed("courier"), id: id).publicKey
    var signers: [MetadataRole: Signers] = [:]
    for role in MetadataRole.allCases {
      let keys = try (0..<keysOfRole).map { (index) throws(Refusal) in
        try PapersForge.key("\(role.rawValue)-\(index)")
      }
      signers[role] = Signers(threshold: threshold, keys: keys)
    }
    self.signers = signers
    siteTargets = ["intents.json", "index.json", "waybill.json"].map {
      TargetEntry(name: "sites/\(site)/\($0)", of: Array("\($0) of \(site)".utf8))
    }
    try addRoot()
  }

  /// The test key of this name: the same each time.
  package static func key(_ name: String) throws(Refusal) -> SecretKey {
    if let known = cache.withLock({ $0[name] }) { return known }
    let key = try SecretKey(seed: seed(name))
    cache.withLock { $0[name] = key }
    return key
  }

  private static let cache = Mutex<[String: SecretKey]>([:])

  private static func seed(_ name: String) -> [UInt8] {
    Digest.sha256(Array("waybill test key \(name)".utf8)).bytes
  }

  /// Adds the next root with the present `signers`, signed by those of the root before and of itself.
  package mutating func addRoot(
    before: [SecretKey] = [], timeFloorReset: Instant? = nil
  ) throws(Refusal) {
    let version = (roots.keys.max() ?? 0) + 1
    let role = RootRole(
      header: header(.root, version), isRehearsal: isRehearsal, root: own(.root).role,
      timestamp: own(.timestamp).role, snapshot: own(.snapshot).role, targets: own(.targets).role,
      timeFloorReset: timeFloorReset)
    var keys = before
    for key in own(.root).keys where !keys.contains(where: { $0.id == key.id }) { keys.append(key) }
    roots[version] = try sealed(.root, role.json, keys, "\(version).root.json")
  }

  /// Replaces the keys of some roles by fresh ones named after `generation` and adds the root that says so.
  /// For content, policy and site the next version of targets says it.
  package mutating func rotate(_ roles: [MetadataRole], generation: String) throws(Refusal) {
    let before = own(.root).keys
    for role in roles {
      let keys = try own(role).keys.indices.map { (index) throws(Refusal) in
        try PapersForge.key("\(role.rawValue)-\(generation)-\(index)")
      }
      signers[role]?.keys = keys
    }
    if roles.contains(where: { [.content, .policy, .site].contains($0) }) {
      versions[.targets, default: 1] += 1
    }
    if roles.contains(where: { [.root, .timestamp, .snapshot, .targets].contains($0) }) {
      try addRoot(before: before)
    }
  }

  /// A release with a manifest made up from `name`.
  package static func release(_ name: String, counter: Int64, line: String = "line") -> Release {
    let lineID = RandomID(bytes: Array(Digest.sha256(Array(line.utf8)).bytes.prefix(16)))
    guard let lineID else { preconditionFailure("16 bytes make a random id") }
    return Release(
      manifest: .sha256(Array(name.utf8)), length: Int64(name.utf8.count), line: lineID,
      counter: counter)
  }

  private func own(_ role: MetadataRole) -> Signers {
    guard let signers = signers[role] else { preconditionFailure("\(role) has no signers") }
    return signers
  }

  private func header(_ role: MetadataRole, _ version: Int64) -> RoleHeader {
    let days: Int64 =
      switch role {
      case .root: 730
      case .targets, .content, .policy: 365
      case .timestamp, .snapshot, .site: 90
      }
    return RoleHeader(
      version: version, expires: expires[role] ?? now.adding(days: days),
      issued: issued[role] ?? now)
  }

  private func sealed(
    _ role: MetadataRole, _ signed: JSONValue, _ keys: [SecretKey], _ name: String
  ) throws(Refusal) -> [UInt8] {
    let bent = edits[role]?(signed) ?? signed
    let bytes = try MetadataFile.signed(bent, by: forgers[role] ?? keys, named: name).bytes
    return damages[role]?(bytes) ?? bytes
  }
}

extension PapersForge {
  /// The files as they would lie in `metadata/`.
  package func files() throws(Refusal) -> [(name: String, bytes: [UInt8])] {
    let minRoot = minRoot ?? roots.keys.max() ?? 1
    let targets = TargetsRole(
      header: header(.targets, version(.targets)), content: own(.content).role,
      policy: own(.policy).role, site: own(.site).role)
    let content = ContentRole(
      header: header(.content, version(.content)), releases: releases, floors: floors)
    let policy = PolicyRole(header: header(.policy, version(.policy)), policies: policies)
    let siteRole = SiteRole(
      header: header(.site, n), site: site, minRoot: minRoot, courier: courier,
      targets: siteTargets)
    var files = roots.map { (name: "\($0.key).root.json", bytes: $0.value) }
    var meta: [MetadataRole: MetaEntry] = [:]
    let offline: [(MetadataRole, JSONValue)] = [
      (.targets, targets.json), (.content, content.json), (.policy, policy.json),
      (.site, siteRole.json),
    ]
    for (role, signed) in offline {
      let name = "\(version(role)).\(role.rawValue).json"
      let bytes = try sealed(role, signed, own(role).keys, name)
      meta[role] = MetaEntry(version: version(role), of: bytes)
      files.append((name, bytes))
    }
    let snapshot = SnapshotRole(header: header(.snapshot, n), site: site, meta: meta)
    let snapshotBytes = try sealed(
      .snapshot, snapshot.json, own(.snapshot).keys, "\(n).snapshot.json")
    files.append(("\(n).snapshot.json", snapshotBytes))
    let timestamp = TimestampRole(
      header: header(.timestamp, n), site: site, minRoot: minRoot,
      snapshot: MetaEntry(version: n, of: snapshotBytes))
    let timestampBytes = try sealed(
      .timestamp, timestamp.json, own(.timestamp).keys, "timestamp.json")
    files.append(("timestamp.json", timestampBytes))
    return files
  }

  package func papers() throws(Refusal) -> PapersMetadata { try PapersMetadata(files: files()) }

  /// The state of a site that pinned root 1.
  package func freshState() throws(Refusal) -> TrustState {
    try TrustState(pinnedRoot: roots[1] ?? [])
  }

  private func version(_ role: MetadataRole) -> Int64 { role == .site ? n : versions[role] ?? 1 }
}

extension JSONValue {
  /// This object with the member at `path` set, such as `meta snapshot.json version`; nil removes it. Parts of
  /// a path are separated by blanks.
  package func setting(_ path: String, to value: JSONValue?) -> JSONValue {
    setting(path.split(separator: " ").map(String.init)[...], to: value)
  }

  private func setting(_ path: ArraySlice<String>, to value: JSONValue?) -> JSONValue {
    guard let key = path.first else { return value ?? .null }
    guard case .object(let object) = self else { return self }
    var members = object.members.filter { $0.key != key }.map { ($0.key, $0.value) }
    if path.count > 1 {
      let inner = object[key] ?? .object(JSONObject([]))
      members.append((key, inner.setting(path.dropFirst(), to: value)))
    } else if let value {
      members.append((key, value))
    }
    return .object(JSONObject(members))
  }

  /// The member at `path`, or nil.
  package func member(_ path: String) -> JSONValue? {
    var value = self
    for key in path.split(separator: " ") {
      guard case .object(let object) = value, let next = object[String(key)] else { return nil }
      value = next
    }
    return value
  }
}
