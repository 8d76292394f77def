// SPDX-License-Identifier: Apache-2.0
import Bundles
import Intents
import TestKit
import Trust

/// Pieces that were damaged or lost on the way, and volumes that an exporter filled with other things.
enum VolumeVectors {
  static func all() throws -> [GoldenVector] { try damaged() + forged() }

  private static func damaged() throws -> [GoldenVector] {
    let files = try GoodVectors.first().files()
    func changed(_ name: String) -> [String: [UInt8]] {
      var bytes = files[name] ?? []
      bytes[bytes.count / 2] ^= 1
      return [name: bytes]
    }
    let short = Array((files["volume-001.tar"] ?? []).dropLast(1024))
    return [
      .other(
        "orders-changed", "M09 One bit of the orders.", of: "out-first", "WB1035",
        changing: changed("orders.tar")
      ) { $0.finds = ["orders.tar, block 0"] },
      .other(
        "volume-changed", "M09 One bit of a volume.", of: "out-first", "WB1035",
        changing: changed("volume-001.tar")
      ) { $0.finds = ["volume-001.tar, block 0"] },
      .other(
        "volume-short", "M10 A volume ends early.", of: "out-first", "WB2031",
        changing: ["volume-001.tar": short]),
      .other("volume-missing", "M05 A volume is missing.", of: "out-first", "WB2082") {
        $0.without = ["volume-002.tar"]
        $0.finds = ["1 of 2 volumes; missing: volume-002.tar"]
      },
      .other("orders-missing", "M05 The orders are missing.", of: "out-first", "WB2081") {
        $0.without = ["orders.tar"]
      },
      .other("unfinished", "M13 No copy of the papers is there.", of: "out-first", "WB2080") {
        $0.without = ["papers.tar", "papers-copy.tar"]
      },
    ]
  }

  private static func pieces(
    _ name: String, _ about: String, _ code: String, _ edit: (inout BundleForge) throws -> Void
  ) throws -> GoldenVector {
    try .out(name, about, code, .pieces, try Golden.full { try edit(&$0) })
  }

  private static func forged() throws -> [GoldenVector] {
    try [
      pieces("frame-damaged", "A frame is not what its name says.", "WB1037") {
        $0.bends.frames = { $0[0].stored[0] ^= 1 }
      },
      pieces("frame-forbidden", "H11 A skippable frame.", "WB2235") {
        $0.bends.frames = { frames in
          frames[0] = ForgedFrame(
            .zstd(window: 10), stored: [0x50, 0x2a, 0x4d, 0x18, 1, 0, 0, 0, 0],
            plain: frames[0].plain, pieces: frames[0].pieces)
        }
      },
      pieces("frame-missing", "A frame that is listed where none lies.", "WB2033") {
        $0.bends.index = { index in
          let frame = index[0]
          index[0] = IndexEntry(
            volume: frame.volume, offset: frame.offset + TarWriter.blockSize,
            length: frame.length, frame: frame.frame, encoding: frame.encoding,
            plain: frame.plain, pieces: frame.pieces)
          index.remove(at: 1)
        }
      },
      pieces("content-differs", "A file is not what its digest says.", "WB1085") {
        $0.bends.frames = { frames in
          let frame = frames[0]
          frames[0] = ForgedFrame(
            .raw, stored: ForgedContent.noise("another file", frame.stored.count),
            plain: frame.plain, pieces: frame.pieces)
        }
      },
      pieces("index-differs", "The index gives a file another length.", "WB1086") {
        let total = $0.contents[0].manifest.totalLength
        $0.contents[0].bytes = $0.contents[0].bytes.replacing(
          "\"length\":700,", with: "\"length\":701,"
        ).replacing("\"total_length\":\(total)", with: "\"total_length\":\(total + 1)")
        $0.wantAgain()
      },
    ]
  }
}
