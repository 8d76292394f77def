// SPDX-License-Identifier: Apache-2.0
package import Intents
import SystemPackage
package import Trust

/// Which distribution point a site drives and how it is reached, as its administrator wrote it down.
///
///     {"format": "waybill-point 1", "kind": "adminservice", "site_code": "PS1",
///      "sources": {"folder": "/srv/waybill", "unc": "\\\\srv\\src$\\waybill"},
///      "distribution_points": ["DP1.CORP.TEST"],
///      "adminservice": {"address": "https://sms1.corp.test", "authorities": "/etc/waybill/ps1.pem"}}
///
/// `docs/schemas/point.schema.json` has all of it.
package enum PointSettings: Sendable {
  case adminService(AdminServiceConfiguration)

  /// - Parameters:
  ///   - id: what the point is called.
  ///   - generator: the program that writes scripts.
  /// - Throws: `DistributionReason.valueRefused` and what the strict reader refuses.
  package init(
    _ field: JSONField, id: Name, site: SiteID, generator: String
  ) throws(Refusal) {
    _ = try field["format"].parsed("waybill-point 1") { $0 == "waybill-point 1" ? $0 : nil }
    let code = try field["site_code"].parsed("a site code: \(SiteCode.rule)") { SiteCode($0) }
    let sources = try field["sources"]
    try sources.only(["folder", "unc"])
    let share = try SourceShare(
      local: try sources["folder"].absolutePath(), unc: try sources["unc"].string())
    var servers: [String] = []
    for server in try field["distribution_points"].array() { servers.append(try server.string()) }
    let common = ["format", "kind", "site_code", "sources", "distribution_points"]
    switch try field["kind"].string() {
    case "adminservice":
      try field.only(Set(common + ["adminservice"]))
      self = .adminService(
        try AdminServiceConfiguration(
          field["adminservice"], id: id, code: code, share: share, servers: servers))
    default: throw try field["kind"].wrong("adminservice")
    }
  }

  package var kind: PointDescription.Kind {
    switch self {
    case .adminService: .adminservice
    }
  }

  package var siteCode: SiteCode {
    switch self {
    case .adminService(let configuration): configuration.siteCode
    }
  }

  /// Makes what must be there before the point is opened: the folder for sources, and those that scripts and results
  /// lie in. What is there already is left alone.
  package func prepare() throws(Refusal) {
    switch self {
    case .adminService(let configuration): try AdminServicePoint.create(configuration)
    }
  }

  package func open(
    clock: PointClock, memory: any PointMemory
  ) throws(Refusal) -> any DistributionPoint {
    switch self {
    case .adminService(let configuration):
      try AdminServicePoint(configuration, clock: clock, memory: memory)
    }
  }
}

extension JSONField {
  fileprivate func absolutePath() throws(Refusal) -> FilePath {
    try parsed("an absolute path") { text in
      let path = FilePath(text)
      return path.isAbsolute && !text.utf8.contains(0) ? path : nil
    }
  }
}

extension AdminServiceConfiguration {
  fileprivate init(
    _ field: JSONField, id: Name, code: SiteCode, share: SourceShare, servers: [String]
  ) throws(Refusal) {
    try field.only([
      "address", "authorities", "limiting_collection", "members", "unverified_routes",
      "timeout_seconds",
    ])
    var routes: Set<UnverifiedRoute> = []
    for route in try field.optional("unverified_routes")?.array() ?? [] {
      let names = UnverifiedRoute.allCases.map(\.rawValue).joined(separator: ", ")
      routes.insert(try route.parsed("one of \(names)") { UnverifiedRoute(rawValue: $0) })
    }
    var members: ClosedRange<Int64> = 0...Int64.max
    if let field = try field.optional("members") { members = try field.bounds() }
    try self.init(
      id: id, address: try field["address"].string(),
      authorities: try field.optional("authorities")?.absolutePath().string, siteCode: code,
      share: share, distributionPoints: servers,
      limitingCollection: try field.optional("limiting_collection")?.packageID(),
      members: members, unverified: routes,
      timeout: Int(try field.optional("timeout_seconds")?.integer(in: 1...3600) ?? 120) * 1000)
  }
}

extension JSONField {
  fileprivate func packageID() throws(Refusal) -> PackageID {
    try parsed("an id: \(PackageID.rule)") { PackageID($0) }
  }

  fileprivate func bounds() throws(Refusal) -> ClosedRange<Int64> {
    let least = try optional("least")?.integer(in: 0...TrustLimits.jsonInteger) ?? 0
    let most = try optional("most")?.integer(in: 0...TrustLimits.jsonInteger)
    guard let most else { return least...Int64.max }
    guard least <= most else { throw wrong("least at most as large as most") }
    return least...most
  }
}
