// SPDX-License-Identifier: Apache-2.0
package import Bundles
import Foundation
import GRDB
package import Intents

/// A report as it was frozen.
package struct FrozenReport: Hashable, Sendable {
  package let seq: Int64
  /// SHA-256 of its DSSE payload.
  package let digest: Digest
  /// SHA-256 of what it says, times and numbers left out: equal facts need no new report.
  package let facts: Digest
  /// The audit line and the sighting that it reaches to.
  package let eventHead: Int64
  package let sightingHead: Int64
  /// The newest N that it tells of.
  package let number: Int64
  /// The signed envelope.
  package let envelope: [UInt8]
  /// `state.json` as it was written; empty for the enrolment.
  package let state: [UInt8]
  package let at: Instant

  package init(
    seq: Int64, digest: Digest, facts: Digest, eventHead: Int64, sightingHead: Int64,
    number: Int64, envelope: [UInt8], state: [UInt8], at: Instant
  ) {
    self.seq = seq
    self.digest = digest
    self.facts = facts
    self.eventHead = eventHead
    self.sightingHead = sightingHead
    self.number = number
    self.envelope = envelope
    self.state = state
    self.at = at
  }

  package var point: ReportPoint { ReportPoint(seq: seq, digest: digest) }
}

extension JournalTransaction {
  package func report(_ seq: Int64) throws -> FrozenReport? {
    try Row.fetchOne(database, sql: "SELECT * FROM reports WHERE seq = ?", arguments: [seq])
      .map(report)
  }

  package func newestReport() throws -> FrozenReport? {
    try Row.fetchOne(database, sql: "SELECT * FROM reports ORDER BY seq DESC LIMIT 1").map(report)
  }

  /// Hashes of the reports after `first` and before `last`, ascending.
  package func reportDigests(between first: Int64, and last: Int64) throws -> [Digest] {
    try String.fetchAll(
      database, sql: "SELECT hash FROM reports WHERE seq > ? AND seq < ? ORDER BY seq",
      arguments: [first, last]
    ).map { text in
      guard let digest = Digest(hex: text) else { throw damaged("reports") }
      return digest
    }
  }

  /// Freezes a report: its number is used from now on, and for these bytes only.
  package func freeze(_ report: FrozenReport) throws {
    try database.execute(
      sql: "INSERT INTO reports VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
      arguments: [
        report.seq, report.digest.hex, report.facts.hex, report.eventHead, report.sightingHead,
        report.number, Data(report.envelope), Data(report.state), report.at.description,
      ])
  }

  /// The newest acknowledgement of `epoch` that was verified.
  package func base(of epoch: RandomID) throws -> ReportPoint? {
    let row = try Row.fetchOne(
      database,
      sql: "SELECT seq, hash FROM acknowledgements WHERE epoch = ? ORDER BY seq DESC LIMIT 1",
      arguments: [epoch.text])
    guard let row else { return nil }
    guard let digest = Digest(hex: row["hash"] as String) else { throw damaged("acknowledgements") }
    return ReportPoint(seq: row["seq"], digest: digest)
  }

  package func record(_ acknowledgement: Acknowledgement, at now: Instant) throws {
    try database.execute(
      sql: "INSERT OR REPLACE INTO acknowledgements VALUES (?, ?, ?, ?, ?)",
      arguments: [
        acknowledgement.epoch.text, acknowledgement.report.seq,
        acknowledgement.report.digest.hex, acknowledgement.auditHead.digest.hex, now.description,
      ])
  }

  func report(_ row: Row) throws -> FrozenReport {
    guard let digest = Digest(hex: row["hash"] as String),
      let facts = Digest(hex: row["facts"] as String), let at = Instant(row["at"] as String)
    else { throw damaged("reports") }
    let envelope: Data = row["envelope"]
    let state: Data = row["state"]
    return FrozenReport(
      seq: row["seq"], digest: digest, facts: facts, eventHead: row["event_head"],
      sightingHead: row["sighting_head"], number: row["n"], envelope: [UInt8](envelope),
      state: [UInt8](state), at: at)
  }
}
