// SPDX-License-Identifier: Apache-2.0
package import Intents

/// What a content file says of one version of a product (docs/schemas/content.schema.json).
package struct ContentDescription: Sendable {
  package let name: String
  package let version: String
  package let counter: Int64
  package let publisherScope: Set<Tag>
  package let programs: [Program]

  package init(parsing text: String, file: String) throws(Refusal) {
    let root = try YAMLField(parsing: text, file: file, kind: "content")
    try root.only("waybill", "name", "version", "counter", "publisher_scope", "programs")
    name = try root["name"].line(most: 200)
    version = try root["version"].line(most: 100)
    counter = try root["counter"].integer(in: 1...9_007_199_254_740_991)
    publisherScope = try root["publisher_scope"].set("a tag: \(Tag.rule)") { Tag($0) }
    var programs: [Program] = []
    for element in try root["programs"].elements() {
      let program = try ContentDescription.program(element)
      guard !programs.contains(where: { $0.name == program.name }) else {
        throw try element["name"].wrong("each program once")
      }
      programs.append(program)
    }
    guard !programs.isEmpty else { throw try root["programs"].wrong("at least one program") }
    self.programs = programs
  }

  private static func program(_ field: YAMLField) throws(Refusal) -> Program {
    try field.only(
      "name", "command_line", "account", "exit_codes", "detection", "critical", "privileged",
      "maximum_runtime")
    var detection: [Detection] = []
    for element in try field["detection"].elements() {
      detection.append(try ContentDescription.detection(element))
    }
    guard !detection.isEmpty else { throw try field["detection"].wrong("at least one rule") }
    return Program(
      name: try field["name"].parsed("a name: \(Name.rule)") { Name($0) },
      commandLine: try field["command_line"].line(most: 1000),
      account: try field.optional("account")?.choice(Program.Account.self) ?? .system,
      exitCodes: try field.optional("exit_codes").map(exitCodes) ?? .applicationDefaults,
      detection: detection, isCritical: try field.optional("critical")?.bool() ?? false,
      isPrivileged: try field.optional("privileged")?.bool() ?? false,
      maximumRuntime: try field.optional("maximum_runtime")?.integer(in: 1...1440) ?? 60)
  }

  private static func exitCodes(_ field: YAMLField) throws(Refusal) -> ExitCodes {
    try field.only("success", "soft-reboot", "hard-reboot", "retry")
    var meanings: [Int64: ExitCodes.Meaning] = [:]
    for meaning in ExitCodes.Meaning.allCases where meaning != .failure {
      for code in try field.optional(meaning.rawValue)?.elements() ?? [] {
        let number = try code.integer(in: -2_147_483_648...4_294_967_295)
        guard meanings.updateValue(meaning, forKey: number) == nil else {
          throw code.wrong("each exit code once")
        }
      }
    }
    return ExitCodes(meanings)
  }

  private static func detection(_ field: YAMLField) throws(Refusal) -> Detection {
    switch try field["kind"].text() {
    case "file":
      try field.only("kind", "path", "version")
      return .file(
        path: try field["path"].line(most: 260),
        version: try field.optional("version")?.line(most: 50))
    case "registry":
      try field.only("kind", "key", "value", "equals")
      return .registry(
        key: try field["key"].line(most: 260), value: try field["value"].line(most: 260),
        equals: try field.optional("equals")?.line(most: 260))
    case "product":
      try field.only("kind", "code")
      return .product(code: try field["code"].line(most: 38))
    default: throw try field["kind"].wrong("one of file, registry, product")
    }
  }
}

/// What an intent file says (docs/schemas/intent.schema.json).
package struct IntentDescription: Sendable {
  package let id: Name
  package let sites: [SiteID]
  package let content: String
  package let version: String
  package let program: Name
  package let collection: CollectionName
  package let purpose: DeploymentIntent.Purpose
  package let availableFrom: Instant?
  package let deadline: Instant?
  package let scope: Set<Tag>
  package let isRollback: Bool
  /// File and line of the fields that only ledger, manifest and policy can refuse, by the field's name.
  package let places: [String: String]

  package init(parsing text: String, file: String) throws(Refusal) {
    let root = try YAMLField(parsing: text, file: file, kind: "intent")
    try root.only(
      "waybill", "id", "sites", "content", "version", "program", "collection", "purpose",
      "available_from", "deadline", "scope", "rollback")
    id = try root["id"].parsed("a name: \(Name.rule)") { Name($0) }
    var sites: [SiteID] = []
    for element in try root["sites"].elements() {
      sites.append(try element.parsed("a site id: \(SiteID.rule)") { SiteID($0) })
    }
    guard !sites.isEmpty, Set(sites).count == sites.count else {
      throw try root["sites"].wrong("at least one site, each once")
    }
    self.sites = sites
    content = try root["content"].line(most: 200)
    version = try root["version"].line(most: 100)
    program = try root["program"].parsed("a name: \(Name.rule)") { Name($0) }
    collection = try root["collection"].parsed("a collection: \(CollectionName.rule)") {
      CollectionName($0)
    }
    purpose = try root["purpose"].choice(DeploymentIntent.Purpose.self)
    let moment = "a moment as YYYY-MM-DDTHH:MM:SSZ"
    availableFrom = try root.optional("available_from")?.parsed(moment) { Instant($0) }
    deadline = try root.optional("deadline")?.parsed(moment) { Instant($0) }
    scope = try root["scope"].set("a tag: \(Tag.rule)") { Tag($0) }
    guard !scope.isEmpty else { throw try root["scope"].wrong("at least one tag") }
    isRollback = try root.optional("rollback")?.bool() ?? false
    places = [
      "sites": try root["sites"].place, "content": try root["content"].place,
      "version": try root["version"].place, "program": try root["program"].place,
      "collection": try root["collection"].place, "scope": try root["scope"].place,
    ]
  }
}

/// What a policy file says (docs/schemas/policy.schema.json).
package enum PolicyDescription {
  package static func policy(parsing text: String, file: String) throws(Refusal) -> SitePolicy {
    let root = try YAMLField(parsing: text, file: file, kind: "policy")
    try root.only(
      "waybill", "site", "sealing", "egress", "removals", "operators", "collections",
      "scope_ceiling", "approvals", "approvers", "break_glass_days", "egress_review")
    let days = try root.optional("break_glass_days").map { (field) throws(Refusal) in
      try field.integer(in: SitePolicy.breakGlassRange)
    }
    let approvers = try root.optional("approvers").map { (field) throws(Refusal) in
      try field.set("a key id, 64 lower-case hex digits") { Digest(hex: $0) }
    }
    return SitePolicy(
      site: try root["site"].parsed("a site id: \(SiteID.rule)") { SiteID($0) },
      sealing: try root["sealing"].choice(SitePolicy.Sealing.self),
      egress: try root["egress"].choice(SitePolicy.Egress.self),
      removals: try root["removals"].choice(SitePolicy.Removals.self),
      operators: try root["operators"].integer(in: 1...2),
      collections: try root["collections"].set("a collection: \(CollectionName.rule)") {
        CollectionName($0)
      }, scopeCeiling: try root["scope_ceiling"].set("a tag: \(Tag.rule)") { Tag($0) },
      approvals: try root.optional("approvals")?.choice(SitePolicy.Approvals.self),
      approvers: approvers ?? [], breakGlassDays: days ?? 0,
      egressReview: try root.optional("egress_review")?.choice(SitePolicy.EgressReview.self)
        ?? .none)
  }
}
