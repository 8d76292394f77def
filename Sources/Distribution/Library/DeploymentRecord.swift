// SPDX-License-Identifier: Apache-2.0
import Intents
import Trust

/// What our folder keeps of one deployment.
struct DeploymentRecord: Hashable {
  let id: PackageID
  let key: EffectKey
  let manifest: Digest
  let content: String
  let program: Name
  let collection: CollectionName
  let purpose: DeploymentIntent.Purpose
  let availableFrom: Instant?
  let deadline: Instant?

  init(id: PackageID, _ request: DeploymentRequest) {
    let intent = request.intent
    self.id = id
    key = EffectKey(intent)
    manifest = intent.manifest
    content = request.content.contentID
    program = intent.program
    collection = intent.collection
    purpose = intent.purpose
    availableFrom = intent.availableFrom
    deadline = intent.deadline
  }

  var encoded: [UInt8] {
    var members: [(String, JSONValue)] = [
      ("_type", "waybill-deployment"), ("format", 1), ("deployment_id", .string(id.text)),
      ("intent", .string(key.intent.text)), ("revision", .integer(key.revision)),
      ("manifest", .string(manifest.hex)), ("content", .string(content)),
      ("program", .string(program.text)), ("collection", .string(collection.text)),
      ("purpose", .string(purpose.rawValue)),
    ]
    if let availableFrom { members.append(("available_from", .string(availableFrom.description))) }
    if let deadline { members.append(("deadline", .string(deadline.description))) }
    return JSONValue.object(JSONObject(members)).encoded
  }

  init(_ root: JSONField) throws(Refusal) {
    _ = try root["_type"].parsed("waybill-deployment") { $0 == "waybill-deployment" ? $0 : nil }
    id = try root["deployment_id"].parsed("an id: \(PackageID.rule)") { PackageID($0) }
    key = EffectKey(
      intent: try root["intent"].parsed("a name: \(Name.rule)") { Name($0) },
      revision: try root["revision"].integer(in: 0...TrustLimits.jsonInteger))
    manifest = try root["manifest"].digest()
    content = try root["content"].string()
    program = try root["program"].parsed("a name: \(Name.rule)") { Name($0) }
    collection = try root["collection"].parsed("a collection: \(CollectionName.rule)") {
      CollectionName($0)
    }
    purpose = try root["purpose"].parsed("a purpose") {
      DeploymentIntent.Purpose(rawValue: $0)
    }
    availableFrom = try root.optional("available_from")?.instant()
    deadline = try root.optional("deadline")?.instant()
  }
}
