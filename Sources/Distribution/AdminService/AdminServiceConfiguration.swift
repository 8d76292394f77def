// SPDX-License-Identifier: Apache-2.0
package import Intents

/// A route of the AdminService that Microsoft documents for WMI and that no public client is known to use over
/// REST (configmgr.md, 3.5). Each is off until somebody has tried it at his own site.
package enum UnverifiedRoute: String, Sendable, CaseIterable {
  /// `SMS_Package.AddDistributionPoints`.
  case addDistributionPoints = "add-distribution-points"
  /// `SMS_Package.RefreshPkgSource`.
  case refreshSource = "refresh-source"
  /// Creating and deleting `SMS_Advertisement`.
  case advertisement
}

/// How one ConfigMgr site is reached over its AdminService, and what may be done there.
package struct AdminServiceConfiguration: Sendable {
  /// What the point is called.
  package let id: Name
  /// `https://<FQDN of the SMS Provider>` and a port if there is one; without a path.
  package let address: String
  /// PEM file with the site's issuing authority; nil believes those of the machine.
  package let authorities: String?
  package let siteCode: SiteCode
  package let share: SourceShare
  /// Names of the servers that content goes to, as in `SMS_SystemResourceList.ServerName`.
  package let distributionPoints: [String]
  /// Under which a missing collection is made.
  package let limitingCollection: PackageID
  /// Devices that a collection may have to be deployed to.
  package let members: ClosedRange<Int64>
  package let unverified: Set<UnverifiedRoute>
  /// Milliseconds that one request may take.
  package let timeout: Int

  /// - Throws: `DistributionReason.valueRefused` for an address or a server name of another form.
  package init(
    id: Name, address: String, authorities: String?, siteCode: SiteCode, share: SourceShare,
    distributionPoints: [String], limitingCollection: PackageID? = nil,
    members: ClosedRange<Int64> = 0...Int64.max, unverified: Set<UnverifiedRoute> = [],
    timeout: Int = 120_000
  ) throws(Refusal) {
    let host = address.dropFirst("https://".count)
    guard address.hasPrefix("https://"), !host.isEmpty,
      host.utf8.allSatisfy(AdminServiceConfiguration.isHost)
    else {
      throw Refusal(
        DistributionReason.valueRefused, "address of the AdminService", seen: address,
        expected: "https:// and the name of the SMS Provider, without a path")
    }
    for server in distributionPoints {
      guard !server.isEmpty, server.utf8.allSatisfy(AdminServiceConfiguration.isHost) else {
        throw Refusal(
          DistributionReason.valueRefused, "distribution point", seen: server,
          expected: "the name of a server")
      }
    }
    self.id = id
    self.address = address
    self.authorities = authorities
    self.siteCode = siteCode
    self.share = share
    self.distributionPoints = distributionPoints
    self.limitingCollection = limitingCollection ?? .allSystems
    self.members = members
    self.unverified = unverified
    self.timeout = timeout
  }

  private static func isHost(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"):
      true
    default: ".-:".utf8.contains(byte)
    }
  }
}

/// Time, as the caller has it: a point neither reads a clock nor sleeps by itself.
package struct PointClock {
  package let now: () -> Instant
  /// Waits so many seconds before a call is made again; may throw to end the run, for a signal.
  package let sleep: (Int64) throws(Refusal) -> Void

  package init(now: @escaping () -> Instant, sleep: @escaping (Int64) throws(Refusal) -> Void) {
    self.now = now
    self.sleep = sleep
  }
}
