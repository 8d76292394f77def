// SPDX-License-Identifier: Apache-2.0
import Bundles
import Intents
import TestKit
import Trust

/// A bundle that an exporter, a thief or a bad stick might make, and what may be said of it.
struct HostileBundle: Sendable, CustomStringConvertible {
  let description: String
  /// What the site may end with.
  let exits: Set<Int32>
  /// Whether a plan, which reads no volume, meets what is wrong.
  let isInPlan: Bool
  /// What a courier may be told: a lie that is signed and listed is no damage.
  let courier: Set<Int32>
  let files: @Sendable () throws -> [String: [UInt8]]

  private init(
    _ description: String, _ exits: Set<Int32>, courier: Set<Int32> = [0, 10, 20],
    isInPlan: Bool = true,
    _ files: @escaping @Sendable () throws -> [String: [UInt8]]
  ) {
    self.description = description
    self.exits = exits
    self.isInPlan = isInPlan
    self.courier = courier
    self.files = files
  }

  static let all: [HostileBundle] = papers + orders + volumes + Self.indexes

  /// Papers are read before anything is trusted: their form, their size, their number.
  private static let papers: [HostileBundle] = {
    var all = [
      bent("papers of 17 MiB", [22]) { papers in
        papers.insert(contentsOf: [UInt8](repeating: 0, count: 17 << 20), at: papers.count - 1024)
      },
      bent("papers with 30,000 entries", [10, 22]) { papers in
        let entry = Array(papers[1024..<1536])
        var many: [UInt8] = []
        for _ in 0..<30_000 { many += entry }
        papers.insert(contentsOf: many, at: 1024)
      },
      bent("an entry of 8 GiB", [22]) { $0.setHeader(at: 1024, 124, "77777777777\u{0}") },
      bent("an entry of a negative size", [10, 22]) { $0.setHeader(at: 1024, 124, "\u{7f}") },
      bent("papers cut in a header", [10]) { $0.removeLast($0.count - 1100) },
      bent("papers of nothing but zeros", [10]) { $0 = [UInt8](repeating: 0, count: 4096) },
      bent("empty papers", [10]) { $0 = [] },
      bent("a name of control characters", [10]) { $0.setHeader(at: 1024, 0, "\u{1b}[2J\r\u{7}") },
      bent("a name with a backslash", [10]) { $0.setHeader(at: 1024, 0, "metadata\\x") },
    ]
    for type in ["1", "2", "3", "4", "5", "6", "7", "g", "x", "L", "K", "S"] {
      all.append(bent("an entry of type \(type)", [10]) { $0.setHeader(at: 1024, 156, type) })
    }
    return all
  }()

  /// The waybill lists them; a tar reader meets them after their blocks were right.
  private static let orders: [HostileBundle] = [
    bent("orders of nothing", orders: [10]) { $0 = [] },
    bent("orders of zeros", orders: [10]) { $0 = [UInt8](repeating: 0, count: 10_240) },
    bent("orders cut short", orders: [10]) { $0.removeLast($0.count - 700) },
    bent("an order of 2^33 bytes", orders: [10, 22]) {
      $0.setHeader(0, "x"); $0.setHeader(124, "77777777777\u{0}")
    },
    bent("an order that is a link", orders: [10]) { $0.setHeader(156, "2/etc/passwd") },
    bent("an order that is a device", orders: [10]) { $0.setHeader(156, "3") },
    bent("orders behind a pax header", orders: [10, 22]) { $0.setHeader(156, "x") },
  ]

  private static let volumes: [HostileBundle] = [
    volume("a volume of zeros", [10, 20]) { $0 = [UInt8](repeating: 0, count: 10_240) },
    volume("a frame that is a fifo", [10]) { $0.setHeader(156, "6") },
    volume("a frame that is a hard link", [10]) { $0.setHeader(156, "1/tmp/x") },
    frames("a frame that unfolds to 128 KiB where 700 bytes are listed", [10, 22]) { frames in
      // RFC 8878, 3.1.1: a block of one byte, 131,072 times.
      frames[0] = ForgedFrame(
        .zstd(window: 17),
        stored: [0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x38, 0x03, 0x00, 0x10, 0x61],
        plain: frames[0].plain, pieces: frames[0].pieces)
    },
    frames("a frame of a window of 2^41 bytes", [10, 22]) { frames in
      frames[0] = ForgedFrame(
        .zstd(window: 20), stored: [0x28, 0xb5, 0x2f, 0xfd, 0x00, 0xf8, 0x01, 0x00, 0x00],
        plain: frames[0].plain, pieces: frames[0].pieces)
    },
  ]

  private static let indexes: [HostileBundle] = [
    index("a frame of 2^50 bytes", [10, 22]) {
      $0.replacing("\"length\":700", with: "\"length\":1125899906842624")
    },
    index("a listing of one line of 2 MiB", [10, 22]) { bytes in
      bytes.replacing(
        "\"format\"", with: "\"x\":\"\(String(repeating: "y", count: 2 << 20))\",\"format\"")
    },
    index("a listing nested 200 deep", [10, 22]) { bytes in
      let deep = String(repeating: "[", count: 200) + String(repeating: "]", count: 200)
      return bytes.replacing("\"format\"", with: "\"x\":\(deep),\"format\"")
    },
  ]

  private static func bent(
    _ about: String, _ exits: Set<Int32>, _ bend: @escaping @Sendable (inout [UInt8]) -> Void
  ) -> HostileBundle {
    HostileBundle(about, exits, courier: [0, 10, 11, 20, 22]) {
      try Golden.full { $0.bends.papers = bend }.files()
    }
  }

  private static func bent(
    _ about: String, orders exits: Set<Int32>,
    _ bend: @escaping @Sendable (inout [UInt8]) -> Void
  ) -> HostileBundle {
    HostileBundle(about, exits) { try Golden.full { $0.bends.ordersArchive = bend }.files() }
  }

  private static func volume(
    _ about: String, _ exits: Set<Int32>, _ bend: @escaping @Sendable (inout [UInt8]) -> Void
  ) -> HostileBundle {
    HostileBundle(about, exits, isInPlan: false) {
      try Golden.full { $0.bends.volume = bend }.files()
    }
  }

  private static func frames(
    _ about: String, _ exits: Set<Int32>, _ bend: @escaping @Sendable (inout [ForgedFrame]) -> Void
  ) -> HostileBundle {
    HostileBundle(about, exits, isInPlan: false) {
      try Golden.full { $0.bends.frames = bend }.files()
    }
  }

  private static func index(
    _ about: String, _ exits: Set<Int32>, _ bend: @escaping @Sendable ([UInt8]) -> [UInt8]
  ) -> HostileBundle {
    HostileBundle(about, exits) {
      try Golden.full { forge in
        forge.bends.documents = { $0["index.json"] = $0["index.json"].map(bend) }
      }.files()
    }
  }
}
