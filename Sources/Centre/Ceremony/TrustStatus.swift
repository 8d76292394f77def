// SPDX-License-Identifier: Apache-2.0
import GRDB
package import Intents
package import Trust

/// Who may sign what, how long it holds, and what waits for signatures.
package struct TrustStatus: Sendable {
  /// One shared role as it is published.
  package struct Role: Sendable {
    package let role: MetadataRole
    package let header: RoleHeader
    package let keys: RoleKeys
    package let daysLeft: Int64
  }

  /// The line of one site.
  package struct Line: Sendable {
    package let site: SiteID
    /// Newest number that was signed; 0 before the first.
    package let number: Int64
    package let issued: Instant?
    /// When the line's own roles expire.
    package let expires: Instant?
    /// When the site can no longer import that bundle: the first expiry of all its roles.
    package let effective: Instant?
    package let daysLeft: Int64?
  }

  /// nil before the first ceremony is over.
  package let roles: [Role]
  package let exporter: RoleKeys?
  package let lines: [Line]
  package let waiting: [Ceremonies.Waiting]
  package let labels: [KeyID: String]
  /// When a bundle that is exported now would expire, and because of which role.
  package let effective: (at: Instant, role: MetadataRole)?
  package let rootFingerprint: Digest?
  package let now: Instant

  package init(of profile: CentreProfile, at now: Instant) throws(Refusal) {
    self.now = now
    waiting = try Ceremonies(of: profile).waiting()
    labels = try profile.ledger.keyLabels()
    lines = try TrustStatus.lines(profile, now)
    guard let files = try Repository(of: profile).published() else {
      roles = []
      exporter = nil
      effective = nil
      rootFingerprint = nil
      return
    }
    let shared = try files.roles()
    rootFingerprint = files.newest(.root).map { Digest.sha256($0) }
    let table = try KeyTable(root: shared.root, targets: shared.targets)
    exporter = table.exporter
    var roles: [Role] = []
    for role in MetadataRole.shared {
      guard let header = shared.header(role) else { continue }
      roles.append(
        Role(
          role: role, header: header, keys: table[role],
          daysLeft: header.expires.days(since: now)))
    }
    self.roles = roles
    let line = now.adding(days: CentreLimits.lineDays)
    let first = shared.expiresFirst
    effective = line <= first.at ? (line, .site) : (first.at, first.role)
  }

  /// What should be renewed soon: less than a bundle's life is left.
  package var warnings: [String] {
    let bound = CentreLimits.lineDays
    var warnings = roles.filter { $0.daysLeft < bound }.map { role in
      role.daysLeft < 0
        ? "role \(role.role.rawValue) expired \(role.header.expires): run trust renew"
        : "role \(role.role.rawValue) expires in \(role.daysLeft) days: run trust renew"
    }
    for role in roles where role.keys.threshold == role.keys.keys.count && role.keys.threshold > 1 {
      warnings.append("role \(role.role.rawValue) has no key to spare: one lost holder stops it")
    }
    for line in lines {
      if let days = line.daysLeft, days < CentreLimits.tripDays {
        warnings.append("\(line.site): bundle \(line.number) expires in \(days) days: export anew")
      }
    }
    return warnings
  }

  private static func lines(_ profile: CentreProfile, _ now: Instant) throws(Refusal) -> [Line] {
    var lines: [Line] = []
    for site in try profile.ledger.sites() {
      let row = try profile.ledger.read { database in
        try Row.fetchOne(
          database,
          sql: """
            SELECT n, issued, expires FROM bundles WHERE site = ? AND issued IS NOT NULL
            ORDER BY n DESC LIMIT 1
            """, arguments: [site.id.text])
      }
      let issued = try row.flatMap { row throws(Refusal) in
        try row.optional("issued") { Instant($0) }
      }
      let effective = try row.flatMap { row throws(Refusal) in
        try row.optional("expires") { Instant($0) }
      }
      lines.append(
        Line(
          site: site.id, number: row?["n"] ?? 0, issued: issued,
          expires: issued?.adding(days: CentreLimits.lineDays), effective: effective,
          daysLeft: effective?.days(since: now)))
    }
    return lines
  }
}
