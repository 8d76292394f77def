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

  package init(
    site: SiteID?, sealing: Sealing, egress: Egress, removals: Removals, operators: Int64,
    collections: Set<CollectionName>, scopeCeiling: Set<Tag>, returnsTo: AgeRecipient? = nil
  ) {
    self.site = site
    self.sealing = sealing
    self.egress = egress
    self.removals = removals
    self.operators = operators
    self.collections = collections
    self.scopeCeiling = scopeCeiling
    self.returnsTo = returnsTo
  }

  /// This policy with another recipient of returns; where nothing is sealed there is none.
  package func returning(to recipient: AgeRecipient?) -> SitePolicy {
    SitePolicy(
      site: site, sealing: sealing, egress: egress, removals: removals, operators: operators,
      collections: collections, scopeCeiling: scopeCeiling,
      returnsTo: sealing == .required ? recipient : nil)
  }

  /// What holds before the first policy: nothing is loose.
  package static let builtIn = SitePolicy(
    site: nil, sealing: .required, egress: .receiptOnly, removals: .never, operators: 2,
    collections: [], scopeCeiling: [])
}
