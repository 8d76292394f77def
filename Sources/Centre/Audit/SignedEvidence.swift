// SPDX-License-Identifier: Apache-2.0
import Bundles
import Foundation
import GRDB
import Intents
import Trust

/// Signed statements that the ledger keeps, each verified again before it is evidence.
extension CentreAudit {
  /// Hands out what every signed bundle for `site` acknowledged, with a name for people.
  static func acknowledgements(
    to site: SiteID, in database: Database,
    _ each: (_ name: String, Acknowledgement) -> Void, fault: (AuditFault) -> Void
  ) throws {
    let rows = try Row.fetchCursor(
      database,
      sql: """
        SELECT n, sha256, bytes FROM bundle_orders WHERE site = ? AND target = ? ORDER BY n
        """, arguments: [site.text, "sites/\(site)/ack.json"])
    while let row = try rows.next() {
      let name = "bundle \(row["n"] as Int64) for \(site)"
      let bytes = Array(row["bytes"] as Data? ?? Data())
      do throws(Refusal) {
        let digest = Digest.sha256(bytes).hex
        guard digest == row["sha256"] as String else {
          throw Refusal(
            CentreReason.logDisagrees, name, seen: digest, expected: row["sha256"] as String)
        }
        each(name, try Acknowledgement(parsing: bytes))
      } catch {
        fault(
          AuditFault(.fact, "ack.json of \(name)", seen: "\(error)", expected: "as it was signed"))
      }
    }
  }

  /// Hands out every report of `site` that was booked, with a name for people.
  ///
  /// - Parameter epoch: of which; all when it is nil.
  /// - Returns: how many were verified, each by the keys that the epoch's statements name.
  static func reports(
    of site: SiteRecord, epoch: RandomID? = nil, in database: Database,
    _ each: (_ name: String, ReportPredicate) -> Void, fault: (AuditFault) -> Void
  ) throws -> Int64 {
    let rows = try Row.fetchCursor(
      database,
      sql: """
        SELECT epoch, seq, sha256, n, audit_head, envelope FROM reports
        WHERE site = ? AND standing IN ('booked', 'filled') AND epoch = coalesce(?, epoch)
        ORDER BY epoch, seq
        """, arguments: [site.id.text, epoch?.text])
    var keys = [
      site.epoch: try Ledger.signingKeys(of: site.id, epoch: site.epoch, in: database)
    ]
    var verified: Int64 = 0
    while let row = try rows.next() {
      let name = "report \(row["seq"] as Int64) of \(site.id)"
      let signed = try row.parsed("epoch") { RandomID($0) }
      if keys[signed] == nil {
        keys[signed] = try Ledger.signingKeys(of: site.id, epoch: signed, in: database)
      }
      do throws(Refusal) {
        let envelope = try Envelope(parsing: Array(row["envelope"] as Data), named: name)
        _ = try keys[signed]?.verified(envelope, named: name)
        verified += 1
        let statement = try Statement(parsing: envelope.unverifiedPayload, named: name)
        let report = try ReportPredicate(statement.predicate)
        let told =
          "\(report.site) \(report.epoch) \(report.seq) \(report.number) "
          + "\(report.auditHead) \(envelope.payloadDigest)"
        let kept =
          "\(site.id) \(row["epoch"] as String) \(row["seq"] as Int64) \(row["n"] as Int64) "
          + "\(row["audit_head"] as String) \(row["sha256"] as String)"
        guard told == kept else {
          throw Refusal(CentreReason.logDisagrees, name, seen: kept, expected: told)
        }
        each(name, report)
      } catch {
        fault(AuditFault(.fact, name, seen: "\(error.code) \(error)", expected: "as it was signed"))
      }
    }
    let known = keys[site.epoch]?.all.map(\.id.hex) ?? []
    if epoch == nil || epoch == site.epoch, !known.contains(site.keyID) {
      fault(
        AuditFault(
          .fact, "key of \(site.id)", seen: site.keyID,
          expected: known.last ?? "one that its enrolment names"))
    }
    return verified
  }
}
