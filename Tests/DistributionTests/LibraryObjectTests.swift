// SPDX-License-Identifier: Apache-2.0
import Bundles
import Distribution
import Intents
import SystemPackage
import Testing

@Suite struct LibraryObjectTests {
  private let program: Program
  private let collection: CollectionName

  init() throws {
    collection = try #require(CollectionName("Air-Gapped-Site-1-Devices"))
    program = Program(
      name: try #require(Name("install")), commandLine: "setup.exe /quiet", account: .system,
      exitCodes: ExitCodes([0: .success, 3010: .softReboot, 1641: .hardReboot, 1618: .retry]),
      detection: [
        .file(path: "C:\\Tool\\tool.exe", version: nil),
        .registry(key: "SOFTWARE\\Tool", value: "Version", equals: "1.0"),
        .product(code: "{00000000-0000-0000-0000-000000000000}"),
      ], isCritical: false, isPrivileged: false, maximumRuntime: 30)
  }

  private func intent(
    _ content: Content = .vector, revision: Int64 = 1, from: String? = nil
  ) throws -> DeploymentIntent {
    DeploymentIntent(
      id: try #require(Name("intent-1")), revision: revision, manifest: content.manifest,
      program: program.name, collection: collection, purpose: .required,
      availableFrom: try from.map { try #require(Instant($0)) }, deadline: nil, scope: [],
      isRollback: false)
  }

  @discardableResult
  private func apply(
    _ library: Library, _ content: Content = .vector, revision: Int64 = 1, from: String? = nil
  ) throws -> Effect<String> {
    let intent = try intent(content, revision: revision, from: from)
    let point = try library.point()
    let receipt = try library.ensure(content)
    let key = EffectKey(intent)
    _ = try point.ensureProgram(ProgramRequest(content: receipt, program: program), key: key)
    _ = try point.ensureCollection(CollectionRequest(name: collection), key: key)
    return try point.ensureDeployment(DeploymentRequest(intent: intent, content: receipt), key: key)
  }

  private func status(_ library: Library, revision: Int64 = 1) throws -> [ComplianceRecord] {
    try library.point().status(
      of: EffectKey(intent: #require(Name("intent-1")), revision: revision),
      asOf: #require(Instant("2026-01-01T00:00:00Z")))
  }

  @Test("program, collection and deployment are made once")
  func once() throws {
    let library = try Library()
    #expect(try apply(library) == .done("WB120000"))
    let stamps = try library.stamps()
    let state = try library.point().describe().state
    #expect(try apply(library) == .done("WB120000"))
    #expect(try library.stamps() == stamps)
    let description = try library.point().describe()
    #expect(description.state == state)
    #expect(description.collections == [collection])
    #expect(description.deployments.map(\.revision) == [1])
    #expect(description.contents.map(\.receipt.contentID) == ["WB100001.1"])
    #expect(description.freeBytes > 0)
  }

  @Test("what a plan may depend on changes the state, free space and devices do not (A11)")
  func state() throws {
    let library = try Library()
    let empty = try library.point().describe().state
    try apply(library)
    let applied = try library.point().describe().state
    #expect(applied != empty)
    try library.scratch.write("", to: "library/devices.ndjson")
    #expect(try library.point().describe().state == applied)
    try library.scratch.write("[Info]\r\n", to: "library/PkgLib/WB100001.INI")
    #expect(try library.point().describe().state != applied)
  }

  @Test("a deployment waits for its content, program and collection")
  func waits() throws {
    let library = try Library()
    let point = try library.point()
    let key = try library.key
    let missing = ContentReceipt(
      packageID: try #require(PackageID("WB100001")), sourceVersion: 1)
    let request = try DeploymentRequest(intent: intent(), content: missing)
    #expect(try point.ensureDeployment(request, key: key) == .pending("content WB100001.1"))
    let programRequest = ProgramRequest(content: missing, program: program)
    #expect(try point.ensureProgram(programRequest, key: key) == .pending("content WB100001.1"))
    try library.ensure(.vector)
    #expect(
      try point.ensureDeployment(request, key: key) == .pending("program install of WB100001.1"))
    _ = try point.ensureProgram(programRequest, key: key)
    #expect(
      try point.ensureDeployment(request, key: key) == .pending("collection \(collection)"))
  }

  @Test("a new revision replaces, an old or changed one is refused (A02, A05)")
  func revisions() throws {
    let library = try Library()
    try apply(library)
    var next = Content.vector
    next.files["Setup.exe"] = "new\n"
    refuses(.keyReused) { try apply(library, next) }
    #expect(try apply(library, next, revision: 2) == .done("WB120000"))
    refuses(.keyReused) { try apply(library) }
    #expect(DistributionReason.keyReused.failureClass == .permanent)
  }

  @Test("content and collection in use stay; with the deployment gone they go (A16)")
  func removal() throws {
    let library = try Library()
    try apply(library)
    let point = try library.point()
    let key = try library.key
    refuses(.inUse) { try library.remove(.vector) }
    refuses(.inUse) { _ = try point.remove(.collection(collection), key: key) }
    _ = try point.remove(.deployment(intent: key.intent), key: key)
    _ = try point.remove(.deployment(intent: key.intent), key: key)
    try library.remove(.vector)
    _ = try point.remove(.collection(collection), key: key)
    let left = try library.tree().keys.sorted()
    #expect(left == ["waybill-library.json", "waybill/lock", "waybill/packages/WB100001.json"])
  }

  @Test(
    "each behaviour of a device has one state (A21)",
    arguments: [
      (#""exit_code":0"#, ComplianceRecord.State.succeeded, Int64?.some(0)),
      (#""exit_code":3010"#, .succeeded, 3010),
      (#""exit_code":1641"#, .succeeded, 1641),
      (#""exit_code":1618"#, .inProgress, 1618),
      (#""exit_code":1603"#, .failed, 1603),
      (#""exit_code":1707"#, .failed, 1707),
      (#""exit_code":-1"#, .failed, -1),
      (#""state":"offline""#, .unknown, nil),
      (#""state":"running""#, .inProgress, nil),
      (#""state":"requirements-not-met""#, .notApplicable, nil),
      (#""programs":{}"#, .unknown, nil),
      (#""exit_code":0,"programs":{"install":{"exit_code":1603}}"#, .failed, 1603),
      (#""exit_code":1603,"programs":{"other":{"exit_code":0}}"#, .failed, 1603),
    ])
  func mapping(_ text: String, _ state: ComplianceRecord.State, _ code: Int64?) throws {
    let library = try Library()
    try apply(library)
    try library.scratch.write(
      """
      # two devices

      {"collections":["\(collection)","Lab"],"device":"PC-001",\(text)}
      {"collections":["Lab"],"device":"PC-002","exit_code":0}

      """, to: "library/devices.ndjson")
    let records = try status(library)
    #expect(records.map(\.device) == ["PC-001"])
    #expect(records.map(\.state) == [state])
    #expect(records.map(\.exitCode) == [code])
    #expect(records.map(\.asOf.description) == ["2026-01-01T00:00:00Z"])
  }

  @Test("before a deployment may run, every device is unknown")
  func notYet() throws {
    let library = try Library()
    try apply(library, from: "2026-01-01T00:00:01Z")
    try library.scratch.write(
      #"{"collections":["\#(collection)"],"device":"PC-001","exit_code":0}"#,
      to: "library/devices.ndjson")
    #expect(try status(library).map(\.state) == [.unknown])
  }

  @Test("status of what is not deployed is refused, of no devices empty")
  func unknown() throws {
    let library = try Library()
    refuses(.unknownObject) { _ = try status(library) }
    try apply(library)
    #expect(try status(library).isEmpty)
    refuses(.unknownObject) { _ = try status(library, revision: 2) }
  }

  @Test(
    "a wrong line of the device list is named",
    arguments: [
      #"{"device":"PC-001"}"#, #"{"collections":[]}"#, #"{"collections":[],"device":"a b"}"#,
      #"{"collections":[],"device":""}"#, #"{"collections":[],"device":"a","state":"asleep"}"#,
      #"{"collections":[],"device":"a","exit_code":0,"state":"offline"}"#,
      #"{"collections":[],"device":"a","exit_code":"0"}"#, #"{"collections":[" "],"device":"a"}"#,
      #"{"collections":[],"device":"a","colour":1}"#, "nonsense",
      #"{"collections":[],"device":"a","programs":{"A B":{}}}"#,
      "{\"collections\":[],\"device\":\"a\"}\n{\"collections\":[],\"device\":\"a\"}",
    ])
  func wrongLine(_ text: String) throws {
    refuses(.deviceListMalformed) {
      do throws(Refusal) {
        _ = try DeviceList(parsing: Array("\n\(text)".utf8), named: "devices.ndjson")
      } catch {
        #expect(error.subject.contains("line \(text.contains("\n") ? 3 : 2)"))
        throw error
      }
    }
  }

  @Test("a record that someone edited is damage, not another record")
  func editedRecord() throws {
    let library = try Library()
    try apply(library)
    try library.scratch.write("{\"_type\":1}", to: "library/waybill/packages/WB100001.json")
    refuses(.recordDamaged) { try library.ensure(.vector) }
  }

  @Test("after the last number of a site code nothing new is named")
  func lastNumber() throws {
    let library = try Library()
    try library.ensure(.vector)
    let folder = "library/waybill/packages"
    let record = try library.scratch.text("\(folder)/WB100001.json")
    try library.scratch.write(
      record.replacing("WB100001", with: "WB199999"), to: "\(folder)/WB199999.json")
    var other = Content.vector
    other.line = String(repeating: "2", count: 32)
    refuses(.idsExhausted) { try library.ensure(other) }
  }

  @Test("every reason has its own code, a text and a hint")
  func reasons() {
    #expect(
      Set(DistributionReason.allCases.map(\.code)).count == DistributionReason.allCases.count)
    for reason in DistributionReason.allCases {
      #expect(reason.exit != .internalError)
      #expect((50...59).contains(Int(reason.code.suffix(2)) ?? 0))
      #expect(!reason.summary.isEmpty && !reason.hint.isEmpty)
    }
  }
}
