// SPDX-License-Identifier: Apache-2.0
import Intents

/// The offline role that hands out the three namespaces; it has no targets of its own. FORMAT.md, 3.
package struct TargetsRole: Sendable {
  package let header: RoleHeader
  package let content: RoleKeys
  package let policy: RoleKeys
  package let site: RoleKeys

  package init(header: RoleHeader, content: RoleKeys, policy: RoleKeys, site: RoleKeys) {
    self.header = header
    self.content = content
    self.policy = policy
    self.site = site
  }

  /// - Throws: `TrustReason.wrongDelegations` unless it delegates exactly `content/*`, `policy/*` and `sites/*/*`,
  ///   all terminating; `.overreachingRole` when it has targets.
  init(_ file: MetadataFile) throws(Refusal) {
    header = try RoleHeader(file.signed)
    let targets = try file.signed["targets"]
    guard try targets.object().members.isEmpty else {
      throw Refusal(
        TrustReason.overreachingRole, targets.place, seen: targets.wrong("").seen, expected: "{}")
    }
    let delegations = try file.signed["delegations"]
    let table = try RoleKeys.table(try delegations["keys"])
    var roles: [MetadataRole: RoleKeys] = [:]
    for field in try delegations["roles"].array() {
      let role = try TargetsRole.delegated(field)
      guard roles[role] == nil else { throw TargetsRole.wrong(field) }
      roles[role] = try RoleKeys(field, among: table)
    }
    guard let content = roles[.content], let policy = roles[.policy], let site = roles[.site] else {
      throw TargetsRole.wrong(delegations)
    }
    self.content = content
    self.policy = policy
    self.site = site
  }

  /// Every key that it names, whatever for.
  var allKeys: [PublicKey] { [content, policy, site].flatMap(\.keys) }

  private static func delegated(_ field: JSONField) throws(Refusal) -> MetadataRole {
    let name = try field["name"].string()
    guard let role = MetadataRole(rawValue: name), let pattern = MetadataRole.delegations[role],
      case .object(let object) = field.value, object["path_hash_prefixes"] == nil,
      object["paths"] == [.string(pattern)], object["terminating"] == true
    else { throw wrong(field) }
    return role
  }

  private static func wrong(_ field: JSONField) -> Refusal {
    Refusal(
      TrustReason.wrongDelegations, field.place, seen: field.wrong("").seen,
      expected: "content to content/*, policy to policy/*, site to sites/*/*, all terminating")
  }

  /// The part `signed`.
  package var json: JSONValue {
    let roles: [(MetadataRole, RoleKeys)] = [(.content, content), (.policy, policy), (.site, site)]
    let entries = roles.map { role, keys -> JSONValue in
      [
        "name": .string(role.rawValue), "keyids": .array(keys.keys.map { .string($0.id.hex) }),
        "threshold": .integer(Int64(keys.threshold)), "terminating": true,
        "paths": .array([.string(MetadataRole.delegations[role] ?? "")]),
      ]
    }
    let delegations: JSONValue = [
      "keys": RoleKeys.table(of: roles.map(\.1)), "roles": .array(entries),
    ]
    return .object(
      JSONObject(
        header.members(.targets) + [
          ("targets", .object(JSONObject([]))), ("delegations", delegations),
        ]))
  }
}
