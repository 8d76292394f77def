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

  /// References of the bundle that are not here.
  private(set) var lostReferences: Set<Digest> = []

  /// Bytes to be fetched from the bundle.
  var wantedLength: Int64 {
    wanted.values.reduce(Int64(0)) { sum, length in
      let (next, overflows) = sum.addingReportingOverflow(length)
      return overflows ? Int64.max : next
    }
  }

  init() {}

  /// Notes what the index of a bundle offers, checking all of it on the way.
  ///
  /// What needs a reference that is not here is not offered (H12).
  ///
  /// - Parameter isHeld: whether the whole file that a frame was made against seems to be here.
  /// - Throws: `SiteReason.indexDiffers` for a reference to a file of the same bundle (H36).
  init(
    index path: FilePath, volumes: some Sequence<Waybill.File>,
    isHeld: (FrameReference) -> Bool
  ) throws(Refusal) {
    let reader = try IndexReader(try FileSource(path), volumes: volumes)
    var references: [Digest: Bool] = [:]
    var undecodable: Set<Digest> = []
    while let entry = try reader.next() {
      for piece in entry.pieces { offered[piece.file] = piece.of }
      guard let reference = entry.encoding.reference else { continue }
      let isThere = references[reference.file] ?? isHeld(reference)
      references[reference.file] = isThere
      if !isThere { undecodable.formUnion(entry.pieces.map(\.file)) }
    }
    if let chained = references.keys.filter({ offered[$0] != nil }).min() {
      throw Refusal(
        SiteReason.indexDiffers, "index, reference \(chained)", seen: "a file of this bundle",
        expected: "a file that the site holds by receipt")
    }
    for file in undecodable { offered[file] = nil }
    lostReferences = Set(references.filter { !$0.value }.keys)
  }

  /// Takes back what was offered and could not be decoded after all (H33).
  mutating func withdraw(_ files: Set<Digest>) {
    for file in files { offered[file] = nil }
  }

  /// Adds the files of one manifest.
  mutating func add(_ manifest: ManifestFile, at site: OpenedSite) throws(Refusal) {
    var lacking: Set<Digest> = []
    var wanted = wanted
    var new: Int64 = 0
    var isWhole = true
    try manifest.forEach { (file) throws(Refusal) in
      let isAtPoint = site.isAtPoint(file.digest, length: file.length)
      if !isAtPoint {
        new += file.length
        isWhole = false
      }
      if !isAtPoint, file.length > 0, wanted[file.digest] == nil,
        !site.store.holds(file.digest, length: file.length)
      {
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
