// SPDX-License-Identifier: Apache-2.0
import Bundles
import Distribution
import Intents
import SystemPackage
import Trust

/// Hands one content version to the distribution point, every byte looked at again right before.
struct ContentHandover {
  let site: OpenedSite
  let point: any DistributionPoint
  let clock: Instant

  /// Files that were counted on and could not be given.
  private final class Gaps {
    var digests: Set<Digest> = []
  }

  /// - Throws: `SiteReason.contentMissing` when files are gone or altered; they are noted as needed (S25).
  func hand(
    over manifest: ManifestFile, _ header: ContentManifest, key: EffectKey
  ) throws(Refusal) -> Effect<ContentReceipt> {
    let gaps = Gaps()
    do throws(Refusal) {
      try checkStore(manifest, gaps)
      let request = ContentRequest(
        line: header.line, manifest: manifest.digest, name: header.name, version: header.version
      ) { (each) throws(Refusal) in
        try manifest.forEach(each)
      } provide: { (file) throws(Refusal) in
        try provide(file, gaps)
      }
      return try point.ensureContent(request, key: key)
    } catch {
      if !gaps.digests.isEmpty { try note(gaps.digests) }
      throw error
    }
  }

  /// Hashes what the store holds of this content, on both cores, and takes away what was altered.
  private func checkStore(_ manifest: ManifestFile, _ gaps: Gaps) throws(Refusal) {
    var lengths: [Digest: Int64] = [:]
    try manifest.forEach { (file) throws(Refusal) in
      if file.length > 0 { lengths[file.digest] = file.length }
    }
    let store = site.store
    var files = lengths.keys.sorted().makeIterator()
    try OrderedPipeline<Digest, (file: Digest, isHeld: Bool)>().run(
      makeWorker: {
        { (file: Digest) throws(Refusal) in
          (file, store.holds(file, length: nil) ? try store.verify(file) : false)
        }
      },
      next: { files.next() },
      take: { (result) throws(Refusal) in
        guard !result.isHeld, let length = lengths[result.file],
          !point.holds(result.file, length: length)
        else { return }
        gaps.digests.insert(result.file)
      })
    if let first = gaps.digests.min() { throw lacking(first, gaps) }
  }

  private func provide(_ file: ContentFile, _ gaps: Gaps) throws(Refusal) -> FileDescriptor {
    if file.length == 0 { try ensureEmptyFile(file.digest) }
    if let descriptor = try site.store.open(file.digest) { return descriptor }
    gaps.digests.insert(file.digest)
    throw lacking(file.digest, gaps)
  }

  private func ensureEmptyFile(_ digest: Digest) throws(Refusal) {
    guard !site.store.holds(digest, length: 0) else { return }
    let writer = try StoreWriter(site.store)
    try writer.receive(UnsafeRawBufferPointer(start: nil, count: 0), of: digest, at: 0, total: 0)
    try writer.finish()
  }

  private func lacking(_ digest: Digest, _ gaps: Gaps) -> Refusal {
    Refusal(
      SiteReason.contentMissing, "file \(digest)",
      seen: "\(gaps.digests.count) files gone or altered", expected: "the bytes of the manifest")
  }

  private func note(_ digests: Set<Digest>) throws(Refusal) {
    try site.journal.write { journal in
      try journal.need(digests, at: clock)
      for digest in digests.sorted().prefix(SiteLimits.filesNamed) {
        try journal.log("file.gone", ["sha256": digest.hex], at: clock)
      }
    }
  }
}
