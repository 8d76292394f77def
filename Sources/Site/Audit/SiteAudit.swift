// SPDX-License-Identifier: Apache-2.0
package import Bundles
import Foundation
import GRDB
package import Intents
import Trust

extension OpenedSite {
  /// Looks through the whole log: every line against its hash and the line before, the heads that were signed
  /// or read out, and what the journal keeps (S17, S18, R20). Changes nothing.
  ///
  /// - Parameter heads: places in the log that the other side read out.
  package func audit(expecting heads: [AuditHead] = []) throws(Refusal) -> AuditFinding {
    let key = try publicKey()
    return try journal.read { journal in
      var walk = AuditWalk()
      for head in heads { walk.await(head.digest, "line \(head.seq), which was read out") }
      let held = try journal.head(JournalFact.siteHead)
      walk.await(held.digest, "line \(held.seq), which the centre holds")
      var agreement = try SiteAuditFacts(journal, of: profile)
      let reports = try journal.checkReports(of: profile, by: key, &walk, &agreement.agreement)
      try journal.eachLine { line in
        walk.take(line)
        if case .success(let event) = line.event { agreement.take(event) }
      }
      walk.finish()
      agreement.agreement.finish()
      return AuditFinding(
        site: profile.site, epoch: profile.epoch, statements: reports, walk: walk,
        agreement: agreement.agreement)
    }
  }
}

extension AuditFaults {
  /// The refusal that a site's log ends with.
  package var siteRefusal: Refusal? {
    refusal { kind in
      switch kind {
      case .line: SiteReason.logBroken
      case .head: SiteReason.logCut
      case .fact: SiteReason.logDisagrees
      }
    }
  }
}

extension JournalTransaction {
  /// Hands out every line as it is kept, ascending, whatever it says.
  func eachLine(_ each: (AuditLine) throws -> Void) throws {
    let rows = try Row.fetchCursor(database, sql: "SELECT * FROM audit ORDER BY seq")
    while let row = try rows.next() {
      let place: Int64 = row["seq"]
      let event: Result<AuditEvent, Refusal>
      do {
        event = .success(try self.event(row))
      } catch let refusal as Refusal {
        event = .failure(refusal)
      }
      try each(AuditLine(place: place, kept: Digest(hex: row["hash"] as String), event: event))
    }
  }

  /// Every frozen report, ascending, as it was signed.
  func eachReport(_ each: (FrozenReport) throws -> Void) throws {
    let rows = try Row.fetchCursor(database, sql: "SELECT * FROM reports ORDER BY seq")
    while let row = try rows.next() { try each(report(row)) }
  }

  /// Holds each frozen report against its own signature; the head that it signs must be in the log. The enrolment names
  /// the first key, and each report the next one, if there is one: `key` must be among them.
  ///
  /// - Returns: how many were verified.
  fileprivate func checkReports(
    of profile: SiteProfile, by key: PublicKey, _ walk: inout AuditWalk,
    _ agreement: inout AuditAgreement
  ) throws -> Int64 {
    var verified: Int64 = 0
    var chain = SigningKeys()
    try eachReport { report in
      let name = "report \(report.seq)"
      do throws(Refusal) {
        let envelope = try Envelope(parsing: report.envelope, named: name)
        let payload = try chain.verified(envelope, named: name)
        guard envelope.payloadDigest == report.digest else {
          throw Refusal(
            SiteReason.logDisagrees, name, seen: envelope.payloadDigest.hex,
            expected: report.digest.hex)
        }
        verified += 1
        let statement = try Statement(parsing: payload, named: name)
        guard statement.predicateType == ReportPredicate.type else { return }
        let predicate = try ReportPredicate(statement.predicate)
        guard predicate.seq == report.seq, predicate.epoch == profile.epoch else {
          throw Refusal(
            SiteReason.logDisagrees, name, seen: "report \(predicate.seq) of \(predicate.epoch)",
            expected: "report \(report.seq) of \(profile.epoch)")
        }
        walk.await(predicate.auditHead, "the line that \(name) ends with")
      } catch {
        agreement.add(
          AuditFault(.fact, name, seen: "\(error.code) \(error)", expected: "as signed"))
      }
    }
    if let newest = chain.all.last, !chain.all.contains(key) {
      agreement.add(
        AuditFault(
          .fact, "signing key", seen: "\(key.id)", expected: "\(newest.id), as signed reports name")
      )
    }
    return verified
  }

  /// The keys that reports were signed with, oldest first, as far as they verify.
  func reportKeys() throws -> [PublicKey] {
    var chain = SigningKeys()
    try eachReport { report in
      // What does not verify is told by the audit.
      _ = try? chain.verified(
        Envelope(parsing: report.envelope, named: "report"), named: "report \(report.seq)")
    }
    return chain.all
  }
}
