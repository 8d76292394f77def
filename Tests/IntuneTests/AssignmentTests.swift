// SPDX-License-Identifier: Apache-2.0
import HTTP
import Intents
import Intune
import TestKit
import Testing
import Trust

@Suite struct AssignmentTests {
  private let app = Simulated.app(1)
  private let ours = Simulated.group(1)
  private let theirs = Simulated.group(2)

  /// One assignment as Graph shows it.
  private func shown(
    _ target: JSONValue, _ intent: String = "required", _ settings: JSONValue = .null
  ) -> JSONValue {
    ["id": "x_0_0", "intent": .string(intent), "target": target, "settings": settings, "more": 1]
  }

  private func group(_ id: GraphID, _ more: (String, JSONValue)...) -> JSONValue {
    .object(
      JSONObject(
        [
          ("@odata.type", "#microsoft.graph.groupAssignmentTarget"), ("groupId", .string(id.text)),
        ] + more))
  }

  private var wanted: AppAssignment {
    AppAssignment(
      intent: .required, target: .group(ours),
      settings: Win32Settings(deadline: Instant("2027-01-15T00:00:00Z")))
  }

  /// Assigns where Graph shows `present`, and after that `after`.
  private func assign(
    _ wanted: [AppAssignment], present: [JSONValue], after: [JSONValue] = [],
    broad: BroadTargets = .refused
  ) throws -> (graph: ScriptedGraph, changed: Bool?, refusal: Refusal?) {
    let graph = ScriptedGraph(
      .page(present), .noContent, .page(after), .page(after), .page(after))
    let client = try graph.client()
    var changed: Bool?
    let seen = refusal { () throws(Refusal) in
      changed = try client.assign(app, wanted, broad: broad)
    }
    return (graph, changed, seen)
  }

  @Test func `the body of an assignment is the one of the specification`() throws {
    let text = """
      {"@odata.type": "#microsoft.graph.mobileAppAssignment",
        "intent": "required",
        "target": {"@odata.type": "#microsoft.graph.groupAssignmentTarget", "groupId": "\(ours)"},
        "settings": {"@odata.type": "#microsoft.graph.win32LobAppAssignmentSettings",
          "notifications": "showReboot", "deliveryOptimizationPriority": "notConfigured",
          "installTimeSettings": {"useLocalTime": false, "deadlineDateTime": "2027-01-15T00:00:00Z"}}}
      """
    #expect(wanted.json == (try JSONValue(parsing: Array(text.utf8), named: "body")))
  }

