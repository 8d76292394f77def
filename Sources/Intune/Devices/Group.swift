// SPDX-License-Identifier: Apache-2.0
package import Intents
import Trust

/// A group of the directory.
package struct Group: Hashable, Sendable {
  package let id: GraphID
  package let name: String

  init(_ field: JSONField) throws(Refusal) {
    id = try field["id"].graphID()
    name = try field.present("displayName")?.string() ?? ""
  }
}

/// Who is in a group, as far as it is devices.
package struct GroupDevices: Hashable, Sendable {
  /// Ids as `ManagedDevice.directoryDevice` has them.
  package let devices: Set<GraphID>
  /// Groups in this group. Their members are not among `devices`.
  package let nested: Set<GraphID>

  package init(devices: Set<GraphID>, nested: Set<GraphID> = []) {
    self.devices = devices
    self.nested = nested
  }
}

extension GraphClient {
  /// The one group of exactly this name.
  ///
  /// - Returns: nil when there is none.
  /// - Throws: `IntuneReason.ambiguousName`, another `IntuneReason` or an `HTTPReason`.
  package func group(named name: String) throws(Refusal) -> Group? {
    let filter = "displayName eq \(ODataText.literal(name))"
    let path = GraphPath("groups", ["$filter": filter, "$select": "id,displayName"])
    let groups = try (collection(path) ?? []).understood(Group.init)
    return try only(groups.filter { $0.name == name }, named: name)
  }

  /// - Returns: nil when the group does not exist.
  /// - Throws: an `IntuneReason` or `HTTPReason`.
  package func devices(in group: GraphID) throws(Refusal) -> GroupDevices? {
    let path = GraphPath("groups/\(group)/members", ["$select": "id,deviceId"])
    guard let fields = try collection(path) else { return nil }
    return try understood { () throws(Refusal) in
      var devices: Set<GraphID> = []
      var nested: Set<GraphID> = []
      for field in fields {
        switch try field.present("@odata.type")?.string() {
        case "#microsoft.graph.device": devices.insert(try field["deviceId"].graphID())
        case "#microsoft.graph.group": nested.insert(try field["id"].graphID())
        default: continue
        }
      }
      return GroupDevices(devices: devices, nested: nested)
    }
  }
}
