// SPDX-License-Identifier: Apache-2.0
import Bundles
import Intents
import SystemPackage
import Trust

/// Which files the manifests of a plan ask for, and where they are: here, at the point, in the bundle, nowhere.
struct Inventory {
  /// Files that the volumes of the bundle hold, with their lengths.
  private(set) var offered: [Digest: Int64] = [:]
  /// Files that are neither here nor at the point and that the bundle holds.
  private(set) var wanted: [Digest: Int64] = [:]
  /// For each manifest the files that are nowhere.
  private(set) var missing: [Digest: [Digest]] = [:]
  /// Manifests of which the point lacks a file, or holds one of another size.
  private(set) var absent: Set<Digest> = []
  /// Bytes that each manifest adds to the point.
  private(set) var atPoint: [Digest: Int64] = [:]

  /// Bytes to be fetched from the bundle.
  var wantedLength: Int64 {
    wanted.values.reduce(Int64(0)) { sum, length in
      let (next, overflows) = sum.addingReportingOverflow(length)
      return overflows ? Int64.max : next
    }
  }

  init() {}

  /// Notes what the index of a bundle offers, checking all of it on the way.
  init(index path: FilePath, volumes: some Sequence<Waybill.File>) throws(Refusal) {
    let reader = try IndexReader(try FileSource(path), volumes: volumes)
    while let entry = try reader.next() {
      for piece in entry.pieces { offered[piece.file] = piece.of }
    }
  }

  /// Adds the files of one manifest.
  mutating func add(_ manifest: ManifestFile, at site: OpenedSite) throws(Refusal) {
    var lacking: Set<Digest> = []
    var wanted = wanted
    var new: Int64 = 0
    var isWhole = true
    try manifest.forEach { (file) throws(Refusal) in
      if !site.isAtPoint(file.digest, length: file.length) {
        new += file.length
        isWhole = false
      }
      if wanted[file.digest] == nil, !site.holds(file.digest, length: file.length) {
        if let length = offered[file.digest] {
          guard length == file.length else {
            throw Refusal(
              SiteReason.indexDiffers, "file \(file.digest)", seen: "\(length) bytes",
              expected: "\(file.length), as the manifest says")
          }
          wanted[file.digest] = length
        } else {
          lacking.insert(file.digest)
        }
      }
    }
    self.wanted = wanted
    atPoint[manifest.digest] = new
    if !isWhole { absent.insert(manifest.digest) }
    if !lacking.isEmpty { missing[manifest.digest] = lacking.sorted() }
  }
}
