// SPDX-License-Identifier: Apache-2.0
import Bundles
package import Intents
package import Trust

/// A ceremony as it is carried to its signers and back: the drafts, the published files that they follow, and what
/// a person needs to read them. It stands alone: `sign` needs no state folder and no network.
///
/// Only the drafts get signed. `labels` and `called` are the centre's words, and shown as such.
package struct CeremonyRequest: Sendable {
  package let ceremony: Ceremony
  /// Whose keys they are, by key id.
  package let labels: [KeyID: String]
  /// What the centre calls the content of a manifest.
  package let called: [Digest: String]
  /// Policies that the draft of role policy brings, each with the hash that stands there.
  package let policies: [Digest: SitePolicy]
  private let documents: [Digest: [UInt8]]

  /// - Throws: what the reader of policies refuses.
  package init(
    _ ceremony: Ceremony, labels: [KeyID: String] = [:], called: [Digest: String] = [:],
    documents: [Digest: [UInt8]] = [:]
  ) throws(Refusal) {
    self.ceremony = ceremony
    self.labels = labels
    self.called = called
    self.documents = documents
    var policies: [Digest: SitePolicy] = [:]
    for (digest, bytes) in documents {
      guard Digest.sha256(bytes) == digest else {
        throw Refusal(
          CentreReason.requestDiffers, "policy in the request", seen: Digest.sha256(bytes).hex,
          expected: digest.hex)
      }
      policies[digest] = try PolicyDocument.policy(parsing: bytes)
    }
    self.policies = policies
  }

  package func with(_ drafts: RoleDrafts) throws(Refusal) -> CeremonyRequest {
    try CeremonyRequest(
      ceremony.with(drafts), labels: labels, called: called, documents: documents)
  }

  package var isRehearsal: Bool { ceremony.drafts.proposed.root.isRehearsal }

  /// Reads a request and verifies the published files in it against each other.
  ///
  /// - Throws: `CentreReason.requestDiffers`, `.wrongField`, and what Trust refuses of published files and drafts.
  package init(parsing bytes: [UInt8], named name: String) throws(Refusal) {
    let file = try JSONField(parsing: bytes, named: name)
    guard try file["_type"].string() == CeremonyRequest.type,
      try file["format"].integer(in: 0...TrustLimits.jsonInteger) == 1
    else { throw try file["_type"].wrong("\(CeremonyRequest.type), format 1") }
    let current = try file.optional("published").map { field throws(Refusal) in
      try CeremonyRequest.published(field)
    }
    var drafts: [MetadataRole: MetadataFile] = [:]
    for member in try file["drafts"].members() {
      guard let role = MetadataRole(rawValue: member.key), MetadataRole.shared.contains(role) else {
        throw member.field.wrong("a draft of root, targets, content or policy")
      }
      drafts[role] = try MetadataFile(
        parsing: member.field.value.encoded, named: "\(role.rawValue).json")
    }
    guard !drafts.isEmpty else { throw try file["drafts"].wrong("at least one draft") }
    let ceremony = Ceremony(
      id: try file["ceremony"].randomID(), purpose: try file["purpose"].string(),
      draftedAt: try file["drafted"].instant(),
      drafts: try RoleDrafts(drafts, following: current))
    guard try file["digest"].digest() == ceremony.digest else {
      throw Refusal(
        CentreReason.requestDiffers, name, seen: ceremony.digest.hex,
        expected: try file["digest"].digest().hex)
    }
    var labels: [KeyID: String] = [:]
    for member in try file["labels"].members() {
      guard let id = KeyID(member.key) else { throw member.field.wrong("a key id") }
      labels[id] = try member.field.string()
    }
    var called: [Digest: String] = [:]
    for member in try file["called"].members() {
      guard let digest = Digest(hex: member.key) else { throw member.field.wrong("a manifest") }
      called[digest] = try member.field.string()
    }
    var documents: [Digest: [UInt8]] = [:]
    for member in try file["policies"].members() {
      guard let digest = Digest(hex: member.key) else { throw member.field.wrong("a hash") }
      documents[digest] = Array(try member.field.string().utf8)
    }
    try self.init(ceremony, labels: labels, called: called, documents: documents)
  }

  package var encoded: [UInt8] {
    let drafts = ceremony.drafts
    var members: [(String, JSONValue)] = [
      ("_type", .string(CeremonyRequest.type)), ("format", 1),
      ("ceremony", .string(ceremony.id.text)), ("purpose", .string(ceremony.purpose)),
      ("drafted", .string(ceremony.draftedAt.description)),
      ("digest", .string(ceremony.digest.hex)),
      (
        "drafts",
        CeremonyRequest.object(drafts.files) { role, file in
          (role.rawValue, CeremonyRequest.tree(file))
        }
      ), ("labels", CeremonyRequest.object(labels) { ($0.hex, .string($1)) }),
      ("called", CeremonyRequest.object(called) { ($0.hex, .string($1)) }),
      (
        "policies",
        CeremonyRequest.object(documents) { ($0.hex, .string(String(decoding: $1, as: UTF8.self))) }
      ),
    ]
    if let current = drafts.current {
      members.append(("published", CeremonyRequest.tree(current)))
    }
    return JSONValue.object(JSONObject(members)).encoded + [UInt8(ascii: "\n")]
  }

  private static let type = "waybill-ceremony-request"

  private static func object<Key, Value>(
    _ values: [Key: Value], _ member: (Key, Value) -> (String, JSONValue)
  ) -> JSONValue {
    .object(JSONObject(values.map { member($0.key, $0.value) }))
  }

  private static func tree(_ file: MetadataFile) -> JSONValue {
    let signatures = file.signatures.map { signature -> JSONValue in
      ["keyid": .string(signature.keyid), "sig": .string(Hex.encode(signature.bytes ?? []))]
    }
    return ["signatures": .array(signatures), "signed": file.signed.value]
  }

  /// Published files travel as texts: a byte more or less would make them other files.
  private static func tree(_ files: SharedFiles) -> JSONValue {
    func text(_ bytes: [UInt8]) -> JSONValue { .string(String(decoding: bytes, as: UTF8.self)) }
    let roots = files.roots.map { (String($0.key), text($0.value)) }
    return [
      "roots": .object(JSONObject(roots)), "targets": text(files.targets),
      "content": text(files.content), "policy": text(files.policy),
    ]
  }

  private static func published(_ field: JSONField) throws(Refusal) -> SharedFiles {
    var roots: [Int64: [UInt8]] = [:]
    for member in try field["roots"].members() {
      guard let version = Int64(member.key), version > 0, String(version) == member.key else {
        throw member.field.wrong("roots by version")
      }
      roots[version] = Array(try member.field.string().utf8)
    }
    return SharedFiles(
      roots: roots, targets: Array(try field["targets"].string().utf8),
      content: Array(try field["content"].string().utf8),
      policy: Array(try field["policy"].string().utf8))
  }
}
