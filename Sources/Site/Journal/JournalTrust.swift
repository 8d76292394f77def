// SPDX-License-Identifier: Apache-2.0
import Bundles
import Foundation
import GRDB
package import Intents
package import Trust

/// What is trusted, and the log that tells of it: one never changes without the other (S17).
extension JournalTransaction {
  /// What a line is called that tells what is trusted from then on.
  static let trustEvent = "trust.kept"

  /// Keeps `state` and logs it. A new policy is set before.
  package func setTrust(_ state: TrustState, at now: Instant) throws {
    let bytes = state.json.encoded
    try setDocument(.trust, bytes)
    let versions = state.versions
    var facts = [
      "root": "\(versions.root)", "targets": "\(versions.targets)",
      "content": "\(versions.content)", "policy": "\(versions.policy)",
      "n": "\(state.line?.n ?? 0)", "time_floor": "\(state.timeFloor)",
      "state_sha256": Digest.sha256(bytes).hex,
    ]
    if let policy = try document(.policy) { facts["policy_sha256"] = Digest.sha256(policy).hex }
    guard try toldTrust()?.facts != facts else { return }
    try log(JournalTransaction.trustEvent, facts, at: now)
  }

  /// The newest line that tells what is trusted.
  func toldTrust() throws -> AuditEvent? { try newestEvent(JournalTransaction.trustEvent) }

  /// The newest line called `event`, whole by its own hash; nil when there is none.
  ///
  /// - Throws: `SiteReason.logBroken`.
  func newestEvent(_ event: String) throws -> AuditEvent? {
    let row = try Row.fetchOne(
      database, sql: "SELECT * FROM audit WHERE event = ? ORDER BY seq DESC LIMIT 1",
      arguments: [event])
    guard let row else { return nil }
    let line = try self.event(row)
    guard line.digest.hex == row["hash"] as String else {
      throw broken(line.seq, "another hash than that of the line")
    }
    return line
  }

  /// Keeps the signed metadata of the newest bundle, by role, and its `ack.json`; what was kept before goes.
  package func setMetadata(_ files: [(name: String, bytes: [UInt8])]) throws {
    try database.execute(sql: "DELETE FROM metadata")
    for file in files {
      try database.execute(
        sql: "INSERT INTO metadata VALUES (?, ?)", arguments: [file.name, Data(file.bytes)])
    }
  }

  /// What `setMetadata` kept.
  package func metadata() throws -> [String: [UInt8]] {
    let rows = try Row.fetchAll(database, sql: "SELECT name, bytes FROM metadata")
    return Dictionary(rows.map { ($0["name"], [UInt8]($0["bytes"] as Data)) }) { first, _ in first }
  }
}
