// SPDX-License-Identifier: Apache-2.0
import Bundles
package import Distribution
package import Intents
package import Trust

/// A site's state, opened: what every command works with.
package struct OpenedSite {
  package let folder: StateFolder
  package let journal: Journal
  package let profile: SiteProfile
  package let store: ContentStore
  /// Where software goes, or why it cannot be reached now.
  package let point: Result<any DistributionPoint, Refusal>
  /// Asked for when one of the site's own key files is opened and is protected.
  package var passphrase: () throws(Refusal) -> Passphrase = { () throws(Refusal) in
    throw Refusal(
      TrustReason.missingPassphrase, "keys of the site", seen: "none", expected: "one")
  }

  package init(
    folder: StateFolder, journal: Journal, profile: SiteProfile,
    point: Result<any DistributionPoint, Refusal>
  ) {
    self.folder = folder
    self.journal = journal
    self.profile = profile
    store = ContentStore(folder.store)
    self.point = point
  }

  /// Opens the state that `init` made, with the distribution point that it drives.
  ///
  /// - Parameter clock: the time that a point which speaks to others goes by.
  package init(opening folder: StateFolder, _ clock: PointClock) throws(Refusal) {
    try folder.requireSite()
    let journal = try Journal(opening: folder.journal)
    let profile = try journal.read { try $0.profile() }
    let point = Result { () throws(Refusal) -> any DistributionPoint in
      try OpenedSite.point(of: profile, journal, clock)
    }
    self.init(folder: folder, journal: journal, profile: profile, point: point)
  }

  /// The id of the embedded distribution point.
  package static let pointID = OpenedSite.name("library")

  private static func name(_ text: String) -> Name {
    guard let name = Name(text) else { preconditionFailure("\(text) is a name") }
    return name
  }

  static func siteCode(_ profile: SiteProfile) throws(Refusal) -> SiteCode {
    guard let code = SiteCode(profile.siteCode) else {
      throw Refusal(
        SiteReason.wrongOption, "site code", seen: profile.siteCode, expected: SiteCode.rule)
    }
    return code
  }

  /// Whether the file is in the store or, as far as that can be seen, at the point.
  package func holds(_ digest: Digest, length: Int64) -> Bool {
    length == 0 || store.holds(digest, length: length) || isAtPoint(digest, length: length)
  }

  /// Whether the point seems to hold the file; false while it cannot be asked.
  package func isAtPoint(_ digest: Digest, length: Int64) -> Bool {
    guard case .success(let point) = point else { return false }
    return point.holds(digest, length: length)
  }
}

extension TrustState {
  /// This state with the newer roots of `other`, and nothing else of it: what is kept of papers that were
  /// refused after their roots verified.
  package func takingRoots(of other: TrustState) throws(Refusal) -> TrustState {
    guard other.root.version > root.version else { return self }
    let own = JSONField(json, at: "trusted state")
    let roots = try JSONField(other.json, at: "trusted state")["roots"].value
    // A root that was taken may have lowered the floor; papers that were taken can only have raised it.
    let floor = JSONValue.string(min(timeFloor, other.timeFloor).description)
    let rest = try own.object().members.filter { !["roots", "time_floor"].contains($0.key) }
      .map { ($0.key, $0.value) }
    return try TrustState(
      JSONField(
        .object(JSONObject(rest + [("roots", roots), ("time_floor", floor)])), at: "trusted state"))
  }
}
