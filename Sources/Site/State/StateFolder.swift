// SPDX-License-Identifier: Apache-2.0
import Bundles
package import Intents
package import SystemPackage

/// Where a site keeps what it knows: one folder, open to its owner only.
package struct StateFolder: Sendable {
  package static let standard = FilePath("/var/lib/waybill-site")

  package let path: FilePath

  package init(_ path: FilePath) { self.path = path }

  package var journal: FilePath { path.appending("journal.sqlite") }
  package var keys: FilePath { path.appending("keys") }
  /// The site's own signing key.
  package var siteKey: FilePath { keys.appending("site.json") }
  /// The key that takes its place, from `key renew` until the centre has acknowledged it.
  package var nextSiteKey: FilePath { keys.appending("site-next.json") }
  /// The site's own key that opens what is sealed to it.
  package var openingKey: FilePath { keys.appending("opening.json") }
  /// The root that was pinned at `init`.
  package var root: FilePath { path.appending("root.json") }
  package var store: FilePath { path.appending("store") }
  package var manifests: FilePath { store.appending("manifests") }
  package var staging: FilePath { path.appending("staging") }
  /// Reports as they were frozen, one folder each.
  package var reports: FilePath { path.appending("reports") }
  package var lock: FilePath { path.appending("lock") }

  /// Whether a site was set up here.
  package var hasSite: Bool { FileQuery.status(journal) != nil }

  /// Creates the folders, 0700, under any umask that lets the owner in.
  package func create() throws(Refusal) {
    for folder in [path, keys, store, manifests, staging, reports] {
      try DurableFile.makeFolder(folder)
    }
    try checkModes()
  }

  /// Refuses a folder or secret file that others may read or write (P08).
  package func checkModes() throws(Refusal) {
    for place in [path, keys, siteKey, nextSiteKey, openingKey] {
      guard let status = FileQuery.status(place) else { continue }
      guard status.mode & 0o077 == 0 else {
        let wanted = status.kind == .folder ? "0700" : "0600"
        throw Refusal(
          SiteReason.looseMode, place.text, seen: "mode 0" + String(status.mode, radix: 8),
          expected: wanted)
      }
    }
  }

  /// Refuses a folder in which no site was set up.
  package func requireSite() throws(Refusal) {
    guard hasSite else {
      throw Refusal(
        SiteReason.noState, path.text, seen: "no journal", expected: "a site made by `init`")
    }
    try checkModes()
  }

  /// Empties the private staging folder: what an aborted run left there has no use any more (F13).
  package func clearStaging() throws(Refusal) {
    try DurableFile.makeFolder(staging)
    for name in try FileQuery.names(in: staging) {
      try DurableFile.unlinkIfPresent(staging.appending(name))
    }
  }
}
