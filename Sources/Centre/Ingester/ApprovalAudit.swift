// SPDX-License-Identifier: Apache-2.0
package import Bundles
package import Intents
import Trust

/// Holds what a site says it applied against the approvals that its report carries. What was applied stays booked
/// as fact; where people were to approve and did not, it is flagged (R25). Pure.
package struct ApprovalAudit: Sendable {
  /// What the centre knows of the site.
  package struct Known: Sendable {
    package let site: SiteID
    package let epoch: RandomID
    package let isRehearsal: Bool
    package let operators: [Approver]

    package init(site: SiteID, epoch: RandomID, isRehearsal: Bool, operators: [Approver]) {
      self.site = site
      self.epoch = epoch
      self.isRehearsal = isRehearsal
      self.operators = operators
    }
  }

  /// What held for one intent when it was applied.
  package struct Rule: Sendable {
    package let policy: SitePolicy
    /// Whether release signers call its program critical or privileged.
    package let isCritical: Bool

    package init(policy: SitePolicy, isCritical: Bool) {
      self.policy = policy
      self.isCritical = isCritical
    }
  }

  private let known: Known
  private let approvals: [Envelope]
  private let asOf: Instant

  package init(_ known: Known, of state: StateDocument) {
    self.known = known
    approvals = state.approvals
    asOf = state.asOf
  }

  /// Why an applied intent lacks approvals that it needed, for people; nil when it lacks none.
  ///
  /// - Parameter fingerprint: of a bundle of the site's line that was signed, by its number.
  package func flaw(
    in intent: IntentResult, under rule: Rule,
    fingerprint: (Int64) throws(Refusal) -> Digest?
  ) throws(Refusal) -> String? {
    guard intent.state == .applied, rule.policy.approvals == .all || rule.isCritical else {
      return nil
    }
    guard let plan = intent.plan else { return "no plan that anybody approved" }
    let allowed = rule.policy.approvers
    let judge = ApprovalJudge(
      approvers: known.operators.filter { person in
        allowed.isEmpty || allowed.contains { KeyID($0) == person.key.id }
      }, threshold: rule.policy.operators, isRehearsal: known.isRehearsal,
      now: intent.appliedAt ?? asOf)
    // What these say is judged below.
    let claims = approvals.compactMap { try? Approval(parsing: $0.unverifiedPayload) }
    var best = judge.judge([], for: subject(.import, plan, 1, nil))
    let numbers = Set(claims.filter { $0.subject.plan == plan }.compactMap(\.subject.number))
    for number in numbers.sorted() {
      guard let print = try fingerprint(number) else { continue }
      for role in [ApprovalSubject.Role.import, .rollback] {
        let verdict = judge.judge(approvals, for: subject(role, plan, number, print))
        if verdict.isGranted { return nil }
        if verdict.people.count >= best.people.count { best = verdict }
      }
    }
    return
      "\(best.people.count) of \(rule.policy.operators) approvals of plan \(plan.hex.prefix(8))"
  }

  private func subject(
    _ role: ApprovalSubject.Role, _ plan: Digest, _ number: Int64, _ print: Digest?
  ) -> ApprovalSubject {
    ApprovalSubject(
      role: role, site: known.site, epoch: known.epoch, plan: plan, fingerprint: print,
      number: number)
  }
}
