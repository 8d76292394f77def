// SPDX-License-Identifier: Apache-2.0
import Bundles
import Intents
import Trust

extension FuzzTarget {
  /// `index.json` (FORMAT.md, 7) of two volumes of 1 GiB.
  static let index = FuzzTarget("index", seeds: { try [Samples.index(), Samples.emptyIndex()] }) {
    bytes in
    let entries = try entries(of: bytes)
    let again = try must("read what was written") {
      try Self.entries(of: try Samples.index(of: entries))
    }
    try promise("the same entries", again == entries)
    for entry in entries {
      try promise(
        "pieces that fill the frame", entry.pieces.reduce(0) { $0 + $1.length } == entry.plain)
    }
  }

  private static func entries(of bytes: [UInt8]) throws(Refusal) -> [IndexEntry] {
    let volumes = (1...2).map {
      Waybill.File(
        name: Waybill.fileName(at: $0, isSealed: false), length: 1 << 30, sha256: .sha256(bytes),
        blocks: [])
    }
    let reader = try IndexReader(MemorySource(bytes, name: "index.json"), volumes: volumes)
    var entries: [IndexEntry] = []
    while let entry = try reader.next() { entries.append(entry) }
    return entries
  }
}