  @Test func `what others assigned is sent again with ours, settings and all`() throws {
    let settings: JSONValue = [
      "@odata.type": "#microsoft.graph.win32LobAppAssignmentSettings", "notifications": "hideAll",
      "somethingNew": "kept",
    ]
    let present = [shown(group(theirs), "available", settings)]
    let (graph, changed, refused) = try assign(
      [wanted], present: present, after: present + [shown(group(ours))])
    #expect(refused == nil)
    #expect(changed == true)
    #expect(
      graph.paths == [
        "deviceAppManagement/mobileApps/\(app)/assignments",
        "deviceAppManagement/mobileApps/\(app)/assign",
        "deviceAppManagement/mobileApps/\(app)/assignments",
      ])
    let sent: JSONValue = [
      "mobileAppAssignments": [
        [
          "@odata.type": "#microsoft.graph.mobileAppAssignment", "intent": "available",
          "target": group(theirs), "settings": settings,
        ], wanted.json,
      ]
    ]
    #expect(try graph.body(1) == sent)
  }

  @Test func `nothing is sent when all of it is there already, in whatever spelling`() throws {
    let settings: JSONValue = [
      "@odata.type": "#microsoft.graph.win32LobAppAssignmentSettings",
      "notifications": "showReboot",
      "deliveryOptimizationPriority": "notConfigured", "restartSettings": .null,
      "installTimeSettings": [
        "useLocalTime": false, "startDateTime": .null,
        "deadlineDateTime": "2027-01-15T00:00:00.0000000Z",
      ],
    ]
    let upper = group(ours).member("groupId")?.string?.uppercased() ?? ""
    let target: JSONValue = [
      "@odata.type": "#microsoft.graph.groupAssignmentTarget", "groupId": .string(upper),
    ]
    let (graph, changed, _) = try assign([wanted], present: [shown(target, "required", settings)])
    #expect(changed == false)
    #expect(graph.requests.count == 1)
  }

  @Test func `all devices and all users are refused unless the scope covers them`() throws {
    for target in [AssignmentTarget.allDevices, .allUsers] {
      let broad = AppAssignment(intent: .required, target: target)
      let (graph, _, refused) = try assign([broad], present: [])
      #expect(refused?.code == IntuneReason.broadTarget.code)
      #expect(graph.requests.count == 1)
      let after = shown(target.json)
      #expect(try assign([broad], present: [], after: [after], broad: .allowed).changed == true)
    }
    // One that people chose is kept; Waybill only adds none of its own.
    let theirs = shown(AssignmentTarget.allDevices.json, "available")
    let kept = try assign([wanted], present: [theirs], after: [theirs, shown(group(ours))])
    #expect(kept.changed == true)
  }

  @Test func `an assignment that cannot be kept stops everything before it starts`() throws {
    let collection: JSONValue = [
      "@odata.type": "#microsoft.graph.configurationManagerCollectionAssignmentTarget",
      "collectionId": "PS100014",
    ]
    let excluded = AssignmentTarget.excludingGroup(ours).json
    let filtered = group(theirs, ("deviceAndAppManagementAssignmentFilterId", "f"))
    for present in [
      [shown(collection)], [shown(["@odata.type": "#microsoft.graph.someNewTarget"])],
      [shown(filtered)], [shown(group(theirs), "someNewIntent")],
      [shown(group(theirs), "available", ["auto": [["state": "unknownFutureValue"]]])],
      [shown(group(ours), "uninstall")], [shown(excluded)],
      [shown(group(theirs)), shown(group(theirs), "available")],
    ] {
      let (graph, _, refused) = try assign([wanted], present: present)
      #expect(refused?.code == IntuneReason.foreignAssignment.code)
      #expect(graph.requests.count == 1)
    }
  }

  @Test func `Intune never triggers ConfigMgr: no body names a collection`() throws {
    let targets: [AssignmentTarget] = [
      .group(ours), .excludingGroup(ours), .allDevices, .allUsers,
    ]
    let types = targets.compactMap { $0.json.member("@odata.type")?.string }
    #expect(types.count == 4)
    #expect(!types.contains { $0.contains("configurationManager") })
  }

  @Test func `what Graph does not show afterwards was not taken`() throws {
    let present = [shown(group(theirs), "available")]
    for after in [
      [], present, [shown(group(ours))], present + [shown(group(ours), "available")],
      present + [shown(group(ours)), shown(group(Simulated.group(3)))],
    ] {
      let (graph, _, refused) = try assign([wanted], present: present, after: after)
      #expect(refused?.code == IntuneReason.notTaken.code)
      #expect(refused?.changed == "the app's assignments")
      #expect(graph.requests.count == 5)
      #expect(graph.slept == [1, 4])
    }
  }

  @Test func `only what is ours is taken back`() throws {
    let present = [shown(group(theirs), "available"), shown(group(ours))]
    let graph = ScriptedGraph(.page(present), .noContent, .page([present[0]]))
    let other = AppAssignment(intent: .required, target: .group(theirs))
    #expect(try graph.client().withdraw(app, [wanted, other]))
    let sent = try graph.body(1).member("mobileAppAssignments")?.elements
    #expect(sent?.map { $0.member("target") } == [group(theirs)])
    let gone = ScriptedGraph(.page([present[0]]))
    #expect(try !gone.client().withdraw(app, [wanted, other]))
    #expect(gone.requests.count == 1)
    let last = ScriptedGraph(.page([present[1]]), .noContent, .page([]))
    #expect(try last.client().withdraw(app, [wanted]))
    #expect(try last.body(1) == ["mobileAppAssignments": []])
  }

  @Test func `a change that broke off says what may have been changed`() throws {
    for answer in [HTTPResponse.failure(500), .failure(403), .noContent] {
      let graph = ScriptedGraph(.page([]))
      graph.answers += (0..<4).map { _ in .success(answer) }
      let seen = try graph.refused { (client) throws(Refusal) in
        try client.assign(app, [wanted])
      }
      #expect(seen?.changed == "perhaps the app's assignments")
    }
  }

  @Test func `what Graph shows a little later was taken`() throws {
    let graph = ScriptedGraph(
      .page([]), .noContent, .page([]), .page([shown(group(ours))]))
    #expect(try graph.client().assign(app, [wanted]))
    #expect(graph.slept == [1])
    #expect(graph.requests.map(\.method) == [.get, .post, .get, .get])
  }

  @Test func `an app is found by its exact name, and two of one name are none`() throws {
    func entry(_ number: Int, _ name: String) -> JSONValue {
      [
        "@odata.type": "#microsoft.graph.win32LobApp", "id": .string(Simulated.app(number).text),
        "displayName": .string(name), "publishingState": "someNewState", "notes": .null,
      ]
    }
    let graph = ScriptedGraph(.page([entry(1, "o'neill"), entry(2, "O'Neill & Söhne")]))
    let app = try #require(try graph.client().app(named: "O'Neill & Söhne"))
    #expect(app.id == Simulated.app(2))
    #expect(app.isWin32)
    #expect(app.publishing.known == nil)
    #expect(app.publishing.text == "someNewState")
    let filter = "displayName%20eq%20%27O%27%27Neill%20%26%20S%C3%B6hne%27"
    #expect(graph.paths.first?.contains("$filter=\(filter)&$select=id%2CdisplayName") == true)

    let twins = ScriptedGraph(.page([entry(3, "Twin"), entry(4, "Twin")]))
    let seen = try twins.refused { (client) throws(Refusal) in _ = try client.app(named: "Twin") }
    #expect(seen?.code == IntuneReason.ambiguousName.code)
    #expect(try ScriptedGraph(.page([])).client().app(named: "None") == nil)
    #expect(try ScriptedGraph(.failure(404)).client().app(Simulated.app(9)) == nil)
  }

  @Test func `a policy's targets are merged as an app's are`() throws {
    let present: JSONValue = ["id": "a", "target": group(theirs)]
    let both: [JSONValue] = [present, ["id": "b", "target": group(ours)]]
    let graph = ScriptedGraph(
      .page([present]), .json(200, ["value": .array(both)]), .page(both))
    let policy = Simulated.policy(1)
    #expect(try graph.client().assign(policy: policy, to: [.group(ours)]))
    let sent = try graph.body(1).member("assignments")?.elements.map { $0.member("target") }
    #expect(sent == [group(theirs), group(ours)])

    let same = ScriptedGraph(.page(both))
    #expect(try same.client().assign(policy: policy, to: [.group(ours)]) == false)
    let cases: [([JSONValue], AssignmentTarget, IntuneReason, [JSONValue])] = [
      ([], .allDevices, .broadTarget, []),
      ([["id": "c", "target": ["@odata.type": "#new"]]], .group(ours), .foreignAssignment, []),
      ([present], .excludingGroup(theirs), .foreignAssignment, []),
      ([present], .group(ours), .notTaken, [present]),
    ]
    for (present, target, reason, after) in cases {
      let graph = ScriptedGraph(
        .page(present), .json(200, ["value": []]), .page(after), .page(after), .page(after))
      let seen = try graph.refused { (client) throws(Refusal) in
        _ = try client.assign(policy: policy, to: [target])
      }
      #expect(seen?.code == reason.code)
    }
  }
}
