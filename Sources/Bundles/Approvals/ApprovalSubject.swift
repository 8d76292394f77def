// SPDX-License-Identifier: Apache-2.0
package import Intents

/// What an approval is for. All of it must agree: an approval over anything else does not count (P03).
package struct ApprovalSubject: Hashable, Sendable {
  /// In which capacity people approve (FORMAT.md, 12).
  package enum Role: String, Sendable, CaseIterable {
    /// At the site: the changes of a plan that bring software.
    case `import`
    /// At the site: the changes of a plan that take it away.
    case removal
    /// At the site: the changes of a plan that go below an applied counter.
    case rollback
    /// At the site: that an expired bundle may be taken.
    case breakGlass = "break-glass"
    /// At the site: that a date is today's.
    case date
    /// At the centre, that a bundle may be made; at the site, that a report may leave.
    case export
    /// At the centre: that the enrolment of a site is the one that was read over the second channel.
    case enrolment
  }

  package let role: Role
  package let site: SiteID
  package let epoch: RandomID
  /// SHA-256 of what is approved: of a plan, of the question that was put, of an enrolment.
  package let plan: Digest
  /// Of the bundle, where there is one already.
  package let fingerprint: Digest?
  /// Its number, where there is one already.
  package let number: Int64?

  package init(
    role: Role, site: SiteID, epoch: RandomID, plan: Digest, fingerprint: Digest? = nil,
    number: Int64? = nil
  ) {
    self.role = role
    self.site = site
    self.epoch = epoch
    self.plan = plan
    self.fingerprint = fingerprint
    self.number = number
  }

  /// The same in another role.
  package func `as`(_ role: Role) -> ApprovalSubject {
    ApprovalSubject(
      role: role, site: site, epoch: epoch, plan: plan, fingerprint: fingerprint, number: number)
  }

  /// The digits that a person types to say that this is what was read.
  package var digits: String { String(plan.hex.prefix(8)) }

  /// The first thing in which `other` is not this, or nil when nothing is.
  func difference(from other: ApprovalSubject) -> (what: String, seen: String, expected: String)? {
    let pairs: [(String, String, String)] = [
      ("role", other.role.rawValue, role.rawValue), ("site", other.site.text, site.text),
      ("epoch", other.epoch.text, epoch.text), ("N", text(other.number), text(number)),
      ("fingerprint", other.fingerprint?.hex ?? "none", fingerprint?.hex ?? "none"),
      ("plan", other.plan.hex, plan.hex),
    ]
    return pairs.first { $0.1 != $0.2 }.map { (what: $0.0, seen: $0.1, expected: $0.2) }
  }

  private func text(_ number: Int64?) -> String { number.map { "\($0)" } ?? "none" }
}
