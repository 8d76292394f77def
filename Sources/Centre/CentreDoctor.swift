// SPDX-License-Identifier: Apache-2.0
import Bundles
import GRDB
package import Intents
package import SystemPackage
import Trust

/// Looks at everything that the next bundle depends on, and changes nothing.
package enum CentreDoctor {
  package static func examine(_ folder: FilePath, at now: Instant) -> [Diagnosis] {
    let profile: CentreProfile
    do throws(Refusal) {
      profile = try CentreProfile(opening: folder, at: now)
    } catch {
      return [.broken("state", error)]
    }
    return [
      .fine("state", folder.text), ledger(profile), keys(profile),
      .of("disk") { () throws(Refusal) in
        .disk("disk", free: try DiskSpace.free(at: folder), least: CentreLimits.roomNotice)
      },
    ] + trust(profile, now) + sites(profile, now)
  }

  private static func ledger(_ profile: CentreProfile) -> Diagnosis {
    .of("ledger") { () throws(Refusal) in
      let answer = try profile.ledger.read { database in
        try String.fetchOne(database, sql: "PRAGMA quick_check(1)") ?? "no answer"
      }
      guard answer == "ok" else {
        throw Refusal(
          CentreReason.ledgerDamaged, "ledger.sqlite", seen: answer, expected: "a whole database")
      }
      let sites = try profile.ledger.sites()
      return .fine("ledger", "whole, \(sites.count) sites")
    }
  }

  /// Whether the folder of keys is closed to others; none is opened.
  private static func keys(_ profile: CentreProfile) -> Diagnosis {
    .of("keys") { () throws(Refusal) in
      let names = try FileQuery.names(in: profile.keysFolder)
      for place in [profile.keysFolder] + names.map({ profile.keysFolder.appending($0) }) {
        guard let status = FileQuery.status(place), status.mode & 0o077 != 0 else { continue }
        return .attention(
          "keys", "\(place.text) has mode 0\(String(status.mode, radix: 8))",
          "let nobody else read it: chmod go= \(place.text)")
      }
      return .fine("keys", "\(names.count) files, closed to others")
    }
  }

  private static func trust(_ profile: CentreProfile, _ now: Instant) -> [Diagnosis] {
    do throws(Refusal) {
      let status = try TrustStatus(of: profile, at: now)
      guard let effective = status.effective else {
        return [.attention("trust", "no ceremony is over yet", "see `trust init`")]
      }
      guard status.warnings.isEmpty else {
        return status.warnings.map { .attention("trust", $0, "see `trust status`") }
      }
      return [
        .fine(
          "trust",
          "a bundle made now holds until \(effective.at), by role \(effective.role.rawValue)")
      ]
    } catch {
      return [.broken("trust", error)]
    }
  }

  private static func sites(_ profile: CentreProfile, _ now: Instant) -> [Diagnosis] {
    do throws(Refusal) {
      return try SiteStatus.all(in: profile, at: now).map { status in
        .of("site \(status.site)") { () throws(Refusal) in
          _ = try NumberDraw(profile: profile).agreement(for: status.site)
          let subject = "site \(status.site)"
          let seen = "bundle \(status.applied) of \(status.exported) applied"
          guard let days = status.overdueDays else { return .fine(subject, seen) }
          return .attention(
            subject, "\(seen); nothing heard for \(days) days", "ask the courier and the site")
        }
      }
    } catch {
      return [.broken("sites", error)]
    }
  }
}
