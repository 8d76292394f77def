// SPDX-License-Identifier: Apache-2.0
package import Intents

/// Makes papers: the bytes depend on nothing but the entries.
package enum PapersWriter {
  /// Papers of `entries`, in any order, without `waybill-format`, which comes of itself.
  ///
  /// - Throws: `BundleReason.papersTooLarge`, since a reader would refuse them.
  package static func bytes(entries: [(name: String, bytes: [UInt8])]) throws(Refusal) -> [UInt8] {
    let sorted = entries.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
    guard sorted.count < BundleLimits.papersEntries else {
      throw Refusal(
        BundleReason.papersTooLarge, "papers", seen: "\(sorted.count + 1) entries",
        expected: "at most \(BundleLimits.papersEntries)")
    }
    var papers: [UInt8] = []
    append(PapersHeader.formatName, PapersHeader.formatText, to: &papers)
    for entry in sorted { append(entry.name, entry.bytes, to: &papers) }
    papers += repeatElement(0, count: 2 * PapersHeader.blockSize)
    guard papers.count <= BundleLimits.papersLength else {
      throw Refusal(
        BundleReason.papersTooLarge, "papers", seen: "\(papers.count) bytes",
        expected: "at most \(BundleLimits.papersLength)")
    }
    return papers
  }

  private static func append(_ name: String, _ bytes: [UInt8], to papers: inout [UInt8]) {
    papers += PapersHeader.bytes(name: name, size: bytes.count)
    papers += bytes
    let over = bytes.count % PapersHeader.blockSize
    if over > 0 { papers += repeatElement(0, count: PapersHeader.blockSize - over) }
  }
}
