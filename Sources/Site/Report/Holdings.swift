// SPDX-License-Identifier: Apache-2.0
import Bundles
import Intents
import SystemPackage
import Trust

/// What the site holds, whole manifests and single files; a promise that the centre builds on.
struct Holdings {
  /// Manifests whose every file is in the store or at the point, ascending.
  private(set) var manifests: [Digest] = []
  /// Files held of manifests that are not whole, ascending.
  private(set) var files: [Digest] = []
  /// Files that an earlier report promised and that are gone, ascending.
  private(set) var lost: [Digest] = []
  /// Files that were needed and are here again.
  private(set) var found: Set<Digest> = []

  private let site: OpenedSite

  init(of site: OpenedSite) throws(Refusal) {
    self.site = site
    let (known, needed, last) = try site.journal.read { journal in
      (try journal.manifests(), try journal.needed(), try journal.newestReport())
    }
    var promised: Set<Digest> = []
    var promisedFiles: Set<Digest> = []
    if let last, last.seq > 0 {
      let state = try StateDocument(parsing: last.state)
      promised = Set(state.heldManifests)
      promisedFiles = Set(state.heldFiles)
    }
    guard case .success = site.point else {
      // A point that cannot be asked has lost nothing: what was promised stands until it can.
      manifests = promised.sorted()
      files = promisedFiles.sorted()
      return
    }
    var single: Set<Digest> = []
    var lost: Set<Digest> = []
    for manifest in known {
      let file = ManifestFile(manifest.digest, in: site.folder)
      guard try file.isWhole() else { continue }
      var held: Set<Digest> = []
      var isWhole = true
      try file.forEach { (entry) throws(Refusal) in
        if site.holds(entry.digest, length: entry.length) {
          held.insert(entry.digest)
        } else {
          isWhole = false
          if promised.contains(manifest.digest) || promisedFiles.contains(entry.digest) {
            lost.insert(entry.digest)
          }
        }
      }
      found.formUnion(held.intersection(needed))
      if isWhole { manifests.append(manifest.digest) } else { single.formUnion(held) }
    }
    files = single.sorted()
    self.lost = lost.sorted()
  }

  /// A broken promise is an event (S28).
  func noteBrokenPromises(at now: Instant) throws(Refusal) {
    let known = Set(try site.journal.read { try $0.needed() })
    let fresh = lost.filter { !known.contains($0) }
    guard !fresh.isEmpty else { return }
    try site.journal.write { journal in
      try journal.need(fresh, at: now)
      try journal.setValue("true", of: JournalFact.returnDue)
      for digest in fresh.prefix(SiteLimits.filesNamed) {
        try journal.log("promise.broken", ["sha256": digest.hex], at: now)
      }
    }
  }
}
