// SPDX-License-Identifier: Apache-2.0

/// What one site is held to, signed by role `policy`. FORMAT.md, 10.
package struct SitePolicy: Hashable, Sendable {
  package enum Sealing: String, Sendable, CaseIterable { case required, none }
  package enum Egress: String, Sendable, CaseIterable {
    case receiptOnly = "receipt-only"
    case countsOnly = "counts-only"
    case full
  }
  package enum Removals: String, Sendable, CaseIterable { case never, approved }
  /// Which changes wait for approvals. A rollback and a removal always do.
  package enum Approvals: String, Sendable, CaseIterable {
    case all
    /// Those of programs that release signers call critical or privileged.
    case critical
  }
  /// Whether people look at a report before it leaves.
  package enum EgressReview: String, Sendable, CaseIterable { case none, required }

  /// Which site it is for; nil only for the built-in.
  package let site: SiteID?
  package let sealing: Sealing
  package let egress: Egress
  package let removals: Removals
  /// Different enrolled people an approval needs: 1 (rehearsal only) or 2.
  package let operators: Int64
  /// Collections that intents may name.
  package let collections: Set<CollectionName>
  /// The widest scope an intent may have.
  package let scopeCeiling: Set<Tag>
  /// Whom returns are sealed to: the centre's key; nil leaves them plain.
  package let returnsTo: AgeRecipient?
  package let approvals: Approvals
  /// Ids of the keys that may approve; empty means those of all people who are enrolled with the site.
  package let approvers: Set<Digest>
  /// Days after its expiry in which people may still decide to take a bundle; 0 means never.
  package let breakGlassDays: Int64
  package let egressReview: EgressReview

  /// Days that a policy may give for break-glass.
  package static let breakGlassRange: ClosedRange<Int64> = 0...365

  /// - Parameter approvals: nil stands for what a policy without the field says: all where two people approve, else
  ///   what is critical.
  package init(
    site: SiteID?, sealing: Sealing, egress: Egress, removals: Removals, operators: Int64,
    collections: Set<CollectionName>, scopeCeiling: Set<Tag>, returnsTo: AgeRecipient? = nil,
    approvals: Approvals? = nil, approvers: Set<Digest> = [], breakGlassDays: Int64 = 0,
    egressReview: EgressReview = .none
  ) {
    self.site = site
    self.sealing = sealing
    self.egress = egress
    self.removals = removals
    self.operators = operators
    self.collections = collections
    self.scopeCeiling = scopeCeiling
    self.returnsTo = returnsTo
    self.approvals = approvals ?? (operators > 1 ? .all : .critical)
    self.approvers = approvers
    self.breakGlassDays = breakGlassDays
    self.egressReview = egressReview
  }

  /// This policy with another recipient of returns; where nothing is sealed there is none.
  package func returning(to recipient: AgeRecipient?) -> SitePolicy {
    SitePolicy(
      site: site, sealing: sealing, egress: egress, removals: removals, operators: operators,
      collections: collections, scopeCeiling: scopeCeiling,
      returnsTo: sealing == .required ? recipient : nil, approvals: approvals, approvers: approvers,
      breakGlassDays: breakGlassDays, egressReview: egressReview)
  }

  /// What holds before the first policy: nothing is loose.
  package static let builtIn = SitePolicy(
    site: nil, sealing: .required, egress: .receiptOnly, removals: .never, operators: 2,
    collections: [], scopeCeiling: [])
}
