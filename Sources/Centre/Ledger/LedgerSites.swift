// SPDX-License-Identifier: Apache-2.0
package import Bundles
import Foundation
import GRDB
package import Intents
package import Trust

/// A site as it was enrolled.
package struct SiteRecord: Sendable {
  package let id: SiteID
  package let epoch: RandomID
  /// Its public key in TUF form.
  package let key: JSONValue
  package let keyID: String
  /// Whom its bundles are sealed to.
  package let recipient: AgeRecipient
  package let rootFingerprint: Digest
  /// Its distribution points, as it named them.
  package let points: String
  package let agent: String
  /// Hash of the enrolment, report seq 0.
  package let enrolment: Digest
  package let enrolledAt: Instant
  /// The people who may approve there.
  package let operators: [Approver]

  package init(
    id: SiteID, epoch: RandomID, key: JSONValue, keyID: String, recipient: AgeRecipient,
    rootFingerprint: Digest, points: String, agent: String, enrolment: Digest, enrolledAt: Instant,
    operators: [Approver] = []
  ) {
    self.id = id
    self.epoch = epoch
    self.key = key
    self.keyID = keyID
    self.recipient = recipient
    self.rootFingerprint = rootFingerprint
    self.points = points
    self.agent = agent
    self.enrolment = enrolment
    self.enrolledAt = enrolledAt
    self.operators = operators
  }
}

extension Ledger {
  package func configuration(_ key: String) throws(Refusal) -> String? {
    try read {
      try String.fetchOne(
        $0, sql: "SELECT value FROM configuration WHERE key = ?", arguments: [key])
    }
  }

  /// Whom returns are sealed to: the centre's own key.
  func recipient() throws(Refusal) -> AgeRecipient? {
    try configuration("recipient").flatMap { AgeRecipient($0) }
  }

  /// All sites, ascending by id.
  package func sites() throws(Refusal) -> [SiteRecord] {
    try read { database in
      try Row.fetchAll(database, sql: "SELECT * FROM sites ORDER BY id").map(SiteRecord.init)
    }
  }

  package func site(_ id: SiteID) throws(Refusal) -> SiteRecord {
    let found = try read { database in
      try Row.fetchOne(database, sql: "SELECT * FROM sites WHERE id = ?", arguments: [id.text])
        .map(SiteRecord.init)
    }
    guard let found else {
      let known = try sites().map(\.id.text).joined(separator: ", ")
      throw Refusal(
        CentreReason.unknownSite, id.text, seen: id.text,
        expected: known.isEmpty ? "an enrolled site; there is none yet" : "one of \(known)")
    }
    return found
  }

  /// - Parameter enrolment: the signed statement.
  package func add(
    _ site: SiteRecord, enrolment: [UInt8], at now: Instant
  ) throws(Refusal) {
    try write { database in
      try Ledger.store(site, in: database)
      try database.execute(
        sql: "INSERT OR REPLACE INTO statements VALUES (?, 'enrolment', ?, ?)",
        arguments: [site.enrolment.hex, site.id.text, Data(enrolment)])
      try LedgerAudit.append(
        "site.added",
        ["site": site.id.text, "epoch": site.epoch.text, "enrolment": site.enrolment.hex],
        at: now, in: database)
    }
  }

  /// Writes the row of a site, in place of the one that it had.
  static func store(_ site: SiteRecord, in database: Database) throws {
    try database.execute(
      sql: """
        INSERT INTO sites(id, epoch, key, keyid, recipient, root_fingerprint, points, agent, enrolment,
          enrolled_at, operators)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT(id) DO UPDATE SET epoch = excluded.epoch, key = excluded.key,
          keyid = excluded.keyid, recipient = excluded.recipient,
          root_fingerprint = excluded.root_fingerprint, points = excluded.points,
          agent = excluded.agent, enrolment = excluded.enrolment,
          enrolled_at = excluded.enrolled_at, operators = excluded.operators
        """,
      arguments: [
        site.id.text, site.epoch.text, String(decoding: site.key.encoded, as: UTF8.self),
        site.keyID, site.recipient.description, site.rootFingerprint.hex, site.points, site.agent,
        site.enrolment.hex, site.enrolledAt.description,
        String(decoding: JSONValue.array(site.operators.map(\.json)).encoded, as: UTF8.self),
      ])
  }
}

extension SiteRecord {
  init(_ row: Row) throws {
    id = try row.parsed("id") { SiteID($0) }
    epoch = try row.parsed("epoch") { RandomID($0) }
    key = try JSONValue(parsing: Array((row["key"] as String).utf8), named: "ledger, sites.key")
    keyID = row["keyid"]
    recipient = try row.parsed("recipient") { AgeRecipient($0) }
    rootFingerprint = try row.parsed("root_fingerprint") { Digest(hex: $0) }
    points = row["points"]
    agent = row["agent"]
    enrolment = try row.parsed("enrolment") { Digest(hex: $0) }
    enrolledAt = try row.parsed("enrolled_at") { Instant($0) }
    let people = try JSONField(
      parsing: Array((row["operators"] as String).utf8), named: "ledger, sites.operators")
    operators = try people.array().map { (field) throws(Refusal) in try Approver(field) }
  }
}

extension Row {
  /// A column that must hold what `parse` takes; anything else means that the ledger is damaged.
  func parsed<Value>(_ column: String, _ parse: (String) -> Value?) throws(Refusal) -> Value {
    guard let value = try optional(column, parse) else {
      throw Refusal(
        CentreReason.ledgerDamaged, "ledger, column \(column)", seen: "nothing",
        expected: "a value of its kind")
    }
    return value
  }

  /// As `parsed`, but nil where the column is NULL.
  func optional<Value>(_ column: String, _ parse: (String) -> Value?) throws(Refusal) -> Value? {
    guard let text = self[column] as String? else { return nil }
    guard let value = parse(text) else {
      throw Refusal(
        CentreReason.ledgerDamaged, "ledger, column \(column)", seen: text,
        expected: "a value of its kind")
    }
    return value
  }
}
