// SPDX-License-Identifier: Apache-2.0
package import Intents
package import Trust

/// One line of an evidence file (FORMAT.md, 12).
package enum EvidenceLine {
  package static let devices = "devices.ndjson"
  package static let counts = "counts.ndjson"
  package static let events = "events.ndjson"

  /// With its line feed.
  package static func encoded(_ record: ComplianceRecord) -> [UInt8] {
    var members: [(String, JSONValue)] = [
      ("device", .string(record.device)), ("intent", .string(record.intent.text)),
      ("revision", .integer(record.revision)), ("state", .string(record.state.rawValue)),
      ("as_of", .instant(record.asOf)),
    ]
    if let code = record.exitCode { members.append(("exit_code", .integer(code))) }
    return JSONValue.object(JSONObject(members)).encoded + [10]
  }

  package static func record(_ field: JSONField) throws(Refusal) -> ComplianceRecord {
    ComplianceRecord(
      device: try field["device"].string(), intent: try field["intent"].name(),
      revision: try field["revision"].integer(in: 1...TrustLimits.jsonInteger),
      state: try field["state"].choice(ComplianceRecord.State.self),
      exitCode: try field.optional("exit_code")?.integer(
        in: -TrustLimits.jsonInteger...TrustLimits.jsonInteger),
      asOf: try field["as_of"].instant())
  }
}

/// One line of an append-only, hash-chained log, at the site or at the centre.
package struct AuditEvent: Hashable, Sendable {
  package let seq: Int64
  package let at: Instant
  /// What happened, such as `import.refused`.
  package let event: String
  /// Its facts, all text.
  package let facts: [String: String]
  /// Hash of the line before; `origin` before the first.
  package let previous: Digest

  /// What stands before the first line: the SHA-256 of nothing.
  package static let origin = Digest.sha256([UInt8]())

  package init(seq: Int64, at: Instant, event: String, facts: [String: String], previous: Digest) {
    self.seq = seq
    self.at = at
    self.event = event
    self.facts = facts
    self.previous = previous
  }

  /// SHA-256 of the canonical JSON of the line without `hash`.
  package var digest: Digest { Digest.sha256(JSONValue.object(JSONObject(members)).canonical) }

  /// With its line feed.
  package var encoded: [UInt8] {
    JSONValue.object(JSONObject(members + [("hash", .digest(digest))])).encoded + [10]
  }

  /// - Throws: when a field is wrong or `hash` is not that of the line.
  package init(_ field: JSONField) throws(Refusal) {
    seq = try field["seq"].count()
    at = try field["at"].instant()
    event = try field["event"].string()
    var facts: [String: String] = [:]
    for (key, value) in try field["facts"].members() { facts[key] = try value.string() }
    self.facts = facts
    previous = try field["prev"].digest()
    guard try field["hash"].digest() == digest else {
      throw try field["hash"].wrong(digest.hex)
    }
  }

  private var members: [(String, JSONValue)] {
    let facts = facts.map { ($0.key, JSONValue.string($0.value)) }
    return [
      ("seq", .integer(seq)), ("at", .instant(at)), ("event", .string(event)),
      ("facts", .object(JSONObject(facts))), ("prev", .digest(previous)),
    ]
  }
}
