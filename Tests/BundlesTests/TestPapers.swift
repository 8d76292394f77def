// SPDX-License-Identifier: Apache-2.0
import Bundles

/// Papers for tests: well formed, with nothing of sense in their metadata.
enum TestPapers {
  static let outEntries: [(name: String, bytes: [UInt8])] = [
    "metadata/1.root.json", "metadata/10.root.json", "metadata/2.root.json",
    "metadata/3.content.json", "metadata/3.policy.json", "metadata/42.site.json",
    "metadata/42.snapshot.json", "metadata/7.targets.json", "metadata/timestamp.json",
    "waybill.json",
  ].enumerated().map { ($0.element, [UInt8](repeating: 65, count: $0.offset * 100)) }

  static let backEntries: [(name: String, bytes: [UInt8])] = [
    ("report.dsse.json", Array("{}".utf8)), ("waybill.json", Array("{}".utf8)),
  ]

  /// Papers with `entries` in the order given, also where that is wrong.
  static func unsorted(_ entries: [(name: String, bytes: [UInt8])]) -> [UInt8] {
    var bytes: [UInt8] = []
    for (name, data) in [(PapersHeader.formatName, PapersHeader.formatText)] + entries {
      bytes += PapersHeader.bytes(name: name, size: data.count) + data
      bytes += [UInt8](repeating: 0, count: (512 - data.count % 512) % 512)
    }
    return bytes + [UInt8](repeating: 0, count: 1024)
  }

  /// Writes the checksum that fits the header at `offset`.
  static func fixChecksum(of bytes: inout [UInt8], at offset: Int) {
    for index in 148..<156 { bytes[offset + index] = 32 }
    let sum = bytes[offset..<offset + 512].reduce(0) { $0 + Int($1) }
    let digits = String(sum, radix: 8)
    let text = String(repeating: "0", count: 6 - digits.count) + digits + "\u{0} "
    bytes.replaceSubrange(offset + 148..<offset + 156, with: text.utf8)
  }
}
