// SPDX-License-Identifier: Apache-2.0
import Bundles
import Foundation
import GRDB
import Intents

/// What was asked of people for an intent, as the ledger knows it.
struct ApprovalRules {
  let profile: CentreProfile
  let site: SiteRecord

  /// Intents of `state` that were applied without the approvals that policy asks for, with why; ascending.
  func flaws(in state: StateDocument) throws(Refusal) -> [(intent: Name, why: String)] {
    let audit = ApprovalAudit(
      ApprovalAudit.Known(
        site: site.id, epoch: site.epoch, isRehearsal: profile.isRehearsal,
        operators: site.operators), of: state)
    var flaws: [(intent: Name, why: String)] = []
    for intent in state.intents where intent.state == .applied {
      // An unknown intent has a note already.
      guard let rule = try rule(for: intent) else { continue }
      let why = try audit.flaw(in: intent, under: rule) { (number) throws(Refusal) in
        try profile.ledger.fingerprint(of: number, for: site.id)
      }
      if let why { flaws.append((intent: intent.id, why: why)) }
    }
    return flaws
  }

  /// The policy in the first bundle that can have carried this revision, and whether its program is critical.
  private func rule(for intent: IntentResult) throws(Refusal) -> ApprovalAudit.Rule? {
    let found = try profile.ledger.read { database -> (program: String, policy: Data?)? in
      let row = try Row.fetchOne(
        database,
        sql: "SELECT program, applied_at FROM intents WHERE site = ? AND id = ? AND revision = ?",
        arguments: [site.id.text, intent.id.text, intent.revision])
      guard let row else { return nil }
      let policy = try Data.fetchOne(
        database,
        sql: """
          SELECT bytes FROM bundle_orders JOIN bundles USING (site, n)
          WHERE site = ? AND target = ? AND issued >= ? ORDER BY n LIMIT 1
          """,
        arguments: [site.id.text, "policy/\(site.id).json", row["applied_at"] as String])
      return (row["program"], policy)
    }
    guard let found else { return nil }
    let policy =
      if let bytes = found.policy { try PolicyDocument.policy(parsing: Array(bytes)) } else {
        SitePolicy.builtIn
      }
    guard let content = try profile.ledger.content(manifest: intent.manifest) else { return nil }
    // A program whose manifest is gone counts as critical.
    let program = Name(found.program).flatMap { name in
      (try? Depot(of: profile).manifest(content.manifest))?.program(named: name)
    }
    return ApprovalAudit.Rule(
      policy: policy, isCritical: program.map { $0.isCritical || $0.isPrivileged } ?? true)
  }
}
