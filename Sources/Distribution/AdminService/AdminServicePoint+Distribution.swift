// SPDX-License-Identifier: Apache-2.0
import Intents
import Trust

extension AdminServicePoint {
  /// Whether every distribution point has what a package's source is.
  enum Standing {
    case present
    case pending(String)
    /// One of them failed for good.
    case failed(Refusal)
  }

  /// One distribution point, as the site names it.
  struct Server: Hashable {
    let name: String
    let path: String
    let site: String
  }

  /// Assigns the package to the distribution points that lack it; the text says what is waited for, nil when
  /// all have it assigned.
  func distribute(_ package: PackageRow) throws(Refusal) -> String? {
    let lacking = try unassigned(package)
    guard !lacking.isEmpty else { return nil }
    let names = lacking.map(\.name).joined(separator: "', '")
    guard configuration.unverified.contains(.addDistributionPoints) else {
      return "package \(package.id) is on no distribution point: an administrator has to run "
        + "Start-CMContentDistribution -PackageId '\(package.id)' -DistributionPointName '\(names)'"
    }
    let body: JSONValue = [
      "SiteCode": .array(lacking.map { .string($0.site) }),
      "NALPath": .array(lacking.map { .string($0.path) }),
    ]
    do throws(Refusal) {
      try client.call(PackageRow.name, ODataKey(package.id), "AddDistributionPoints", body)
    } catch {
      // The same call may have come through although its reply did not.
      guard try unassigned(package).isEmpty else { throw error }
    }
    return nil
  }

  /// What the site says of a package on every distribution point of the configuration, from several classes:
  /// none of them alone is believed (configmgr.md, 3.7 and 8).
  func standing(of package: PackageRow) throws(Refusal) -> Standing {
    let rows = try distributions(of: [package.id])
    let complaints = try complaints(package)
    for server in try servers() {
      guard let row = rows.first(where: { $0.server == server.path }) else {
        return .pending("package \(package.id): nothing is known of \(server.name) yet")
      }
      switch row.state {
      case 3, 6:
        return .failed(
          Refusal(
            DistributionReason.refused, "package \(package.id) on \(server.name)",
            seen: "state \(row.state), failed; look into distmgr.log and the point's provider log",
            expected: "state 0, installed"))
      case 0: break
      default:
        return .pending("package \(package.id) on \(server.name): state \(row.state), under way")
      }
      guard row.sourceVersion == package.sourceVersion else {
        return .pending(
          "package \(package.id) on \(server.name): source version \(row.sourceVersion) of "
            + "\(package.sourceVersion)")
      }
      if let copied = row.copied, let refreshed = package.refreshed, copied < refreshed {
        return .pending(
          "package \(package.id) on \(server.name): called installed, and last copied \(copied), "
            + "before its source was read")
      }
      if let complaint = complaints[server.path] {
        return .pending(
          "package \(package.id) on \(server.name): called installed, and message state "
            + "\(complaint) disagrees")
      }
    }
    return .present
  }

  /// Rows of the summarizer for several packages.
  func distributions(of packages: [PackageID]) throws(Refusal) -> [DistributionRow] {
    var all: [DistributionRow] = []
    var rest = packages[...]
    while let first = rest.first {
      var filter = ODataFilter.equals("PackageID", PlainText(first))
      for id in rest.prefix(DistributionLimits.idsAtOnce).dropFirst() {
        filter = filter || .equals("PackageID", PlainText(id))
      }
      rest = rest.dropFirst(DistributionLimits.idsAtOnce)
      all += try rows(
        DistributionRow.name, where: filter, select: DistributionRow.select
      ) { (row) throws(Refusal) in try DistributionRow(row) }
    }
    return all
  }

  /// The distribution points of the configuration, with the names that only the site may give them.
  ///
  /// - Throws: `DistributionReason.unknownObject` when the site has no such server.
  func servers() throws(Refusal) -> [Server] {
    let known = try rows(
      "SMS_SystemResourceList",
      where: .equals("RoleName", try PlainText("SMS Distribution Point", naming: "role")),
      select: ["NALPath", "ServerName", "SiteCode"]
    ) { (row) throws(Refusal) in
      Server(
        name: try row.text("ServerName"), path: try row.text("NALPath"),
        site: try row.text("SiteCode"))
    }
    var servers: [Server] = []
    for name in configuration.distributionPoints {
      guard let server = known.first(where: { $0.name.uppercased() == name.uppercased() }) else {
        throw Refusal(
          DistributionReason.unknownObject, "distribution point \(name)",
          seen: known.map(\.name).joined(separator: ", "), expected: "a server of the site")
      }
      servers.append(server)
    }
    return servers
  }

  private func unassigned(_ package: PackageRow) throws(Refusal) -> [Server] {
    let id = ODataFilter.equals("PackageID", PlainText(package.id))
    let assigned = try rows(
      "SMS_DistributionPoint", where: id, select: ["PackageID", "ServerNALPath"]
    ) { (row) throws(Refusal) in try row.text("ServerNALPath") }
    return try servers().filter { !assigned.contains($0.path) }
  }

  /// Servers whose newest message about the package is no success, with its state.
  private func complaints(_ package: PackageRow) throws(Refusal) -> [String: Int64] {
    let messages = try rows(
      "SMS_DistributionDPStatus", where: .equals("PackageID", PlainText(package.id)),
      select: ["NalPath", "MessageState"]
    ) { (row) throws(Refusal) in
      (path: try row.text("NalPath"), state: try row.number("MessageState"))
    }
    return Dictionary(
      messages.filter { $0.state >= 3 }.map { ($0.path, $0.state) }, uniquingKeysWith: max)
  }
}
