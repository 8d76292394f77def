// SPDX-License-Identifier: Apache-2.0
import Bundles
import Distribution
package import Intents
package import Trust

/// Which distribution point this site drives: the embedded library, until an administrator names another.
package struct PointKeeper {
  private let site: OpenedSite

  package init(_ site: OpenedSite) { self.site = site }

  /// Takes a description of a point, makes the folders that it names, and drives it from the next command on.
  ///
  /// A rehearsal may drive nothing that could be real: besides the library only an AdminService at a loopback address,
  /// which is a simulator.
  ///
  /// - Throws: `SiteReason.rehearsalPlane`, and what the description is refused with; then nothing changes.
  package func set(_ bytes: [UInt8], named name: String, at now: Instant) throws(Refusal) {
    let (field, settings) = try read(bytes, name)
    if site.profile.isRehearsal, !settings.isSimulated {
      throw Refusal(
        SiteReason.rehearsalPlane, name, seen: settings.kind.rawValue,
        expected: "the library, or an adminservice at https://127.0.0.1")
    }
    try settings.prepare()
    let text = field.value.canonical
    try site.journal.write { journal in
      try journal.setValue(String(decoding: text, as: UTF8.self), of: JournalFact.point)
      try journal.log(
        "point.set",
        ["kind": settings.kind.rawValue, "settings_sha256": Digest.sha256(text).hex], at: now)
    }
  }

  /// What a person wrote is wrong, not damaged.
  private func read(
    _ bytes: [UInt8], _ name: String
  ) throws(Refusal) -> (JSONField, PointSettings) {
    do throws(Refusal) {
      let field = try JSONField(parsing: bytes, named: name)
      let settings = try PointSettings(
        field, id: OpenedSite.pointID(of: field), site: site.profile.site,
        generator: SiteAgent.name)
      return (field, settings)
    } catch {
      guard error.exit == .damaged else { throw error }
      throw Refusal(
        SiteReason.wrongOption, error.subject, seen: error.seen, expected: error.expected)
    }
  }

  /// Drives the embedded library again.
  package func reset(at now: Instant) throws(Refusal) {
    try site.journal.write { journal in
      try journal.removeValue(JournalFact.point)
      try journal.log("point.set", ["kind": PointDescription.Kind.library.rawValue], at: now)
    }
  }

  /// The description that `set` took; nil for the embedded library.
  package func current() throws(Refusal) -> JSONValue? {
    guard let text = try site.journal.read({ try $0.value(JournalFact.point) }) else { return nil }
    return try JSONField(parsing: Array(text.utf8), named: "point").value
  }
}

extension OpenedSite {
  /// Opens the point of a site, as far as it can be reached.
  static func point(
    of profile: SiteProfile, _ journal: Journal, _ clock: PointClock
  ) throws(Refusal) -> any DistributionPoint {
    guard let text = try journal.read({ try $0.value(JournalFact.point) }) else {
      return try LibraryPoint(
        at: profile.library, id: pointID, siteCode: try siteCode(profile))
    }
    let field = try JSONField(parsing: Array(text.utf8), named: "point")
    let settings = try PointSettings(
      field, id: pointID(of: field), site: profile.site, generator: SiteAgent.name)
    guard !profile.isRehearsal || settings.isSimulated else {
      throw Refusal(
        SiteReason.rehearsalPlane, "point", seen: settings.kind.rawValue, expected: "a simulator")
    }
    return try settings.open(clock: clock, memory: JournalMemory(journal))
  }

  /// A point is called as what drives it.
  static func pointID(of field: JSONField) throws(Refusal) -> Name {
    try field["kind"].parsed("a kind of point") { Name($0) }
  }
}

extension PointSettings {
  /// Whether nothing but a program on this host can be behind it.
  fileprivate var isSimulated: Bool {
    guard case .adminService(let configuration) = self else { return false }
    let host = configuration.address.dropFirst("https://".count).prefix { $0 != ":" }
    return host == "127.0.0.1" || host == "localhost"
  }
}
