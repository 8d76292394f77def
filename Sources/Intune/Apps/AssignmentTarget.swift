// SPDX-License-Identifier: Apache-2.0
package import Trust

/// Whom an assignment reaches. These four are all that Waybill ever writes: Intune never triggers ConfigMgr, so
/// there is no case for one of its collections.
package enum AssignmentTarget: Hashable, Sendable {
  case group(GraphID)
  case excludingGroup(GraphID)
  case allDevices
  case allUsers

  /// Whether it reaches people or devices whom nobody put into a group.
  var isBroad: Bool {
    switch self {
    case .group, .excludingGroup: false
    case .allDevices, .allUsers: true
    }
  }

  /// As `deviceAndAppManagementAssignmentTarget`.
  package var json: JSONValue {
    switch self {
    case .group(let id): target("groupAssignmentTarget", id)
    case .excludingGroup(let id): target("exclusionGroupAssignmentTarget", id)
    case .allDevices: target("allDevicesAssignmentTarget")
    case .allUsers: target("allLicensedUsersAssignmentTarget")
    }
  }

  private func target(_ type: String, _ group: GraphID? = nil) -> JSONValue {
    var members: [(String, JSONValue)] = [("@odata.type", .string("#microsoft.graph.\(type)"))]
    if let group { members.append(("groupId", .string(group.text))) }
    return .object(JSONObject(members))
  }

  /// Nil for a target of any other type, and for one with properties beside those that we would write again: a
  /// filter of devices, for one, would be lost.
  init?(_ json: JSONValue) {
    guard let object = json.object, let type = object["@odata.type"]?.text else { return nil }
    let group = object["groupId"]?.text.flatMap { GraphID($0) }
    switch (type, group) {
    case ("#microsoft.graph.groupAssignmentTarget", let id?): self = .group(id)
    case ("#microsoft.graph.exclusionGroupAssignmentTarget", let id?): self = .excludingGroup(id)
    case ("#microsoft.graph.allDevicesAssignmentTarget", nil): self = .allDevices
    case ("#microsoft.graph.allLicensedUsersAssignmentTarget", nil): self = .allUsers
    default: return nil
    }
    let known = ["@odata.type", "groupId"]
    guard
      object.members.allSatisfy({ member in
        if known.contains(member.key) { return true }
        if case .null = member.value { return true }
        return false
      })
    else { return nil }
  }
}

/// What may be assigned without a further word of the publisher's.
package enum BroadTargets: Sendable {
  case refused
  /// The publisher's scope covers the whole tenant.
  case allowed
}
