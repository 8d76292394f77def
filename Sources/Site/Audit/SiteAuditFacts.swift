// SPDX-License-Identifier: Apache-2.0
import Bundles
import GRDB
import Intents
import Trust

/// What the journal keeps beside its log, and what the log tells of it.
struct SiteAuditFacts {
  var agreement = AuditAgreement()

  private static let newest = "newest bundle"
  private static let centreHead = "head of the centre's log"
  private static let siteHead = "line that the centre holds"
  private static let trust = "trusted state"
  private static let policy = "policy"

  init(_ journal: JournalTransaction, of profile: SiteProfile) throws {
    let facts = [
      (JournalFact.number, Self.newest), (JournalFact.centreHead, Self.centreHead),
      (JournalFact.siteHead, Self.siteHead),
    ]
    for (fact, name) in facts {
      if let value = try journal.value(fact) { agreement.keep(name, value) }
    }
    for (document, name) in [(JournalDocument.trust, Self.trust), (.policy, Self.policy)] {
      guard let bytes = try journal.document(document) else { continue }
      agreement.keep(name, Digest.sha256(bytes).hex)
    }
    for bundle in try journal.bundles() where [.staged, .applied].contains(bundle.state) {
      agreement.keep(Self.taken("\(bundle.number)", bundle.fingerprint.hex), "taken")
      if bundle.state == .applied { agreement.keep(Self.done("\(bundle.number)"), "applied") }
    }
    for applied in try journal.applied() {
      agreement.keep(
        Self.intent(applied.intent.id.text),
        "revision \(applied.intent.revision), \(applied.intent.manifest)")
    }
    for (line, counter) in try journal.counters() {
      agreement.keep(Self.counter(line.text), "\(counter)")
    }
    for point in try journal.acknowledged(in: profile.epoch) {
      agreement.keep(Self.acknowledged("\(point.seq)"), point.digest.hex)
    }
    try journal.eachReport { agreement.keep(Self.report("\($0.seq)"), $0.digest.hex) }
  }

  mutating func take(_ event: AuditEvent) {
    func fact(_ name: String) -> String { event.facts[name] ?? "" }
    let line = event.seq
    switch event.event {
    case JournalTransaction.trustEvent:
      agreement.tell(Self.trust, fact("state_sha256"), line: line)
      if let policy = event.facts["policy_sha256"] {
        agreement.tell(Self.policy, policy, line: line)
      }
    case "report.frozen": agreement.tell(Self.report(fact("seq")), fact("sha256"), line: line)
    case "bundle.taken": takeBundle(event)
    case "bundle.applied": agreement.mention(Self.done(fact("n")), "applied", line: line)
    case "intent.applied":
      agreement.mention(
        Self.intent(fact("intent")), "revision \(fact("revision")), \(fact("manifest"))", line: line
      )
      takeCounter(event)
    default: break
    }
  }

  private mutating func takeBundle(_ event: AuditEvent) {
    let (facts, line) = (event.facts, event.seq)
    let number = facts["n"] ?? ""
    agreement.tell(Self.newest, number, line: line)
    agreement.tell(Self.taken(number, facts["fingerprint"] ?? ""), "taken", line: line)
    if let head = facts["centre_head"] { agreement.tell(Self.centreHead, head, line: line) }
    if let head = facts["site_head"] { agreement.tell(Self.siteHead, head, line: line) }
    if let seq = facts["ack_seq"] {
      agreement.tell(Self.acknowledged(seq), facts["ack_sha256"] ?? "", line: line)
    }
  }

  /// The counter of a product rises with each version and falls by a rollback alone.
  private mutating func takeCounter(_ event: AuditEvent) {
    guard let product = event.facts["line"],
      let counter = event.facts["counter"].flatMap({ Int64($0) })
    else { return }
    let name = Self.counter(product)
    let before = agreement.told(name).flatMap { Int64($0) } ?? 0
    let value = event.facts["action"] == "rollback" ? counter : max(before, counter)
    agreement.mention(name, "\(value)", line: event.seq)
  }

  private static func report(_ seq: String) -> String { "report \(seq)" }
  private static func taken(_ number: String, _ print: String) -> String {
    "bundle \(number), \(print)"
  }
  private static func done(_ number: String) -> String { "application of bundle \(number)" }
  private static func intent(_ id: String) -> String { "applied intent \(id)" }
  private static func counter(_ line: String) -> String { "counter of product \(line)" }
  private static func acknowledged(_ seq: String) -> String { "acknowledgement of report \(seq)" }
}

extension JournalTransaction {
  /// Every report of `epoch` that was acknowledged.
  func acknowledged(in epoch: RandomID) throws -> [ReportPoint] {
    let rows = try Row.fetchAll(
      database, sql: "SELECT seq, hash FROM acknowledgements WHERE epoch = ? ORDER BY seq",
      arguments: [epoch.text])
    return try rows.map { row in
      guard let digest = Digest(hex: row["hash"] as String) else {
        throw damaged("acknowledgements")
      }
      return ReportPoint(seq: row["seq"], digest: digest)
    }
  }
}
