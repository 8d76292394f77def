// SPDX-License-Identifier: Apache-2.0
package import Intents

/// Which tags an approved configuration gives to members of groups: how devices of the directory come to sites.
package struct GroupTags: Sendable {
  package let tags: [GraphID: Set<Tag>]
  /// Keys of which a device can have one value: two say that it stands at two places.
  package let single: Set<String>

  package init(
    _ tags: [GraphID: Set<Tag>],
    single: Set<String> = ["site", "site-class", "acquisition-boundary"]
  ) {
    self.tags = tags
    self.single = single
  }
}

/// Where a device belongs, by its groups. Pure.
package enum DevicePlacement: Hashable, Sendable {
  /// The tags of all its groups.
  case placed(Set<Tag>)
  /// In none of the groups.
  case unplaced
  /// Two values for a key that has one: nothing is guessed.
  case contradictory([Tag])
}

/// The devices of a tenant at their places.
package struct SiteMembership: Sendable {
  /// By `ManagedDevice.id`.
  package let placements: [GraphID: DevicePlacement]
  /// Enrolments that another, later one of the same device stands for.
  package let superseded: Set<GraphID>
  /// Devices of groups that Intune does not manage: nobody has heard from them.
  package let unmanaged: Set<GraphID>
  /// Groups in groups: their members are not seen.
  package let nested: Set<GraphID>

  /// - Parameters:
  ///   - devices: of the whole tenant.
  ///   - groups: members of each group that `tags` names; one that is missing counts as empty.
  package init(_ devices: [ManagedDevice], groups: [GraphID: GroupDevices], tags: GroupTags) {
    var own: [GraphID: Set<Tag>] = [:]
    for (group, granted) in tags.tags {
      for device in groups[group]?.devices ?? [] { own[device, default: []].formUnion(granted) }
    }
    var latest: [GraphID: ManagedDevice] = [:]
    var superseded: Set<GraphID> = []
    for device in devices {
      guard let identity = device.directoryDevice else { continue }
      guard let other = latest[identity] else {
        latest[identity] = device
        continue
      }
      let isLater = SiteMembership.order(other) < SiteMembership.order(device)
      latest[identity] = isLater ? device : other
      superseded.insert(isLater ? other.id : device.id)
    }
    var placements: [GraphID: DevicePlacement] = [:]
    for device in devices where !superseded.contains(device.id) {
      let given = device.directoryDevice.flatMap { own[$0] } ?? []
      placements[device.id] = SiteMembership.placement(given, tags.single)
    }
    self.placements = placements
    self.superseded = superseded
    unmanaged = Set(own.keys).subtracting(latest.keys)
    nested = groups.filter { tags.tags[$0.key] != nil }.values.reduce(into: []) {
      $0.formUnion($1.nested)
    }
  }

  /// The later sync is the later enrolment; the id decides where both are equal, so that it is always the same.
  private static func order(_ device: ManagedDevice) -> (Int64, String) {
    (device.lastSync?.seconds ?? -1, device.id.text)
  }

  private static func placement(_ tags: Set<Tag>, _ single: Set<String>) -> DevicePlacement {
    if tags.isEmpty { return .unplaced }
    let byKey = Dictionary(grouping: tags) { String($0.text.prefix { $0 != ":" }) }
    let doubled = byKey.filter { $0.value.count > 1 && single.contains($0.key) }
    return doubled.isEmpty ? .placed(tags) : .contradictory(doubled.values.joined().sorted())
  }
}
