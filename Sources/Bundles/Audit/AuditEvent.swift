// SPDX-License-Identifier: Apache-2.0
package import Intents
package import Trust

/// One line of an append-only, hash-chained log, at the site or at the centre (FORMAT.md, 12).
package struct AuditEvent: Hashable, Sendable {
  /// From 1, without a gap.
  package let seq: Int64
  package let at: Instant
  /// What happened, such as `import.refused`.
  package let event: String
  /// Its facts, all text.
  package let facts: [String: String]
  /// Hash of the line before; `origin` before the first.
  package let previous: Digest
  /// SHA-256 of the canonical JSON of the line without `hash`.
  package let digest: Digest
  /// The line without `hash`; a newer writer's may have members that are not known here.
  private let body: JSONObject

  /// What stands before the first line: the SHA-256 of nothing.
  package static let origin = Digest.sha256([UInt8]())

  package init(seq: Int64, at: Instant, event: String, facts: [String: String], previous: Digest) {
    self.seq = seq
    self.at = at
    self.event = event
    self.facts = facts
    self.previous = previous
    body = JSONObject([
      ("seq", .integer(seq)), ("at", .instant(at)), ("event", .string(event)),
      ("facts", .object(JSONObject(facts.map { ($0.key, JSONValue.string($0.value)) }))),
      ("prev", .digest(previous)),
    ])
    digest = .sha256(JSONValue.object(body).canonical)
  }

  /// Reads a line. Members that are not known count for its hash and for nothing else.
  ///
  /// - Throws: when a field is wrong or `hash` is not that of the line.
  package init(_ field: JSONField) throws(Refusal) {
    try self.init(unchecked: field)
    guard try field["hash"].digest() == digest else {
      throw try field["hash"].wrong(digest.hex)
    }
  }

  /// Reads a line whatever its `hash` says.
  package init(unchecked field: JSONField) throws(Refusal) {
    seq = try field["seq"].count()
    at = try field["at"].instant()
    event = try field["event"].string()
    var facts: [String: String] = [:]
    for (key, value) in try field["facts"].members() { facts[key] = try value.string() }
    self.facts = facts
    previous = try field["prev"].digest()
    let members = try field.object().members.filter { $0.key != "hash" }
    body = JSONObject(members.map { ($0.key, $0.value) })
    digest = .sha256(JSONValue.object(body).canonical)
  }

  /// As we write it, with its line feed.
  package var encoded: [UInt8] { encoded(hash: digest) }

  /// As it is kept beside a hash that may not be its own.
  package func encoded(hash: Digest) -> [UInt8] {
    let members = body.members.map { ($0.key, $0.value) } + [("hash", .digest(hash))]
    return JSONValue.object(JSONObject(members)).encoded + [10]
  }

  package static func == (left: AuditEvent, right: AuditEvent) -> Bool {
    left.digest == right.digest
  }

  package func hash(into hasher: inout Hasher) { hasher.combine(digest) }
}
