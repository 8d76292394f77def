// SPDX-License-Identifier: Apache-2.0
package import Intents
package import SystemPackage
package import Trust

/// Who this site is and how it was set up: what `init` decided once.
package struct SiteProfile: Hashable, Sendable {
  package let site: SiteID
  /// Names this life of the site; a new `init` draws a new one.
  package let epoch: RandomID
  /// The public half of the key that signs reports.
  package let keyID: KeyID
  /// SHA-256 of the pinned root file.
  package let rootFingerprint: Digest
  /// Whether it accepts test keys and one operator, and may never become production.
  package let isRehearsal: Bool
  /// The content library that the `library` distribution point keeps.
  package let library: FilePath
  /// The first three characters of the package ids that the distribution point mints.
  package let siteCode: String
  /// The life before, where this is the new one of a host that was restored from an old copy.
  package let restoredFrom: RandomID?

  package init(
    site: SiteID, epoch: RandomID, keyID: KeyID, rootFingerprint: Digest, isRehearsal: Bool,
    library: FilePath, siteCode: String, restoredFrom: RandomID? = nil
  ) {
    self.restoredFrom = restoredFrom
    self.site = site
    self.epoch = epoch
    self.keyID = keyID
    self.rootFingerprint = rootFingerprint
    self.isRehearsal = isRehearsal
    self.library = library
    self.siteCode = siteCode
  }

  /// What stands in the journal's configuration.
  var entries: [(key: String, value: String)] {
    [
      ("site_id", site.text), ("epoch", epoch.text), ("key_id", keyID.hex),
      ("root_fingerprint", rootFingerprint.hex),
      ("rehearsal", isRehearsal ? "true" : "false"), ("library", library.string),
      ("site_code", siteCode),
    ] + (restoredFrom.map { [("restored_from", $0.text)] } ?? [])
  }

  init?(entries: [String: String]) {
    guard let site = entries["site_id"].flatMap({ SiteID($0) }),
      let epoch = entries["epoch"].flatMap({ RandomID($0) }),
      let keyID = entries["key_id"].flatMap({ KeyID($0) }),
      let fingerprint = entries["root_fingerprint"].flatMap({ Digest(hex: $0) }),
      let rehearsal = entries["rehearsal"].flatMap(Bool.init),
      let library = entries["library"], let code = entries["site_code"]
    else { return nil }
    self.init(
      site: site, epoch: epoch, keyID: keyID, rootFingerprint: fingerprint, isRehearsal: rehearsal,
      library: FilePath(library), siteCode: code,
      restoredFrom: entries["restored_from"].flatMap { RandomID($0) })
  }
}

/// What this program calls itself in reports.
package enum SiteAgent {
  package static let name = "waybill-site 0.1.0"
}
