// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Bundles
import Intents
import Site
import SystemPackage
import Terminal
import Trust

struct StatusCommand: WaybillCommand {
  static let configuration = CommandConfiguration(
    commandName: "status", abstract: "Show how this site stands.",
    discussion: "Reads the journal only; changes nothing, and works while another command runs.")

  @OptionGroup var common: CommonOptions
  @OptionGroup var state: StateOptions

  func perform(_ console: Console) throws -> Outcome {
    let site = try state.open(console)
    let status = try SiteStatus(of: site, clock: .now)
    return Outcome(
      lines: Rehearsal.lines(site.profile) + lines(status), facts: facts(status))
  }

  private func lines(_ status: SiteStatus) -> [String] {
    var lines = ["site \(status.profile.site), epoch \(status.profile.epoch)"]
    if let before = status.profile.restoredFrom { lines.append("restored from epoch \(before)") }
    if status.isEnded {
      let reason = SiteReason.epochEnded
      lines.append("\(reason.code) \(reason.summary); \(reason.hint)")
    }
    if let next = status.nextKey {
      lines.append("signing key \(next) takes over once the centre has acknowledged it")
    }
    if let bundle = status.bundle {
      lines.append("bundle \(bundle.number), \(bundle.state.rawValue) \(bundle.at)")
      if let issued = status.issued, let expires = status.expires {
        lines.append("as of \(issued), expires \(expires)")
      }
    } else {
      lines.append("no bundle was taken yet")
    }
    if status.overdueDays > 0 {
      lines.append("a newer bundle is overdue by \(status.overdueDays) days")
    }
    lines.append("root \(status.rootVersion)")
    let people = status.approvers.map(\.name.text).joined(separator: ", ")
    lines.append(
      "may approve: \(people.isEmpty ? "nobody" : people); \(status.policy.operators) must, for "
        + "\(status.policy.approvals == .all ? "every change" : "what is critical")")
    var table = Table("INTENT", "REVISION", "STATE", "PACKAGE", "WHY")
    for result in status.results {
      table.add(
        result.id.text, "\(result.revision)", result.state.rawValue, result.packageID ?? "-",
        result.reason ?? "")
    }
    lines += table.lines
    if !status.needed.isEmpty { lines.append("needed: \(status.needed.count) files") }
    lines.append(
      "store: \(status.stored.files) files, \(ByteCount.text(status.stored.bytes))")
    let acknowledged = status.acknowledged.map { "report \($0)" } ?? "none"
    lines.append(
      "last report: \(status.lastReport.map(String.init) ?? "none"), acknowledged: \(acknowledged)")
    if status.isReturnDue { lines.append("return due: run `waybill-site return --to MEDIUM`") }
    return lines
  }

  private func facts(_ status: SiteStatus) -> [(String, JSONValue)] {
    let intents = status.results.map { result -> JSONValue in
      [
        "id": .string(result.id.text), "revision": .integer(result.revision),
        "manifest": .string(result.manifest.hex), "state": .string(result.state.rawValue),
        "reason": result.reason.map { .string($0) } ?? .null,
        "package_id": result.packageID.map { .string($0) } ?? .null,
      ]
    }
    let policy = status.policy
    return [
      Rehearsal.fact(status.profile), ("site", .string(status.profile.site.text)),
      ("epoch", .string(status.profile.epoch.text)), ("ended", .bool(status.isEnded)),
      ("key_id", .string(status.profile.keyID.hex)),
      ("next_key_id", status.nextKey.map { .string($0.hex) } ?? .null),
      ("n", .integer(status.bundle?.number ?? 0)),
      ("bundle", status.bundle.map { .string($0.state.rawValue) } ?? .null),
      ("issued", status.issued.map { .string($0.description) } ?? .null),
      ("expires", status.expires.map { .string($0.description) } ?? .null),
      ("overdue_days", .integer(status.overdueDays)), ("root", .integer(status.rootVersion)),
      ("intents", .array(intents)), ("need", .array(status.needed.map { .string($0.hex) })),
      ("return_due", .bool(status.isReturnDue)),
      ("last_report", status.lastReport.map { .integer($0) } ?? .null),
      ("acknowledged", status.acknowledged.map { .integer($0) } ?? .null),
      (
        "store",
        ["files": .integer(status.stored.files), "bytes": .integer(status.stored.bytes)]
      ),
      ("approvers", .array(status.approvers.map { .string($0.name.text) })),
      (
        "policy",
        [
          "signed": .bool(policy.site != nil), "sealing": .string(policy.sealing.rawValue),
          "egress": .string(policy.egress.rawValue), "operators": .integer(policy.operators),
          "approvals": .string(policy.approvals.rawValue),
          "removals": .string(policy.removals.rawValue),
          "break_glass_days": .integer(policy.breakGlassDays),
          "egress_review": .string(policy.egressReview.rawValue),
        ]
      ),
    ]
  }
}
