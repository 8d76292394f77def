// SPDX-License-Identifier: Apache-2.0
import Bundles
package import Intents
package import SystemPackage
package import Trust

/// Which distribution point a site drives and how it is reached, as its administrator wrote it down.
///
///     {"waybill": "point/1", "kind": "adminservice", "site_code": "PS1",
///      "sources": {"folder": "/srv/waybill", "unc": "\\\\srv\\src$\\waybill"},
///      "distribution_points": ["DP1.CORP.TEST"],
///      "adminservice": {"address": "https://sms1.corp.test", "authorities": "/etc/waybill/ps1.pem"}}
///
/// With `"kind": "runbook"` the last member is `runbook`: `outbox` and `inbox` are folders, `collections` says for
/// each collection which one it is (`{"id": "PS100014", "least": 1, "most": 200}`) or how it is made
/// (`{"below": "SMS00001", "devices": [16777217]}`). `docs/schemas/point.schema.json` has all of it.
package enum PointSettings: Sendable {
  case adminService(AdminServiceConfiguration)
  case runbook(RunbookSettings, share: SourceShare, outbox: FilePath, inbox: FilePath)

  /// - Parameters:
  ///   - id: what the point is called.
  ///   - generator: the program that writes scripts.
  /// - Throws: `DistributionReason.valueRefused` and what the strict reader refuses.
  package init(
    _ field: JSONField, id: Name, site: SiteID, generator: String
  ) throws(Refusal) {
    _ = try field["waybill"].parsed("point/1") { $0 == "point/1" ? $0 : nil }
    let code = try field["site_code"].parsed("a site code: \(SiteCode.rule)") { SiteCode($0) }
    let sources = try field["sources"]
    try sources.only(["folder", "unc"])
    let share = try SourceShare(
      local: try sources["folder"].absolutePath(), unc: try sources["unc"].string())
    var servers: [String] = []
    for server in try field["distribution_points"].array() { servers.append(try server.string()) }
    let common = ["waybill", "kind", "site_code", "sources", "distribution_points"]
    switch try field["kind"].string() {
    case "adminservice":
      try field.only(Set(common + ["adminservice"]))
      self = .adminService(
        try AdminServiceConfiguration(
          field["adminservice"], id: id, code: code, share: share, servers: servers))
    case "runbook":
      try field.only(Set(common + ["runbook"]))
      let runbook = try field["runbook"]
      try runbook.only(["outbox", "inbox", "collections"])
      var points: [StepText] = []
      for server in servers {
        points.append(try StepText(server, as: .host, of: "distribution point"))
      }
      var targets: [CollectionName: RunbookSettings.Target] = [:]
      for (key, member) in try runbook["collections"].members() {
        guard let name = CollectionName(key) else {
          throw member.wrong("a collection: \(CollectionName.rule)")
        }
        targets[name] = try RunbookSettings.Target(member)
      }
      self = .runbook(
        try RunbookSettings(
          id: id, site: site, siteCode: code, points: points, collections: targets,
          generator: generator),
        share: share, outbox: try runbook["outbox"].absolutePath(),
        inbox: try runbook["inbox"].absolutePath())
    default: throw try field["kind"].wrong("adminservice or runbook")
    }
  }

  package var kind: PointDescription.Kind {
    switch self {
    case .adminService: .adminservice
    case .runbook: .runbook
    }
  }

  package var siteCode: SiteCode {
    switch self {
    case .adminService(let configuration): configuration.siteCode
    case .runbook(let settings, _, _, _): settings.siteCode
    }
  }

  /// Makes what must be there before the point is opened: the folder for sources, and those that scripts and results
  /// lie in. What is there already is left alone.
  package func prepare() throws(Refusal) {
    switch self {
    case .adminService(let configuration): try AdminServicePoint.create(configuration)
    case .runbook(let settings, let share, let outbox, let inbox):
      try SourceLanding.create(share, id: settings.id, siteCode: settings.siteCode)
      for folder in [outbox, inbox] { try DurableFile.makeFolder(folder) }
    }
  }

  package func open(
    clock: PointClock, memory: any PointMemory
  ) throws(Refusal) -> any DistributionPoint {
    switch self {
    case .adminService(let configuration):
      return try AdminServicePoint(configuration, clock: clock, memory: memory)
    case .runbook(let settings, let share, let outbox, let inbox):
      let landing = try SourceLanding(share, id: settings.id, siteCode: settings.siteCode)
      return try RunbookPoint(
        settings, landing: landing, memory: memory, outbox: outbox, inbox: inbox)
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

extension RunbookSettings.Target {
  fileprivate init(_ field: JSONField) throws(Refusal) {
    if let id = try field.optional("id") {
      try field.only(["id", "least", "most"])
      let bounds = [try field.optional("least"), try field.optional("most")]
      let isBounded = bounds.contains { $0 != nil }
      self.init(
        .existing(try id.packageID()), members: isBounded ? try field.bounds() : nil)
      return
    }
    try field.only(["below", "devices"])
    var devices: [Int32] = []
    for device in try field["devices"].array() {
      devices.append(Int32(try device.integer(in: 1...Int64(Int32.max))))
    }
    self.init(.made(below: try field["below"].packageID(), devices: devices))
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
