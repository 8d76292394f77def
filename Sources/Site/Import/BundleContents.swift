// SPDX-License-Identifier: Apache-2.0
package import Bundles
package import Intents
package import Trust

/// What a bundle brings, as its verified papers and orders say; no volume was opened.
package struct BundleContents: Sendable {
  /// Frames of one encoding.
  package struct Frames: Sendable {
    package let encoding: String
    package fileprivate(set) var count: Int64 = 0
    /// Bytes on the medium.
    package fileprivate(set) var stored: Int64 = 0
    /// Bytes of files that they give.
    package fileprivate(set) var plain: Int64 = 0
  }

  package let papers: VerifiedPapers
  package let waybill: Waybill
  package let intents: [DeploymentIntent]
  /// Released versions whose manifests travel, by digest.
  package let manifests: [Digest: ContentManifest]
  /// By the name of the encoding.
  package let frames: [Frames]
  /// Different files that the volumes hold.
  package let fileCount: Int64
  /// Different files that frames build on: the site must hold them.
  package let referenceCount: Int64

  init(_ papers: VerifiedPapers, _ waybill: Waybill, _ orders: Orders) throws(Refusal) {
    self.papers = papers
    self.waybill = waybill
    intents = orders.intents.intents
    var manifests: [Digest: ContentManifest] = [:]
    for (digest, file) in orders.manifests { manifests[digest] = try file.header() }
    self.manifests = manifests
    var frames: [String: Frames] = [:]
    var files: Set<Digest> = []
    var references: Set<Digest> = []
    let index = try IndexReader(try FileSource(orders.index), volumes: waybill.volumes)
    while let entry = try index.next() {
      let name = entry.encoding.name
      frames[name, default: Frames(encoding: name)].count += 1
      frames[name]?.stored += entry.length
      frames[name]?.plain += entry.plain
      for piece in entry.pieces { files.insert(piece.file) }
      if let reference = entry.encoding.reference { references.insert(reference.file) }
    }
    self.frames = frames.values.sorted { $0.encoding < $1.encoding }
    fileCount = Int64(files.count)
    referenceCount = Int64(references.count)
  }
}
