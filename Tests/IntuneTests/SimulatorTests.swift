// SPDX-License-Identifier: Apache-2.0
import HTTP
import Intents
import Intune
import TestKit
import Testing
import Trust

/// The connector against the simulator, over the network of this machine.
@Suite struct SimulatorTests {
  private let app = Simulated.app(1)
  private let wanted = AppAssignment(
    intent: .required, target: .group(Simulated.group(1)),
    settings: Win32Settings(
      restart: Win32Settings.Restart(grace: 60, countdown: 15, snooze: nil),
      start: Instant("2027-01-01T00:00:00Z"), deadline: Instant("2027-01-15T00:00:00Z")))

  /// Everything that the connector can do, once.
  private func tour(_ client: GraphClient) throws {
    let found = try #require(try client.app(named: "O'Neill & Söhne"))
    #expect(found.id == Simulated.app(2))
    #expect(try client.app(app)?.name == "Contoso Reader")
    let group = try #require(try client.group(named: "Waybill Fjord-3"))
    #expect(group.id == Simulated.group(1))
    #expect(try client.assign(app, [wanted]))
    #expect(try !client.assign(app, [wanted]))
    let policy = try #require(try client.compliancePolicy(named: "Baseline"))
    #expect(try client.assign(policy: policy.id, to: [.group(group.id)]))
    #expect(try !client.assign(policy: policy.id, to: [.group(group.id)]))
    #expect(try client.managedDevices().count == 25)
    let states = try client.policyStates(of: [Simulated.device(1), Simulated.device(99)])
    #expect(states.keys.map(\.text) == [Simulated.device(1).text])
    #expect(states.values.first?.map(\.status.known) == [.nonCompliant, .notApplicable])
    #expect(try client.devices(in: group.id)?.devices.count == 12)
    #expect(try client.installResults(ofApp: app).count == 25)
    #expect(try client.withdraw(app, [wanted]))
    #expect(try client.assignments(of: app)?.map(\.target) == [.group(Simulated.group(2))])
  }

  /// The names in an address's `$select`.
  private static func selected(_ address: String) -> [String] {
    let options = address.split(separator: "?").dropFirst().first?.split(separator: "&") ?? []
    let names = options.first { $0.hasPrefix("$select=") || $0.hasPrefix("%24select=") }
    return names?.split(separator: "=").last?.replacing("%2C", with: ",").split(separator: ",")
      .map(String.init) ?? []
  }

  @Test func `every body that is sent and every answer is of Graph's own types`() throws {
    let simulator = try GraphSimulator()
    try tour(try simulator.client())
    let types = try GraphTypes()
    var checked: Set<String> = []
    for line in try simulator.log() {
      let path = try line["path"].string()
      guard path.hasPrefix("/v1.0/"), try line["status"].integer(in: 0...599) < 300 else {
        continue
      }
      let method = try line["method"].string()
      let place = String(path.dropFirst("/v1.0".utf8.count).prefix { $0 != "?" })
      func part(_ key: String) -> JSONValue? {
        let value = line.value.member(key)
        return value == .null ? nil : value
      }
      if place == "/$batch" {
        let requests = part("body")?.member("requests")?.elements ?? []
        let responses = part("answer")?.member("responses")?.elements ?? []
        for request in requests {
          let response = responses.first { $0.member("id") == request.member("id") }
          guard response?.member("status") == 200 else { continue }
          let inner = String((request.member("url")?.string ?? "").prefix { $0 != "?" })
          let selected = Self.selected(request.member("url")?.string ?? "")
          #expect(!selected.isEmpty && types.problems(selecting: selected, at: inner) == [])
          let problems = types.problems(
            method: "GET", path: inner, body: nil, answer: response?.member("body"))
          #expect(problems == [], "\(inner)")
          checked.insert(inner.split(separator: "/").last.map(String.init) ?? "")
        }
        continue
      }
      let selected = Self.selected(path)
      #expect(types.problems(selecting: selected, at: place) == [], "\(place)")
      let problems = types.problems(
        method: method, path: place, body: part("body"), answer: part("answer"))
      #expect(problems == [], "\(method) \(place)")
      checked.insert("\(method) \(place.split(separator: "/").last.map(String.init) ?? "")")
    }
    let expected: Set = [
      "GET mobileApps", "GET \(app)", "GET assignments", "POST assign", "GET groups",
      "GET deviceCompliancePolicies", "GET managedDevices", "deviceCompliancePolicyStates",
      "GET members", "POST exportJobs",
    ]
    #expect(expected.isSubset(of: checked))
    #expect(checked.contains { $0.hasPrefix("GET exportJobs('") })
  }

  @Test func `a body with an unknown property or value is found out`() throws {
    let types = try GraphTypes()
    let good = wanted.json
    #expect(types.problems(sending: good, as: "mobileAppAssignment") == [])
    let all: [AssignmentTarget] = [
      .group(app), .excludingGroup(app), .allDevices, .allUsers,
    ]
    for intent in AppAssignment.Intent.allCases {
      for target in all {
        let json = AppAssignment(intent: intent, target: target).json
        #expect(types.problems(sending: json, as: "mobileAppAssignment") == [])
      }
    }
    for notifications in Win32Settings.Notifications.allCases {
      for delivery in Win32Settings.Delivery.allCases {
        let json = Win32Settings(notifications: notifications, delivery: delivery).json
        #expect(types.problems(sending: json, as: "mobileAppAssignmentSettings") == [])
      }
    }
    guard case .object(let object) = good else { return }
    let members = object.members.map { ($0.key, $0.value) }
    let broken: [[(String, JSONValue)]] = [
      members + [("filter", "x")], members.filter { $0.0 != "intent" } + [("intent", "Required")],
      members.filter { $0.0 != "target" } + [("target", ["groupId": "x"])],
      members.filter { $0.0 != "intent" } + [("intent", .null)],
      members.filter { $0.0 != "target" }
        + [("target", ["@odata.type": "#microsoft.graph.mobileApp"])],
    ]
    for members in broken {
      let json = JSONValue.object(JSONObject(members))
      #expect(types.problems(sending: json, as: "mobileAppAssignment") != [])
    }
  }

