// SPDX-License-Identifier: Apache-2.0
import Bundles
package import Intents
package import SystemPackage
import Trust

/// A content manifest on our own disk: looked at whole when it comes, streamed afterwards.
package struct ManifestFile {
  package let path: FilePath
  package let digest: Digest

  package init(_ path: FilePath, digest: Digest) {
    self.path = path
    self.digest = digest
  }

  /// Where a manifest lies that was taken.
  package init(_ digest: Digest, in folder: StateFolder) {
    self.init(folder.manifests.appending("\(digest).json"), digest: digest)
  }

  /// Whether the file is there with its bytes as they were taken.
  package func isWhole() throws(Refusal) -> Bool {
    guard FileQuery.status(path)?.kind == .regular else { return false }
    let descriptor = try FileQuery.openRegular(path)
    defer { try? descriptor.close() }  // opened for reading only
    return try FileHash.of(descriptor, path) == digest
  }

  /// Reads the header alone.
  package func header() throws(Refusal) -> ContentManifest {
    try ManifestDocument.manifest(
      try ListingReader(path, listName: ManifestDocument.list).header)
  }

  /// Hands out its files in order.
  package func forEach(_ body: (ContentFile) throws(Refusal) -> Void) throws(Refusal) {
    let listing = try ListingReader(path, listName: ManifestDocument.list)
    while let element = try listing.next() { try body(try ManifestDocument.file(element)) }
  }

  /// Reads all of it and checks every rule of FORMAT.md, 8.
  package func check() throws(Refusal) -> ContentManifest {
    let manifest = try header()
    guard manifest.fileCount <= SiteLimits.manifestFiles else {
      throw Refusal(
        SiteReason.tooMuchOfSomething, "content \(ContentID(manifest: digest))",
        seen: "\(manifest.fileCount) files", expected: "at most \(SiteLimits.manifestFiles)")
    }
    var count: Int64 = 0
    var length: Int64 = 0
    var last = ""
    var folded = Set<Digest>(minimumCapacity: Int(manifest.fileCount))
    try forEach { (file) throws(Refusal) in
      guard count < manifest.fileCount else {
        throw wrong("more files", "\(manifest.fileCount) files")
      }
      guard count == 0 || last.utf8.lexicographicallyPrecedes(file.path.utf8) else {
        throw wrong("\(file.path) behind \(last)", "paths ascending, each once")
      }
      guard folded.insert(.sha256(Array(file.path.lowercased().utf8))).inserted else {
        throw wrong("\(file.path) twice but for case", "no two equal but for case")
      }
      let (sum, overflows) = length.addingReportingOverflow(file.length)
      guard !overflows else { throw wrong("lengths without a sum", "\(manifest.totalLength)") }
      length = sum
      count += 1
      last = file.path
    }
    guard count == manifest.fileCount, length == manifest.totalLength else {
      throw wrong(
        "\(count) files, \(length) bytes",
        "\(manifest.fileCount) files, \(manifest.totalLength) bytes")
    }
    return manifest
  }

  private func wrong(_ seen: String, _ expected: String) -> Refusal {
    Refusal(
      SiteReason.manifestDiffers, "content \(ContentID(manifest: digest))", seen: seen,
      expected: expected)
  }
}
