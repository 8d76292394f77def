// SPDX-License-Identifier: Apache-2.0
package import Bundles
import GRDB
package import Intents
import Trust

extension JournalTransaction {
  /// Appends one line to the audit log.
  @discardableResult
  package func log(
    _ event: String, _ facts: [String: String], at now: Instant
  ) throws -> AuditEvent {
    let last = try Row.fetchOne(
      database, sql: "SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1")
    var previous = AuditEvent.origin
    if let last {
      guard let digest = Digest(hex: last["hash"] as String) else { throw damaged("audit") }
      previous = digest
    }
    let line = AuditEvent(
      seq: (last?["seq"] as Int64? ?? 0) + 1, at: now, event: event, facts: facts,
      previous: previous)
    let factText = JSONValue.object(JSONObject(facts.map { ($0.key, .string($0.value)) })).encoded
    try database.execute(
      sql: "INSERT INTO audit (seq, at, event, facts, prev, hash) VALUES (?, ?, ?, ?, ?, ?)",
      arguments: [
        line.seq, now.description, event, String(decoding: factText, as: UTF8.self), previous.hex,
        line.digest.hex,
      ])
    return line
  }

  /// Number and hash of the newest line.
  package func auditHead() throws -> AuditHead {
    let row = try Row.fetchOne(
      database, sql: "SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1")
    guard let row else { return .origin }
    guard let digest = Digest(hex: row["hash"] as String) else { throw damaged("audit") }
    return AuditHead(seq: row["seq"], digest: digest)
  }

  /// Hash of line `seq`; nil when there is none.
  package func auditDigest(_ seq: Int64) throws -> Digest? {
    if seq == 0 { return AuditEvent.origin }
    return try String.fetchOne(
      database, sql: "SELECT hash FROM audit WHERE seq = ?", arguments: [seq]
    ).flatMap { Digest(hex: $0) }
  }

  /// A head that the journal remembers; `origin` before there is one.
  package func head(_ fact: String) throws -> AuditHead {
    guard let text = try value(fact) else { return .origin }
    guard let head = AuditHead(text) else { throw damaged("configuration") }
    return head
  }

  /// Hands out the lines behind number `seq`, ascending, each with its hash looked at and chained.
  ///
  /// - Throws: `SiteReason.logBroken` at the first line that was edited, moved or taken away.
  package func events(after seq: Int64, _ each: (AuditEvent) throws -> Void) throws {
    var previous = AuditEvent.origin
    var expected: Int64 = 1
    if seq > 0 {
      let hash = try String.fetchOne(
        database, sql: "SELECT hash FROM audit WHERE seq = ?", arguments: [seq])
      guard let digest = hash.flatMap({ Digest(hex: $0) }) else {
        throw broken(seq, "no line \(seq)")
      }
      previous = digest
      expected = seq + 1
    }
    let rows = try Row.fetchCursor(
      database, sql: "SELECT * FROM audit WHERE seq > ? ORDER BY seq", arguments: [seq])
    while let row = try rows.next() {
      let event = try self.event(row)
      guard event.seq == expected, event.previous == previous,
        event.digest.hex == row["hash"] as String
      else { throw broken(expected, "another hash or number") }
      try each(event)
      previous = event.digest
      expected += 1
    }
  }

  func event(_ row: Row) throws -> AuditEvent {
    guard let at = Instant(row["at"] as String), let previous = Digest(hex: row["prev"] as String)
    else { throw damaged("audit") }
    let seq: Int64 = row["seq"]
    let text: String = row["facts"]
    var facts: [String: String] = [:]
    let field = try JSONField(parsing: Array(text.utf8), named: "audit line \(seq)")
    for (key, value) in try field.members() { facts[key] = try value.string() }
    return AuditEvent(seq: seq, at: at, event: row["event"], facts: facts, previous: previous)
  }

  func broken(_ seq: Int64, _ seen: String) -> Refusal {
    Refusal(
      SiteReason.logBroken, "audit line \(seq)", seen: seen,
      expected: "each line with the hash of the line before")
  }

  /// Notes an attack or fault that was met on a medium.
  package func note(_ sighting: StateDocument.Sighting) throws {
    try database.execute(
      sql: "INSERT INTO sightings (at, code, subject) VALUES (?, ?, ?)",
      arguments: [sighting.at.description, sighting.code, sighting.subject])
  }

  /// Those noted after number `id`, and the newest number.
  package func sightings(after id: Int64) throws -> (list: [StateDocument.Sighting], head: Int64) {
    let rows = try Row.fetchAll(
      database, sql: "SELECT * FROM sightings WHERE id > ? ORDER BY id", arguments: [id])
    var list: [StateDocument.Sighting] = []
    for row in rows {
      guard let at = Instant(row["at"] as String) else { throw damaged("sightings") }
      list.append(StateDocument.Sighting(at: at, code: row["code"], subject: row["subject"]))
    }
    return (list, rows.last?["id"] ?? id)
  }
}
