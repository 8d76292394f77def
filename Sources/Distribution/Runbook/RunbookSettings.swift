// SPDX-License-Identifier: Apache-2.0
package import Intents

/// What a site's configuration says of a ConfigMgr site that people run scripts at.
package struct RunbookSettings: Sendable {
  /// One entry of the approved mapping of collections.
  package struct Target: Hashable, Sendable {
    package enum Origin: Hashable, Sendable {
      case existing(PackageID)
      /// Made by us below another one, with devices as direct members.
      case made(below: PackageID, devices: [Int32])
    }

    package let origin: Origin
    /// How many members one that exists may have.
    package let members: ClosedRange<Int64>?

    package init(_ origin: Origin, members: ClosedRange<Int64>? = nil) {
      self.origin = origin
      self.members = members
    }
  }

  package let id: Name
  package let site: SiteID
  package let siteCode: SiteCode
  /// Servers that get every package, as ConfigMgr names them.
  package let points: [StepText]
  package let collections: [CollectionName: Target]
  /// The program that writes scripts, such as `waybill-site 0.2.0`.
  package let generator: String

  /// - Throws: `DistributionReason.valueRefused` when there is no point, one is no host, or two collections differ in case
  ///   only: ConfigMgr and PowerShell take them for one.
  package init(
    id: Name, site: SiteID, siteCode: SiteCode, points: [StepText],
    collections: [CollectionName: Target], generator: String
  ) throws(Refusal) {
    for point in points { try point.expect(.host, "distribution point") }
    guard !points.isEmpty else {
      throw Refusal(
        DistributionReason.valueRefused, "distribution points of \(id)", seen: "none",
        expected: "at least one")
    }
    let folded = Dictionary(grouping: collections.keys, by: { $0.text.lowercased() })
    for twins in folded.values.sorted(by: { $0[0] < $1[0] }) where twins.count > 1 {
      throw Refusal(
        DistributionReason.valueRefused, "collections of \(id)",
        seen: twins.sorted().map(\.text).joined(separator: ", "),
        expected: "names that differ in more than case")
    }
    self.id = id
    self.site = site
    self.siteCode = siteCode
    self.points = points
    self.collections = collections
    self.generator = generator
  }

  package var header: RunbookHeader {
    RunbookHeader(site: site, siteCode: siteCode, generator: generator)
  }

  func header(_ brief: PlanBrief) -> RunbookHeader {
    RunbookHeader(
      site: site, siteCode: siteCode, bundle: (brief.bundle, brief.fingerprint), plan: brief.plan,
      approvedBy: brief.approvedBy, generator: generator)
  }
}
