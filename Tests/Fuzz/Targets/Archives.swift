// SPDX-License-Identifier: Apache-2.0
import Bundles
import Intents

extension FuzzTarget {
  /// `orders.tar` of either kind (FORMAT.md, 5), through libarchive.
  static let orders = FuzzTarget(
    "orders", seeds: { try Samples.orders() }, mend: Mending.checksums
  ) { bytes in
    do {
      try check(bytes, .outOrders)
    } catch is Refusal {
      try check(bytes, .backOrders)
    }
  }

  /// Reads every entry; written anew, the same entries lie at the same places.
  static func check(_ bytes: [UInt8], _ rules: TarRules) throws {
    let entries = try TarEntry.read(bytes, rules)
    let again = try must("read what was written") {
      try TarEntry.read(try Samples.archive(entries.map { ($0.name, $0.bytes) }), rules)
    }
    try promise("the same entries at the same places", again == entries)
  }
}

/// An entry as it was read.
struct TarEntry: Hashable {
  let name: String
  let offset: Int64
  let bytes: [UInt8]

  static func read(_ archive: [UInt8], _ rules: TarRules) throws(Refusal) -> [TarEntry] {
    let reader = try TarReader(SourceStream(MemorySource(archive, name: "archive")), rules: rules)
    var entries: [TarEntry] = []
    while let entry = try reader.next() {
      // No more than the archive can hold: what a header claims is no reason to take memory.
      let bytes = try reader.contents(cap: Int64(archive.count))
      entries.append(TarEntry(name: entry.name, offset: entry.offset, bytes: bytes))
    }
    return entries
  }
}
