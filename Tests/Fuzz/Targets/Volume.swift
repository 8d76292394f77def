// SPDX-License-Identifier: Apache-2.0
import Bundles
import Intents
import Trust

extension FuzzTarget {
  /// A volume (FORMAT.md, 7) through libarchive, then frame by frame by an index that lists all it holds.
  static let volume = FuzzTarget(
    "volume", seeds: { [try Samples.volume()] }, mend: Mending.frameNames
  ) { bytes in
    try check(bytes, .volume)
    let entries = try TarEntry.read(bytes, .volume).compactMap(indexEntry)
    let file = Waybill.File(
      name: "volume-001.tar", length: Int64(bytes.count), sha256: .sha256(bytes), blocks: [])
    let index = try IndexReader(
      MemorySource(try Samples.index(of: entries), name: "index.json"), volumes: [file])
    let frames = try FrameStream(index: index)
    var plain: Int64 = 0
    _ = try frames.read(volume: 1, from: SourceStream(MemorySource(bytes, name: file.name))) {
      plain += Int64($1.count)
    }
    try frames.finish()
    try promise("every frame whole", plain == entries.reduce(0) { $0 + $1.plain })
  }

  /// What an index would say of an entry, taken to be one whole file; nil when it could say nothing.
  private static func indexEntry(_ entry: TarEntry) -> IndexEntry? {
    guard let digest = Digest(hex: entry.name.dropFirst(2)), !entry.bytes.isEmpty else {
      return nil
    }
    let length = Int64(entry.bytes.count)
    let header = try? entry.bytes.withBytes { (bytes) throws(Refusal) in
      try ZstdFrame(bytes, named: entry.name)
    }  // no frame of Zstandard: raw
    let plain = header.map { $0.contentSize ?? 1 } ?? length
    guard (1...BundleLimits.framePlain).contains(plain) else { return nil }
    return IndexEntry(
      volume: 1, offset: entry.offset, length: length, frame: digest,
      encoding: header == nil ? .raw : .zstd(window: BundleLimits.zstdWindows.upperBound),
      plain: plain,
      pieces: [.init(at: 0, file: digest, from: 0, length: plain, of: plain)])
  }
}
