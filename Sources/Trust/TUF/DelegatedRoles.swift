// SPDX-License-Identifier: Apache-2.0
package import Intents

/// What release signers vouch for. FORMAT.md, 3.
package struct ContentRole: Sendable {
  package let header: RoleHeader
  package let releases: [ContentID: Release]
  /// The lowest counter that a line may be taken at.
  package let floors: [RandomID: Int64]

  package init(header: RoleHeader, releases: [Release], floors: [RandomID: Int64]) {
    self.header = header
    self.releases = Dictionary(releases.map { ($0.id, $0) }, uniquingKeysWith: { _, last in last })
    self.floors = floors
  }

  init(_ file: MetadataFile) throws(Refusal) {
    header = try RoleHeader(file.signed)
    var releases: [ContentID: Release] = [:]
    for (entry, field) in try TargetList.read(file.signed, under: "content/") {
      let release = try Release(entry, field)
      guard entry.name == "content/\(release.id).json" else {
        throw field.wrong("content/\(release.id).json, after its SHA-256")
      }
      releases[release.id] = release
    }
    self.releases = releases
    var floors: [RandomID: Int64] = [:]
    for member in try file.signed["x-waybill"]["floors"].members() {
      guard let line = RandomID(member.key) else { throw member.field.wrong("a line's random id") }
      floors[line] = try member.field.integer(in: 0...TrustLimits.jsonInteger)
    }
    self.floors = floors
  }

  /// The part `signed`.
  package var json: JSONValue {
    let floors = JSONValue.object(JSONObject(floors.map { ($0.key.text, .integer($0.value)) }))
    let targets = JSONValue.object(
      JSONObject(releases.values.map { ($0.target.name, $0.json) }))
    return .object(
      JSONObject(header.members(.content, extra: [("floors", floors)]) + [("targets", targets)]))
  }
}

/// The signed policies of all sites. FORMAT.md, 3.
package struct PolicyRole: Sendable {
  package let header: RoleHeader
  package let policies: [SiteID: TargetEntry]

  package init(header: RoleHeader, policies: [SiteID: TargetEntry]) {
    self.header = header
    self.policies = policies
  }

  init(_ file: MetadataFile) throws(Refusal) {
    header = try RoleHeader(file.signed)
    var policies: [SiteID: TargetEntry] = [:]
    for (entry, field) in try TargetList.read(file.signed, under: "policy/") {
      let base = entry.name.dropFirst("policy/".count)
      guard base.hasSuffix(".json"), let site = SiteID(base.dropLast(".json".count)) else {
        throw field.wrong("policy/<site id>.json")
      }
      policies[site] = entry
    }
    self.policies = policies
  }

  /// The part `signed`.
  package var json: JSONValue {
    let targets = policies.values.map { ($0.name, JSONValue.object(JSONObject($0.json))) }
    return .object(
      JSONObject(header.members(.policy) + [("targets", .object(JSONObject(targets)))]))
  }
}

/// What one site shall have: the online role of its line. FORMAT.md, 3.
package struct SiteRole: Sendable {
  package let header: RoleHeader
  package let line: LineFields
  /// By target path.
  package let targets: [String: TargetEntry]
  /// The key that signs `SHA256SUMS`.
  package let courier: MinisignPublicKey

  package init(
    header: RoleHeader, site: SiteID, minRoot: Int64, courier: MinisignPublicKey,
    targets: [TargetEntry]
  ) {
    self.header = header
    line = LineFields(site: site, minRoot: minRoot)
    self.courier = courier
    self.targets = Dictionary(targets.map { ($0.name, $0) }, uniquingKeysWith: { _, last in last })
  }

  init(_ file: MetadataFile) throws(Refusal) {
    header = try RoleHeader(file.signed)
    line = try LineFields(file.signed, hasMinRoot: true)
    courier = try MinisignPublicKey(try file.signed["x-waybill"]["courier"].string())
    var targets: [String: TargetEntry] = [:]
    for (entry, _) in try TargetList.read(file.signed, under: "sites/\(line.site)/") {
      targets[entry.name] = entry
    }
    self.targets = targets
  }

  /// The part `signed`.
  package var json: JSONValue {
    let extra = line.members + [("courier", .string(courier.text))]
    let entries = targets.values.map { ($0.name, JSONValue.object(JSONObject($0.json))) }
    return .object(
      JSONObject(header.members(.site, extra: extra) + [("targets", .object(JSONObject(entries)))]))
  }
}
