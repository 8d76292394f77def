// SPDX-License-Identifier: Apache-2.0
package import Bundles
package import Intents
import Trust

extension OpenedSite {
  /// Who may approve at this site under `policy`: those enrolled, of whom policy may name some.
  package func approvers(_ policy: SitePolicy) throws(Refusal) -> [Approver] {
    let enrolled = try journal.read { try $0.operators() }
    guard !policy.approvers.isEmpty else { return enrolled }
    return enrolled.filter { person in
      policy.approvers.contains { KeyID($0) == person.key.id }
    }
  }

  /// The judge of everything that is to be approved here.
  ///
  /// - Parameter clock: what the host's clock says; the floor stands in where it cannot be believed.
  package func judge(_ policy: SitePolicy, clock: Instant) throws(Refusal) -> ApprovalJudge {
    ApprovalJudge(
      approvers: try approvers(policy), threshold: policy.operators,
      isRehearsal: profile.isRehearsal, now: try trust().reading(of: clock).now)
  }

  /// The gate before every effect of a bundle's plan.
  package func gate(
    _ policy: SitePolicy, number: Int64, fingerprint: Digest, clock: Instant
  ) throws(Refusal) -> PlanGate {
    let (statements, begun) = try journal.read { (try $0.approvals(), try $0.begun()) }
    return PlanGate(
      judge: try judge(policy, clock: clock), statements: statements, begun: begun,
      site: profile.site, epoch: profile.epoch, number: number, fingerprint: fingerprint)
  }
}
