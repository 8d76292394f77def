// SPDX-License-Identifier: Apache-2.0
package import Bundles
import Foundation
import GRDB
package import Intents
import Trust

/// Looks through the centre's own log and through those of its sites, line by line (S18, R20). Changes nothing.
package struct CentreAudit {
  let profile: CentreProfile

  package init(of profile: CentreProfile) { self.profile = profile }

  /// The centre's log: every line against its hash and the line before, the heads that signed acknowledgements
  /// and booked reports name, and what the ledger keeps.
  ///
  /// - Parameter heads: places in the log that a site read out.
  package func own(expecting heads: [AuditHead] = []) throws(Refusal) -> AuditFinding {
    let sites = try profile.ledger.sites()
    var facts = try profile.ledger.read { try CentreAuditFacts($0) }
    do throws(Refusal) {
      _ = try Repository(of: profile).roles()
    } catch {
      facts.agreement.add(
        AuditFault(
          .fact, "signed roles", seen: "\(error.code) \(error)", expected: "roles that verify"))
    }
    return try profile.ledger.read { database in
      var walk = CentreAudit.walk(heads)
      var verified: Int64 = 0
      for site in sites {
        try CentreAudit.acknowledgements(to: site.id, in: database) { name, ack in
          walk.await(ack.auditHead.digest, "line \(ack.auditHead.seq), which \(name) names")
        } fault: {
          facts.agreement.add($0)
        }
        verified += try CentreAudit.reports(of: site, in: database) { name, report in
          walk.await(
            report.centreHead.digest, "line \(report.centreHead.seq), which \(name) echoes")
        } fault: {
          facts.agreement.add($0)
        }
      }
      let rows = try Row.fetchCursor(database, sql: "SELECT * FROM audit ORDER BY seq")
      while let row = try rows.next() {
        let line = AuditLine(
          place: row["seq"], kept: row["hash"], bytes: Array(row["line"] as Data))
        walk.take(line)
        guard case .success(let event) = line.event else { continue }
        facts.take(event)
        if event.event != row["event"] as String || event.at.description != row["at"] as String {
          facts.agreement.add(
            AuditFault(
              .fact, "line \(event.seq)", seen: "\(row["at"] as String) \(row["event"] as String)",
              expected: "\(event.at) \(event.event), as the line says"))
        }
      }
      walk.finish()
      facts.agreement.finish()
      return AuditFinding(
        site: nil, epoch: nil, statements: verified, walk: walk, agreement: facts.agreement)
    }
  }

  /// What the centre holds of a site's log, one finding an epoch: every line against the one before, and the heads
  /// that the site signed and the centre acknowledged.
  ///
  /// - Parameter heads: places in its log that the site read out, of its present epoch.
  package func logs(
    of site: SiteRecord, expecting heads: [AuditHead] = []
  ) throws(Refusal) -> [AuditFinding] {
    try profile.ledger.read { database in
      try CentreAudit.epochs(of: site, in: database).map { epoch in
        try CentreAudit.log(
          of: site, epoch: epoch, CentreAudit.walk(epoch == site.epoch ? heads : []), in: database)
      }
    }
  }

  static func epochs(of site: SiteRecord, in database: Database) throws -> [RandomID] {
    let texts = try String.fetchAll(
      database,
      sql:
        "SELECT epoch FROM events WHERE site = ?1 UNION SELECT epoch FROM reports WHERE site = ?1",
      arguments: [site.id.text])
    return Set(texts.compactMap { RandomID($0) } + [site.epoch]).sorted { $0.text < $1.text }
  }

  private static func log(
    of site: SiteRecord, epoch: RandomID, _ start: AuditWalk, in database: Database
  ) throws -> AuditFinding {
    var walk = start
    var agreement = AuditAgreement()
    try acknowledgements(to: site.id, in: database) { name, ack in
      guard ack.epoch == epoch else { return }
      walk.await(ack.siteHead.digest, "line \(ack.siteHead.seq), which \(name) acknowledges")
    } fault: {
      agreement.add($0)
    }
    let verified = try reports(of: site, epoch: epoch, in: database) { name, report in
      walk.await(report.auditHead, "the line that \(name) ends with")
    } fault: {
      agreement.add($0)
    }
    let rows = try Row.fetchCursor(
      database, sql: "SELECT seq, hash, line FROM events WHERE site = ? AND epoch = ? ORDER BY seq",
      arguments: [site.id.text, epoch.text])
    while let row = try rows.next() {
      walk.take(
        AuditLine(place: row["seq"], kept: row["hash"], bytes: Array(row["line"] as Data)))
    }
    walk.finish()
    agreement.finish()
    return AuditFinding(
      site: site.id, epoch: epoch, statements: verified, walk: walk, agreement: agreement)
  }

  private static func walk(_ heads: [AuditHead]) -> AuditWalk {
    var walk = AuditWalk()
    for head in heads { walk.await(head.digest, "line \(head.seq), which was read out") }
    return walk
  }
}

extension AuditFinding {
  /// The refusal that this log ends with.
  package var centreRefusal: Refusal? {
    faults.refusal { kind in
      switch kind {
      case .line: CentreReason.logBroken
      case .head: site == nil ? CentreReason.ownLogCut : .logRewritten
      case .fact: CentreReason.logDisagrees
      }
    }
  }
}
