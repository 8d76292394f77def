// SPDX-License-Identifier: Apache-2.0
import Bundles
package import Distribution
package import Intents
import SystemPackage
import Trust

/// Looks at everything that the next trip depends on, and changes nothing.
package enum SiteDoctor {
  /// - Parameter host: the host's clock; the distribution point goes by it too.
  package static func examine(_ folder: StateFolder, _ host: PointClock) -> [Diagnosis] {
    let clock = host.now()
    let opened: OpenedSite
    do throws(Refusal) {
      try folder.requireSite()
      try folder.checkModes()
      opened = try OpenedSite(opening: folder, host)
    } catch {
      return [.broken("state", error)]
    }
    return [
      .fine("state", "site \(opened.profile.site) in \(folder.path)"),
      trust(opened, clock), time(opened, clock), keys(opened), people(opened),
      freshness(opened, clock), disk(opened),
    ] + point(opened) + work(opened, clock)
  }

  private static func trust(_ site: OpenedSite, _ clock: Instant) -> Diagnosis {
    .of("trust") { () throws(Refusal) in
      let trust = try site.trust()
      _ = try site.policy()
      let days = trust.root.header.expires.days(since: clock)
      let seen = "root \(trust.root.version), good until \(trust.root.header.expires)"
      return days >= SiteLimits.rootNotice
        ? .fine("trust", seen)
        : .attention("trust", seen, "ask the centre for a bundle with a renewed root")
    }
  }

  private static func time(_ site: OpenedSite, _ clock: Instant) -> Diagnosis {
    .of("clock") { () throws(Refusal) in
      let time = try SiteTime(of: site, clock: clock)
      let seen = "\(clock); \(time.words)"
      return time.reading.source == .clock
        ? .fine("clock", seen)
        : .attention(
          "clock", seen,
          "set the host's clock, or see `time`: until then \(time.reading.now) counts")
    }
  }

  private static func keys(_ site: OpenedSite) -> Diagnosis {
    .of("keys") { () throws(Refusal) in
      let key = try site.publicKey()
      _ = try site.recipient()
      return .fine("keys", "signing key \(key.id) and the opening key are there")
    }
  }

  private static func people(_ site: OpenedSite) -> Diagnosis {
    .of("approvals") { () throws(Refusal) in
      let policy = try site.policy()
      let people = try site.approvers(policy)
      let seen = "\(people.count) people may approve, \(policy.operators) must"
      return Int64(people.count) >= policy.operators || site.profile.isRehearsal
        ? .fine("approvals", seen)
        : .attention("approvals", seen, "have the centre name more approvers in the policy")
    }
  }

  private static func freshness(_ site: OpenedSite, _ clock: Instant) -> Diagnosis {
    .of("bundle") { () throws(Refusal) in
      let status = try SiteStatus(of: site, clock: clock)
      guard let bundle = status.bundle, let expires = status.expires else {
        return .attention("bundle", "none was taken yet", "import the first one")
      }
      let seen = "\(bundle.number), \(bundle.state.rawValue), expires \(expires)"
      return status.overdueDays == 0
        ? .fine("bundle", seen)
        : .attention(
          "bundle", "\(seen); a newer one is overdue by \(status.overdueDays) days",
          "ask the courier and the centre where it is")
    }
  }

  private static func disk(_ site: OpenedSite) -> Diagnosis {
    .of("disk") { () throws(Refusal) in
      .disk("disk", free: try DiskSpace.free(at: site.folder.path), least: SiteLimits.roomNotice)
    }
  }

  private static func point(_ site: OpenedSite) -> [Diagnosis] {
    switch site.point {
    case .failure(let refusal): [.broken("distribution point", refusal)]
    case .success(let point): point.diagnose()
    }
  }

  /// What waits for somebody.
  private static func work(_ site: OpenedSite, _ clock: Instant) -> [Diagnosis] {
    do throws(Refusal) {
      let status = try SiteStatus(of: site, clock: clock)
      var all = status.results.filter { $0.state != .applied && $0.state != .removed }.map {
        Diagnosis.attention(
          "intent \($0.id)", "\($0.state.rawValue)\($0.reason.map { ": \($0)" } ?? "")",
          "see `explain` for the code, then `apply`")
      }
      if status.isReturnDue {
        all.append(.attention("return", "a report is due", "run `return --to MEDIUM`"))
      }
      return all
    } catch {
      return [.broken("status", error)]
    }
  }
}
