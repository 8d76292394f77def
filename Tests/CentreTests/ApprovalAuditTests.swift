// SPDX-License-Identifier: Apache-2.0
import Bundles
import Centre
import Intents
import TestKit
import Testing
import Trust

/// R25: what was applied without the approvals of policy is booked and flagged.
struct ApprovalAuditTests {
  static let now = ForgedSite.now
  let site: SiteID
  let epoch: RandomID
  let people: [(approver: Approver, key: SecretKey)]
  let plan = Digest.sha256(Array("plan".utf8))
  let print = Digest.sha256(Array("bundle 4".utf8))

  init() throws {
    site = try #require(SiteID("fjord-3"))
    epoch = try #require(RandomID(bytes: [UInt8](repeating: 1, count: 16)))
    people = try ["Anna", "Bo"].map { name in
      let key = try PapersForge.key(name)
      return (Approver(name: try #require(PersonName(name)), key: key.publicKey), key)
    }
  }

  private func signed(
    by who: Int, number: Int64 = 4, plan: Digest? = nil, role: ApprovalSubject.Role = .import,
    days: Int64 = 7
  ) -> Envelope {
    let subject = ApprovalSubject(
      role: role, site: site, epoch: epoch, plan: plan ?? self.plan, fingerprint: print,
      number: number)
    return Approval(
      subject: subject, at: Self.now, expires: Self.now.adding(days: days), isRehearsal: false
    ).signed(by: people[who].key)
  }

  private func flaw(
    _ approvals: [Envelope], plan: Digest?, state: IntentState = .applied,
    policy: SitePolicy.Approvals = .all, critical: Bool = false, approvers: Set<Digest> = [],
    appliedAfter days: Int64 = 1
  ) throws -> String? {
    let intent = IntentResult(
      id: try #require(Name("tool")), revision: 1, manifest: .sha256([1]), state: state,
      reason: nil, packageID: nil, plan: plan, appliedAt: Self.now.adding(days: days))
    let state = StateDocument(
      site: site, epoch: epoch, seq: 2, asOf: Self.now.adding(days: 20), intents: [intent],
      heldManifests: [], heldFiles: [], needed: [], sightings: [], evidence: [],
      approvals: approvals)
    // As it travels.
    let read = try StateDocument(parsing: state.encoded)
    let rule = ApprovalAudit.Rule(
      policy: SitePolicy(
        site: site, sealing: .none, egress: .full, removals: .approved, operators: 2,
        collections: [], scopeCeiling: [], approvals: policy, approvers: approvers),
      isCritical: critical)
    let known = ApprovalAudit.Known(
      site: site, epoch: epoch, isRehearsal: false, operators: people.map(\.approver))
    return try ApprovalAudit(known, of: read).flaw(in: read.intents[0], under: rule) { number in
      number == 4 ? print : nil
    }
  }

  @Test func `R25: two people who approved its plan leave no flaw`() throws {
    let both = [signed(by: 0), signed(by: 1)]
    #expect(try flaw(both, plan: plan) == nil)
    let back = [signed(by: 0, role: .rollback), signed(by: 1, role: .rollback)]
    #expect(try flaw(back, plan: plan) == nil)
  }

  @Test func `R25: no plan, one person, another plan or bundle, or too late is a flaw`() throws {
    let both = [signed(by: 0), signed(by: 1)]
    #expect(try flaw(both, plan: nil) == "no plan that anybody approved")
    #expect(try flaw([signed(by: 0)], plan: plan)?.hasPrefix("1 of 2 approvals") == true)
    #expect(
      try flaw([signed(by: 0), signed(by: 0, days: 8)], plan: plan)?.hasPrefix("1 of 2") == true)
    let other = Digest.sha256(Array("another".utf8))
    #expect(try flaw(both, plan: other)?.hasPrefix("0 of 2") == true)
    let never = [signed(by: 0, number: 9), signed(by: 1, number: 9)]
    #expect(try flaw(never, plan: plan)?.hasPrefix("0 of 2") == true)
    #expect(try flaw(both, plan: plan, appliedAfter: 7)?.hasPrefix("0 of 2") == true)
    let bo = try #require(Digest(hex: people[1].approver.key.id.hex))
    #expect(try flaw(both, plan: plan, approvers: [bo])?.hasPrefix("1 of 2") == true)
  }

  @Test func `R25: where nobody had to approve there is no flaw`() throws {
    #expect(try flaw([], plan: nil, state: .waiting) == nil)
    #expect(try flaw([], plan: nil, policy: .critical) == nil)
    #expect(try flaw([], plan: nil, policy: .critical, critical: true) != nil)
  }
}
