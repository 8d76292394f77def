// SPDX-License-Identifier: Apache-2.0
package import Intents
package import Trust

/// `state.json`: the whole current state of a site (FORMAT.md, 12).
package struct StateDocument: Hashable, Sendable {
  /// An attack or fault that the site met on a medium.
  package struct Sighting: Hashable, Sendable {
    package let at: Instant
    package let code: String
    package let subject: String

    package init(at: Instant, code: String, subject: String) {
      self.at = at
      self.code = code
      self.subject = subject
    }
  }

  /// A file of evidence beside the state.
  package struct Evidence: Hashable, Sendable {
    package let name: String
    /// Bytes.
    package let length: Int64
    package let digest: Digest

    package init(name: String, length: Int64, digest: Digest) {
      self.name = name
      self.length = length
      self.digest = digest
    }
  }

  package let site: SiteID
  package let epoch: RandomID
  package let seq: Int64
  package let asOf: Instant
  package let intents: [IntentResult]
  /// Manifests whose every file the site holds.
  package let heldManifests: [Digest]
  /// Further files that it holds.
  package let heldFiles: [Digest]
  /// Files that were counted on and are gone.
  package let needed: [Digest]
  package let sightings: [Sighting]
  package let evidence: [Evidence]
  /// What people said at the site for what stands now and for the newest bundle, as they signed it.
  package let approvals: [Envelope]

  package init(
    site: SiteID, epoch: RandomID, seq: Int64, asOf: Instant, intents: [IntentResult],
    heldManifests: [Digest], heldFiles: [Digest], needed: [Digest], sightings: [Sighting],
    evidence: [Evidence], approvals: [Envelope] = []
  ) {
    self.site = site
    self.epoch = epoch
    self.seq = seq
    self.asOf = asOf
    self.intents = intents.sorted { $0.id < $1.id }
    self.heldManifests = heldManifests.sorted()
    self.heldFiles = heldFiles.sorted()
    self.needed = needed.sorted()
    self.sightings = sightings
    self.evidence = evidence.sorted { $0.name < $1.name }
    self.approvals = approvals
  }

  package var encoded: [UInt8] {
    let holds = JSONObject([
      ("manifests", .array(heldManifests.map { .digest($0) })),
      ("files", .array(heldFiles.map { .digest($0) })),
    ])
    let attacks = sightings.map { sighting in
      JSONValue.object(
        JSONObject([
          ("at", .instant(sighting.at)), ("code", .string(sighting.code)),
          ("subject", .string(sighting.subject)),
        ]))
    }
    let files = evidence.map { file in
      JSONValue.object(
        JSONObject([
          ("name", .string(file.name)), ("length", .integer(file.length)),
          ("sha256", .digest(file.digest)),
        ]))
    }
    let members: [(String, JSONValue)] =
      DocumentHeader.members(type: "waybill-state") + [
        ("site_id", .string(site.text)), ("epoch", .string(epoch.text)), ("seq", .integer(seq)),
        ("as_of", .instant(asOf)), ("intents", .array(intents.map(StateDocument.json))),
        ("holds", .object(holds)), ("need", .array(needed.map { .digest($0) })),
        ("attacks", .array(attacks)), ("evidence", .array(files)),
        ("approvals", .array(approvals.map(\.json))),
      ]
    return JSONValue.object(JSONObject(members)).encoded
  }

  package init(parsing bytes: [UInt8]) throws(Refusal) {
    let document = try JSONField(parsing: bytes, named: "state.json")
    try DocumentHeader.check(document, type: "waybill-state")
    var intents: [IntentResult] = []
    var ids: Set<Name> = []
    for element in try document["intents"].array() {
      let intent = try StateDocument.intent(element)
      guard ids.insert(intent.id).inserted else { throw element.wrong("each id once") }
      intents.append(intent)
    }
    var sightings: [Sighting] = []
    for element in try document["attacks"].array() {
      sightings.append(
        Sighting(
          at: try element["at"].instant(), code: try element["code"].string(),
          subject: try element["subject"].string()))
    }
    var evidence: [Evidence] = []
    var names: Set<String> = []
    for element in try document["evidence"].array() {
      let file = Evidence(
        name: try element["name"].string(), length: try element["length"].count(),
        digest: try element["sha256"].digest())
      guard names.insert(file.name).inserted else { throw element.wrong("each name once") }
      evidence.append(file)
    }
    var approvals: [Envelope] = []
    if let field = try document.optional("approvals") {
      let elements = try field.array()
      guard elements.count <= BundleLimits.approvals else {
        throw Refusal(
          BundleReason.valueAboveLimit, field.place, seen: "\(elements.count) approvals",
          expected: "at most \(BundleLimits.approvals)")
      }
      for element in elements { approvals.append(try Envelope(element)) }
    }
    let holds = try document["holds"]
    self.init(
      site: try document["site_id"].siteID(), epoch: try document["epoch"].randomID(),
      seq: try document["seq"].count(), asOf: try document["as_of"].instant(), intents: intents,
      heldManifests: try holds["manifests"].digests(), heldFiles: try holds["files"].digests(),
      needed: try document["need"].digests(), sightings: sightings, evidence: evidence,
      approvals: approvals)
  }

  private static func json(_ intent: IntentResult) -> JSONValue {
    var members: [(String, JSONValue)] = [
      ("id", .string(intent.id.text)), ("revision", .integer(intent.revision)),
      ("manifest", .digest(intent.manifest)), ("state", .string(intent.state.rawValue)),
    ]
    if let reason = intent.reason { members.append(("reason", .string(reason))) }
    if let package = intent.packageID { members.append(("package_id", .string(package))) }
    if let plan = intent.plan { members.append(("plan", .digest(plan))) }
    if let at = intent.appliedAt { members.append(("applied_at", .instant(at))) }
    return .object(JSONObject(members))
  }

  private static func intent(_ field: JSONField) throws(Refusal) -> IntentResult {
    IntentResult(
      id: try field["id"].name(),
      revision: try field["revision"].integer(in: 1...TrustLimits.jsonInteger),
      manifest: try field["manifest"].digest(),
      state: try field["state"].choice(IntentState.self),
      reason: try field.optional("reason")?.string(),
      packageID: try field.optional("package_id")?.string(),
      plan: try field.optional("plan")?.digest(),
      appliedAt: try field.optional("applied_at")?.instant())
  }
}
