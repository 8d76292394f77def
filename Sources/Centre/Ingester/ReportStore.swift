// SPDX-License-Identifier: Apache-2.0
import Bundles
import Foundation
import GRDB
import Intents
import Trust

/// Reports in the ledger: what was accepted, what was set aside.
struct ReportStore {
  let ledger: Ledger

  /// What was accepted of the site's epoch.
  func history(of site: SiteRecord) throws(Refusal) -> Booking.History {
    let rows = try ledger.read { database in
      try Row.fetchAll(
        database,
        sql: """
          SELECT seq, sha256, chain, base FROM reports
          WHERE site = ? AND epoch = ? AND standing IN ('booked', 'filled') ORDER BY seq
          """, arguments: [site.id.text, site.epoch.text])
    }
    var history = Booking.History(enrolment: site.enrolment)
    for row in rows {
      var chain: [Digest] = []
      for text in (row["chain"] as String).split(separator: " ") {
        if let link = Digest(hex: text) { chain.append(link) }
      }
      let seq: Int64 = row["seq"]
      let base = ReportPoint(
        seq: seq - Int64(chain.count) - 1, digest: try row.parsed("base") { Digest(hex: $0) })
      history.add(
        seq: seq, digest: try row.parsed("sha256") { Digest(hex: $0) }, base: base, chain: chain)
    }
    return history
  }

  func receivedAt(_ report: SignedReport) throws(Refusal) -> Instant? {
    try ledger.read { database in
      try Row.fetchOne(
        database, sql: "SELECT received_at FROM reports WHERE site = ? AND sha256 = ?",
        arguments: [report.site.id.text, report.digest.hex])?
        .parsed("received_at") { Instant($0) }
    }
  }

  /// Keeps a report that moves nothing.
  func setAside(
    _ report: SignedReport, _ standing: Ingester.Return.Standing, reason: String,
    judged: Judgement
  ) throws(Refusal) {
    try ledger.write { database in
      try insert(report, standing, judged, reason: reason, in: database)
    }
  }

  /// Books a report in one transaction, all of it or nothing.
  ///
  /// - Parameter judged: gets the notes on its device records too.
  /// - Returns: how many device records it brought.
  func book(
    _ report: SignedReport, _ evidence: EvidenceReader, isNewest: Bool, judged: inout Judgement
  ) throws(Refusal) -> Int64 {
    var judgement = judged
    let count = try ledger.write { database in
      let end = try insertEvents(report, evidence, in: database)
      var count: Int64 = 0
      if isNewest {
        try replaceIntents(
          report.site.id, evidence.state.intents, judgement.unapproved, in: database)
        count = try replaceDevices(report.site.id, evidence, &judgement, in: database)
      }
      try insert(
        report, isNewest ? .booked : .filled, judgement, state: evidence.state, auditSeq: end,
        in: database)
      if let next = report.nextKey {
        try Ledger.note(
          next, of: report.site, seq: report.predicate.seq, at: judgement.plausibility.now,
          in: database)
      }
      return count
    }
    judged = judgement
    return count
  }

  private func insert(
    _ report: SignedReport, _ standing: Ingester.Return.Standing, _ judged: Judgement,
    state: StateDocument? = nil, auditSeq: Int64? = nil, reason: String? = nil,
    in database: Database
  ) throws {
    let predicate = report.predicate
    let now = judged.plausibility.now
    try database.execute(
      sql: """
        INSERT OR REPLACE INTO reports(site, epoch, seq, sha256, standing, n, as_of, received_at, envelope,
          state, base, chain, reason, audit_head, audit_seq, time_doubtful)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """,
      arguments: [
        report.site.id.text, predicate.epoch.text, predicate.seq, report.digest.hex,
        standing.rawValue, predicate.number, predicate.asOf.description, now.description,
        Data(report.envelope), state.map { Data($0.encoded) }, predicate.base.digest.hex,
        predicate.chain.map(\.hex).joined(separator: " "), reason, predicate.auditHead.hex,
        auditSeq, judged.isTimeDoubtful,
      ])
    var facts = [
      "site": report.site.id.text, "seq": String(predicate.seq), "report": report.digest.hex,
    ]
    if let reason { facts["code"] = reason }
    if !judged.notes.isEmpty { facts["notes"] = judged.notes.joined(separator: "; ") }
    try LedgerAudit.append("return.\(standing.rawValue)", facts, at: now, in: database)
  }

  private func replaceIntents(
    _ site: SiteID, _ intents: [IntentResult], _ unapproved: [Name: String],
    in database: Database
  ) throws {
    try database.execute(sql: "DELETE FROM site_intents WHERE site = ?", arguments: [site.text])
    for intent in intents {
      try database.execute(
        sql: """
          INSERT INTO site_intents(site, id, revision, manifest, state, reason, package_id,
            unapproved)
          VALUES (?, ?, ?, ?, ?, ?, ?, ?)
          """,
        arguments: [
          site.text, intent.id.text, intent.revision, intent.manifest.hex, intent.state.rawValue,
          intent.reason, intent.packageID, unapproved[intent.id],
        ])
    }
  }

  private func replaceDevices(
    _ site: SiteID, _ evidence: EvidenceReader, _ judged: inout Judgement, in database: Database
  ) throws -> Int64 {
    try database.execute(sql: "DELETE FROM devices WHERE site = ?", arguments: [site.text])
    let insert = try database.makeStatement(
      sql: """
        INSERT OR REPLACE INTO devices(site, intent, device, revision, state, exit_code, as_of,
          time_doubtful) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
        """)
    let exists = try database.makeStatement(
      sql: "SELECT 1 FROM devices WHERE site = ? AND intent = ? AND device = ?")
    var twice = Tally(
      "device record told twice, the last stands", "device records told twice, the last stands")
    var unknown = Tally("device record of an unknown intent", "device records of unknown intents")
    var doubtful = Tally("device record with a doubtful time", "device records with doubtful times")
    let plausibility = judged.plausibility
    var count: Int64 = 0
    try evidence.forEachLine(of: EvidenceLine.devices) { (line, _) throws(Refusal) in
      let record = try EvidenceLine.record(line)
      let isDoubtful = plausibility.isDoubtful(record.asOf)
      if isDoubtful { doubtful.add(record.device) }
      if !plausibility.knows(record.intent, revision: record.revision) {
        unknown.add("\(record.intent) revision \(record.revision)")
      }
      try ledgered {
        let isThere = try Int.fetchOne(
          exists, arguments: [site.text, record.intent.text, record.device])
        if isThere == nil { count += 1 } else { twice.add(record.device) }
        try insert.execute(arguments: [
          site.text, record.intent.text, record.device, record.revision, record.state.rawValue,
          record.exitCode, record.asOf.description, isDoubtful,
        ])
      }
    }
    judged.notes += [twice, unknown, judged.isTimeDoubtful ? nil : doubtful].compactMap { $0?.note }
    return count
  }

  /// Lets an error of SQLite through a closure that throws refusals only.
  func ledgered<Value>(_ body: () throws -> Value) throws(Refusal) -> Value {
    do {
      return try body()
    } catch let refusal as Refusal {
      throw refusal
    } catch {
      throw Refusal(
        CentreReason.ledgerFailed, "ledger", seen: "\(error)", expected: "SQLite to do it")
    }
  }
}
