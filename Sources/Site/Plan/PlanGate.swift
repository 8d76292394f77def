// SPDX-License-Identifier: Apache-2.0
package import Bundles
package import Intents
package import Trust

/// Lets through what people have approved of a plan, and nothing else. Pure.
///
/// Statements count for the very plan that is before us. Once its first effect is journalled, what is left of it
/// goes on under the same statements, as long as they hold, though the point has changed by our own doing (P16).
package struct PlanGate: Sendable {
  /// A plan that was approved and begun.
  package struct Begun: Hashable, Sendable {
    package let plan: Digest
    /// Of the bundle that it belongs to.
    package let number: Int64
    package let fingerprint: Digest
    /// Identities of the changes that were approved.
    package let changes: Set<Digest>

    package init(plan: Digest, number: Int64, fingerprint: Digest, changes: Set<Digest>) {
      self.plan = plan
      self.number = number
      self.fingerprint = fingerprint
      self.changes = changes
    }
  }

  package let judge: ApprovalJudge
  package let statements: [Envelope]
  package let begun: [Begun]
  package let site: SiteID
  package let epoch: RandomID
  package let number: Int64
  package let fingerprint: Digest

  package init(
    judge: ApprovalJudge, statements: [Envelope], begun: [Begun], site: SiteID, epoch: RandomID,
    number: Int64, fingerprint: Digest
  ) {
    self.judge = judge
    self.statements = statements
    self.begun = begun
    self.site = site
    self.epoch = epoch
    self.number = number
    self.fingerprint = fingerprint
  }

  /// What people approve when they approve `plan` in `role`.
  package func subject(_ role: ApprovalSubject.Role, plan: Digest) -> ApprovalSubject {
    ApprovalSubject(
      role: role, site: site, epoch: epoch, plan: plan, fingerprint: fingerprint, number: number)
  }

  /// The plan with every change refused that waits for people.
  package func gated(_ plan: Plan) -> Plan {
    var verdicts: [ApprovalSubject.Role: ApprovalJudge.Verdict] = [:]
    for role in plan.roles {
      verdicts[role] = judge.judge(statements, for: subject(role, plan: plan.digest))
    }
    return plan.mapItems { item in
      guard let role = item.needs, let verdict = verdicts[role] else { return item }
      if verdict.isGranted { return item.approved(under: plan.digest) }
      if let begun = begun(item, role) { return item.approved(under: begun.plan) }
      return item.waiting(verdict, role)
    }
  }

  /// The begun plan under which `item` may still be finished.
  private func begun(_ item: Plan.Item, _ role: ApprovalSubject.Role) -> Begun? {
    begun.first { begun in
      begun.number == number && begun.fingerprint == fingerprint
        && begun.changes.contains(item.identity)
        && judge.judge(statements, for: subject(role, plan: begun.plan)).isGranted
    }
  }
}

extension Plan.Item {
  fileprivate func approved(under plan: Digest) -> Plan.Item {
    Plan.Item(
      intent: intent, action: action, refusal: refusal, missing: missing, needs: needs,
      approval: plan, content: content)
  }

  fileprivate func waiting(
    _ verdict: ApprovalJudge.Verdict, _ role: ApprovalSubject.Role
  ) -> Plan.Item {
    let isRemoval = action == .remove
    let refusal = Refusal(
      isRemoval ? SiteReason.removalWaits : .secondPersonMissing, "intent \(intent.id)",
      seen: verdict.seen, expected: "\(verdict.expected), as \(role.rawValue)")
    return Plan.Item(
      intent: intent, action: isRemoval ? .remove : .wait, refusal: refusal, missing: missing,
      needs: needs, content: content)
  }
}
