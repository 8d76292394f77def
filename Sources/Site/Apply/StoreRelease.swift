// SPDX-License-Identifier: Apache-2.0
import Bundles
import Distribution
import Intents
import SystemPackage
import Trust

/// Takes second copies out of the store: what the distribution point holds and can open needs no disk twice
/// (A28). A file is let go only when the point's bytes were hashed: by the effect that brought them, or now.
struct StoreRelease {
  private let site: OpenedSite

  init(_ site: OpenedSite) { self.site = site }

  /// - Parameter verified: manifests that the point took and verified in this run.
  func run(verified: Set<Digest>) throws(Refusal) -> (files: Int64, bytes: Int64) {
    guard case .success(let point) = site.point else { return (0, 0) }
    let fresh = try files(of: verified)
    let waiting = try pending()
    // What an altered manifest wants cannot be told, so nothing is let go before it came again.
    for digest in waiting where try isAltered(ManifestFile(digest, in: site.folder)) {
      return (0, 0)
    }
    let kept = try files(of: waiting)
    var released: (files: Int64, bytes: Int64) = (0, 0)
    try site.store.each { (digest, length) throws(Refusal) in
      guard !kept.contains(digest), point.holds(digest, length: length) || length == 0 else {
        return
      }
      let isSure = fresh.contains(digest) || length == 0
      guard try isSure ? true : isWhole(digest, at: point) else { return }
      try site.store.remove(digest)
      released.files += 1
      released.bytes += length
    }
    if released.files > 0 { try site.store.synchronize() }
    return released
  }

  /// Manifests that are desired and do not stand yet.
  private func pending() throws(Refusal) -> Set<Digest> {
    try site.journal.read { journal in
      let standing = Set(try journal.applied().map(\.intent))
      return Set(try journal.desired().filter { !standing.contains($0) }.map(\.manifest))
    }
  }

  private func isAltered(_ manifest: ManifestFile) throws(Refusal) -> Bool {
    guard FileQuery.status(manifest.path) != nil else { return false }
    return try !manifest.isWhole()
  }

  private func files(of manifests: Set<Digest>) throws(Refusal) -> Set<Digest> {
    var digests: Set<Digest> = []
    for digest in manifests {
      let manifest = ManifestFile(digest, in: site.folder)
      guard FileQuery.status(manifest.path) != nil else { continue }
      try manifest.forEach { (file) throws(Refusal) in digests.insert(file.digest) }
    }
    return digests
  }

  private func isWhole(
    _ digest: Digest, at point: any DistributionPoint
  ) throws(Refusal) -> Bool {
    guard let descriptor = try point.open(held: digest) else { return false }
    defer { try? descriptor.close() }  // opened for reading only
    return try FileHash.of(descriptor, "held file") == digest
  }
}
