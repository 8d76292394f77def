// SPDX-License-Identifier: Apache-2.0
import Bundles
import GRDB
import Intents

/// What the ledger keeps beside its log, and what the log tells of it.
struct CentreAuditFacts {
  var agreement = AuditAgreement()

  init(_ database: Database) throws {
    try keep(database, "SELECT id, epoch, enrolment FROM sites") { row in
      (
        Self.site(row["id"]), "epoch \(row["epoch"] as String), \(row["enrolment"] as String)"
      )
    }
    try keep(database, "SELECT site, keyid, reason FROM revocations") { row in
      (Self.revocation(row["site"], row["keyid"]), row["reason"])
    }
    try keep(database, "SELECT site, seq, sha256, standing FROM reports") { row in
      (Self.report(row["site"], "\(row["seq"] as Int64)", row["sha256"]), row["standing"])
    }
    try keep(database, "SELECT site, n, fingerprint FROM bundles WHERE papers IS NOT NULL") { row in
      (Self.bundle(row["site"], "\(row["n"] as Int64)"), row["fingerprint"] ?? "")
    }
    try keep(database, "SELECT manifest FROM content") { row in
      (Self.content(row["manifest"]), "added")
    }
    // Of each intent the newest revision, and whether it is wanted still.
    try keep(
      database,
      "SELECT site, id, max(revision) AS revision, manifest, is_current FROM intents GROUP BY site, id"
    ) {
      row in
      (
        Self.intent(row["site"], row["id"]),
        row["is_current"]
          ? "revision \(row["revision"] as Int64), \(row["manifest"] as String)" : Self.withdrawn
      )
    }
  }

  mutating func take(_ event: AuditEvent) {
    func fact(_ name: String) -> String { event.facts[name] ?? "" }
    let line = event.seq
    switch event.event {
    case "site.added", "site.epoch-accepted":
      agreement.tell(
        Self.site(fact("site")), "epoch \(fact("epoch")), \(fact("enrolment"))", line: line)
    case "site.key-revoked":
      agreement.tell(Self.revocation(fact("site"), fact("key")), fact("reason"), line: line)
    case "return.booked", "return.filled", "return.provisional", "return.held",
      "return.quarantined":
      agreement.tell(
        Self.report(fact("site"), fact("seq"), fact("report")),
        String(event.event.dropFirst("return.".count)), line: line)
    case "bundle.signed":
      agreement.tell(Self.bundle(fact("site"), fact("n")), fact("fingerprint"), line: line)
    case "content.added": agreement.tell(Self.content(fact("manifest")), "added", line: line)
    case "intent.applied":
      agreement.tell(
        Self.intent(fact("site"), fact("intent")),
        "revision \(fact("revision")), \(fact("manifest"))", line: line)
    case "intent.withdrawn":
      agreement.tell(Self.intent(fact("site"), fact("intent")), Self.withdrawn, line: line)
    default: break
    }
  }

  private mutating func keep(
    _ database: Database, _ sql: String, _ fact: (Row) -> (String, String)
  ) throws {
    let rows = try Row.fetchCursor(database, sql: sql)
    while let row = try rows.next() {
      let (what, value) = fact(row)
      agreement.keep(what, value)
    }
  }

  private static let withdrawn = "withdrawn"
  private static func revocation(_ site: String, _ key: String) -> String {
    "revocation of key \(key) of \(site)"
  }
  private static func site(_ id: String) -> String { "site \(id)" }
  private static func report(_ site: String, _ seq: String, _ digest: String) -> String {
    "return \(seq) of \(site), \(digest)"
  }
  private static func bundle(_ site: String, _ number: String) -> String {
    "bundle \(number) for \(site)"
  }
  private static func content(_ manifest: String) -> String { "content \(manifest)" }
  private static func intent(_ site: String, _ id: String) -> String { "intent \(id) for \(site)" }
}