  @Test func `the enums that are read have the members of the extract`() throws {
    let file = "Tests/IntuneTests/Data/graph-v1.0-extract.json"
    let enums = try JSONField(parsing: try Repository.contents(of: file), named: file)["enums"]
    let ours: [String: [String]] = [
      "complianceState": ComplianceState.allCases.map(\.rawValue),
      "complianceStatus": ComplianceStatus.allCases.map(\.rawValue),
      "managementAgentType": ManagementAgent.allCases.map(\.rawValue),
      "installIntent": AppAssignment.Intent.allCases.map(\.rawValue),
      "win32LobAppNotification": Win32Settings.Notifications.allCases.map(\.rawValue),
    ]
    for (name, members) in ours {
      #expect(Set(try enums[name]["members"].members().map(\.key)) == Set(members), "\(name)")
    }
  }

  @Test func `C19: the token server judges the assertion, and nobody sees the token but Graph`()
    throws
  {
    let simulator = try GraphSimulator()
    let client = try simulator.client()
    #expect(try client.managedDevices().count == 25)
    _ = try client.installResults(ofApp: app)
    try simulator.revoke()
    #expect(try client.group(named: "Waybill Pilot") != nil)
    let log = try simulator.log()
    let signIns = try log.filter { try $0["path"].string().hasSuffix("/token") }
    #expect(signIns.count == 2)
    let files = try log.filter { try $0["path"].string().hasPrefix("/files/") }
    #expect(try files.map { try $0["authorized"].bool() } == [false])
    // Three pages of devices, and each request with an id of its own.
    let pages = try log.filter {
      try $0["path"].string().hasPrefix("/v1.0/deviceManagement/managed")
    }
    #expect(pages.count == 3)
    #expect(Set(pages.map { $0.value.member("request_id")?.string }).count == 3)
  }

  @Test
  func `C19: throttling, with and without a time, passes, and an answer that is none does not`()
    throws
  {
    let simulator = try GraphSimulator()
    let client = try simulator.client()
    try simulator.fault("groups", status: 429, retryAfter: "9")
    try simulator.fault("groups", status: 429)
    // The first time on a connection that stood before, which libcurl then makes anew by itself.
    try simulator.fault("groups", mode: "reset", times: 2)
    #expect(try client.group(named: "Waybill Pilot") != nil)
    #expect(simulator.slept == [9, 2, 4])

    try simulator.fault("groups", status: 403)
    try simulator.fault("groups", mode: "page")
    for reason in [IntuneReason.forbidden, .unusableAnswer] {
      let seen = refusal { () throws(Refusal) in _ = try client.group(named: "Waybill Pilot") }
      #expect(seen?.code == reason.code)
    }
    try simulator.fault("deviceManagement/managedDevices/", status: 429, retryAfter: "1")
    #expect(try client.policyStates(of: [Simulated.device(2)]).count == 1)
    try simulator.fault("groups", status: 401, times: 2)
    let seen = refusal { () throws(Refusal) in _ = try client.group(named: "Waybill Pilot") }
    #expect(seen?.code == IntuneReason.signInRefused.code)
  }

  @Test
  func `C19: a tenant in trouble is left alone after three 503, and one that hangs is given up`()
    throws
  {
    let simulator = try GraphSimulator()
    let client = try simulator.client()
    _ = try client.group(named: "Waybill Pilot")
    try simulator.fault("groups", status: 503, times: 3)
    let seen = refusal { () throws(Refusal) in _ = try client.group(named: "Waybill Pilot") }
    #expect(seen?.code == IntuneReason.unavailable.code)
    let alone = refusal { () throws(Refusal) in _ = try client.group(named: "Waybill Pilot") }
    #expect(alone?.code == HTTPReason.leftAlone.code)

    let other = try GraphSimulator()
    let hasty = try other.client(total: 300)
    try other.fault("groups", mode: "hang", times: 6)
    let hung = refusal { () throws(Refusal) in _ = try hasty.group(named: "Waybill Pilot") }
    #expect(hung?.code == HTTPReason.unreachable.code)
    #expect(other.slept == [1, 2, 4, 8, 16])
  }

  @Test func `devices of the tenant come to their places by their groups`() throws {
    let client = try GraphSimulator().client()
    let site = Simulated.tag("site:fjord-3")
    let ring = Simulated.tag("ring:pilot")
    var groups: [GraphID: GroupDevices] = [:]
    for group in [Simulated.group(1), Simulated.group(2)] {
      groups[group] = try client.devices(in: group)
    }
    let membership = SiteMembership(
      try client.managedDevices(), groups: groups,
      tags: GroupTags([Simulated.group(1): [site], Simulated.group(2): [ring]]))
    #expect(membership.placements.count == 25)
    #expect(membership.placements[Simulated.device(1)] == .placed([site]))
    #expect(membership.placements[Simulated.device(12)] == .placed([site, ring]))
    #expect(membership.placements[Simulated.device(10)] == .unplaced)
    #expect(membership.placements[Simulated.device(21)] == .unplaced)
    #expect(membership.nested == [Simulated.group(3)])
    #expect(membership.unmanaged == [Simulated.directoryDevice(10)])
  }
}
