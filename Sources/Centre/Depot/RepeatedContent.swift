// SPDX-License-Identifier: Apache-2.0
import Bundles
import Intents
import SystemPackage
import Trust

/// Tells whether a source folder is what a content version was made of, to the byte: then adding it again, as after a
/// crash whose end nobody saw, is done already.
struct RepeatedContent {
  let depot: Depot
  let meter: PhaseMeter

  func isSame(
    _ folder: SourceFolder, as content: ContentRecord, _ description: ContentDescription
  ) throws(Refusal) -> Bool {
    let listing = try depot.files(of: content.manifest)
    let header = try ManifestDocument.manifest(listing.header)
    guard header.counter == description.counter, header.programs == description.programs,
      header.publisherScope == description.publisherScope,
      header.fileCount == Int64(folder.items.count), header.totalLength == folder.totalLength
    else { return false }
    var wanted: [(item: SourceFolder.Item, digest: Digest)] = []
    for item in folder.items {
      guard let element = try listing.next() else { return false }
      let file = try ManifestDocument.file(element)
      guard file.path == item.name, file.length == item.length, file.modified == item.modified
      else { return false }
      wanted.append((item, file.digest))
    }
    return try hashes(wanted)
  }

  private func hashes(_ wanted: [(item: SourceFolder.Item, digest: Digest)]) throws(Refusal) -> Bool
  {
    var rest = wanted.makeIterator()
    var isSame = true
    let meter = meter
    try OrderedPipeline<(item: SourceFolder.Item, digest: Digest), Bool>().run(
      makeWorker: {
        { (job: (item: SourceFolder.Item, digest: Digest)) throws(Refusal) in
          let reader = try SourceReader(job.item, meter)
          var hash = SHA256Stream()
          while let bytes = try reader.next() { bytes.withUnsafeBytes { hash.update($0) } }
          return hash.finalize() == job.digest
        }
      },
      next: { isSame ? rest.next() : nil },
      take: { isSame = isSame && $0 })
    return isSame
  }
}
