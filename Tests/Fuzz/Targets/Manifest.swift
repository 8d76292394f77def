// SPDX-License-Identifier: Apache-2.0
import Bundles
import Intents

extension FuzzTarget {
  /// A content manifest (FORMAT.md, 8), header and list.
  static let manifest = FuzzTarget(
    "manifest",
    seeds: {
      try [Samples.manifest, Samples.plainManifest].map { try written($0, Samples.contentFiles) }
    }
  ) { bytes in
    let (manifest, files) = try read(bytes)
    let again = try must("read what was written") { try read(try written(manifest, files)) }
    try promise("the same header", again.0 == manifest)
    try promise("the same files", again.1 == files)
    for part in files.flatMap({
      $0.path.utf8.split(separator: 47, omittingEmptySubsequences: false)
    }) {
      try promise(
        "no part that Windows cuts short", part.last.map { $0 != 46 && $0 != 32 } ?? false)
    }
  }

  private static func read(_ bytes: [UInt8]) throws -> (ContentManifest, [ContentFile]) {
    let listing = try ListingReader(
      MemorySource(bytes, name: "manifest"), listName: ManifestDocument.list)
    let manifest = try ManifestDocument.manifest(listing.header)
    var files: [ContentFile] = []
    while let element = try listing.next() { files.append(try ManifestDocument.file(element)) }
    return (manifest, files)
  }

  private static func written(_ manifest: ContentManifest, _ files: [ContentFile]) throws -> [UInt8]
  {
    try Samples.listing(
      ManifestDocument.header(manifest), ManifestDocument.list, files.map(ManifestDocument.element))
  }
}
