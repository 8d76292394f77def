// SPDX-License-Identifier: Apache-2.0
package import Intents
import Trust

/// `intents.json`: the whole desired state of one site (FORMAT.md, 9).
package struct IntentsDocument: Sendable {
  package let site: SiteID
  package let salt: RandomID
  /// Ascending by id.
  package let intents: [DeploymentIntent]

  package init(site: SiteID, salt: RandomID, intents: [DeploymentIntent]) {
    self.site = site
    self.salt = salt
    self.intents = intents.sorted { $0.id < $1.id }
  }

  /// What only a manifest may hold: an intent with one of these is refused whole.
  package static let forbidden: Set<String> = [
    "command", "command_line", "script", "detection", "exit_codes", "requirements",
    "publisher_scope", "critical", "privileged",
  ]

  /// What only a signed policy may say: an intent that brings its own is refused whole, so that none can loosen it.
  package static let forbiddenPolicy: Set<String> = [
    "approvals", "approvers", "break_glass_days", "collections", "egress", "egress_review",
    "operators", "removals", "returns_to", "scope_ceiling", "sealing",
  ]

  package var encoded: [UInt8] {
    let members: [(String, JSONValue)] =
      DocumentHeader.members(type: "waybill-intents") + [
        ("site_id", .string(site.text)), ("salt", .string(salt.text)),
        ("intents", .array(intents.map(IntentsDocument.json))),
      ]
    return JSONValue.object(JSONObject(members)).encoded
  }

  package init(parsing bytes: [UInt8]) throws(Refusal) {
    let document = try JSONField(parsing: bytes, named: "intents.json")
    try DocumentHeader.check(document, type: "waybill-intents")
    site = try document["site_id"].siteID()
    salt = try document["salt"].randomID()
    var intents: [DeploymentIntent] = []
    for element in try document["intents"].array() {
      let intent = try IntentsDocument.intent(element)
      guard intents.last.map({ $0.id < intent.id }) ?? true else {
        throw try element["id"].wrong("ids ascending, each once")
      }
      intents.append(intent)
    }
    self.intents = intents
  }

  private static func json(_ intent: DeploymentIntent) -> JSONValue {
    var members: [(String, JSONValue)] = [
      ("id", .string(intent.id.text)), ("revision", .integer(intent.revision)),
      ("manifest", .digest(intent.manifest)), ("program", .string(intent.program.text)),
      ("collection", .string(intent.collection.text)),
      ("purpose", .string(intent.purpose.rawValue)), ("rollback", .bool(intent.isRollback)),
      ("scope", .sorted(intent.scope.map(\.text))),
    ]
    if let moment = intent.availableFrom { members.append(("available_from", .instant(moment))) }
    if let moment = intent.deadline { members.append(("deadline", .instant(moment))) }
    return .object(JSONObject(members))
  }

  private static func intent(_ field: JSONField) throws(Refusal) -> DeploymentIntent {
    for (key, value) in try field.members() {
      guard !forbidden.contains(key), !forbiddenPolicy.contains(key) else {
        throw Refusal(
          DocumentReason.forbiddenInIntent, value.place, seen: "field \(key)",
          expected: forbidden.contains(key)
            ? "only in a signed content manifest" : "only in a signed policy")
      }
    }
    return DeploymentIntent(
      id: try field["id"].name(),
      revision: try field["revision"].integer(in: 1...TrustLimits.jsonInteger),
      manifest: try field["manifest"].digest(), program: try field["program"].name(),
      collection: try field["collection"].collection(),
      purpose: try field["purpose"].choice(DeploymentIntent.Purpose.self),
      availableFrom: try field.optional("available_from")?.instant(),
      deadline: try field.optional("deadline")?.instant(), scope: try field["scope"].tags(),
      isRollback: try field["rollback"].bool())
  }
}
