// SPDX-License-Identifier: Apache-2.0
import Foundation
import Intents
import SystemPackage
import Testing
import Trust

import Bundles

@Suite struct TarTests {
  static let hex = Digest.sha256([1]).hex
  static let hex2 = Digest.sha256([2]).hex

  static func archive(_ entries: [(String, [UInt8])]) throws -> [UInt8] {
    var bytes: [UInt8] = []
    let writer = try TarWriter(name: "t") { bytes += $0 }
    for (name, data) in entries {
      let offset = try writer.append(name, data)
      #expect(offset == Int64(bytes.count - data.count))
    }
    try writer.finish()
    #expect(writer.position == Int64(bytes.count))
    return bytes
  }

  static func read(_ bytes: [UInt8], rules: TarRules) throws -> [(TarReader.Entry, [UInt8])] {
    let reader = try TarReader(SourceStream(MemorySource(bytes, name: "t")), rules: rules)
    var entries: [(TarReader.Entry, [UInt8])] = []
    while let entry = try reader.next() {
      entries.append((entry, try reader.contents(cap: 1 << 24)))
    }
    return entries
  }

  @Test("archives are read as they were written, with the offsets that the writer told")
  func roundTrip() throws {
    let volume: [(String, [UInt8])] = [
      ("f/\(Self.hex)", BlockTests.noise(2_000_000)), ("f/\(Self.hex2)", []),
      ("f/\(Self.hex)", BlockTests.noise(512)),
    ]
    let bytes = try Self.archive(volume)
    let read = try Self.read(bytes, rules: .volume)
    #expect(read.map(\.0.name) == volume.map(\.0))
    #expect(read.map(\.1) == volume.map(\.1))
    for (entry, data) in read {
      #expect(Array(bytes[Int(entry.offset)...].prefix(data.count)) == data)
    }
    #expect(
      Int64(bytes.count)
        == volume.reduce(1024) { $0 + TarWriter.room(forEntryOf: Int64($1.1.count)) })

    let site = String(repeating: "a", count: 30)
    let orders = [
      "targets/content/\(Self.hex).0123456789abcdef012345.json",
      "targets/policy/\(Self.hex).\(site).json", "targets/sites/\(site)/\(Self.hex).enrolment.json",
    ]
    let again = try Self.read(try Self.archive(orders.map { ($0, [1]) }), rules: .outOrders)
    #expect(again.map(\.0.name) == orders)
    #expect(try Self.read(try Self.archive([]), rules: .outOrders).isEmpty)
  }

  @Test("an archive depends on names and contents alone, and ends after two blocks")
  func reproducible() throws {
    let first = try Self.archive([("index.json", [1, 2]), ("state.json", [3])])
    #expect(first == (try Self.archive([("index.json", [1, 2]), ("state.json", [3])])))
    #expect(first.count == 4 * 512 + 1024)
    #expect(
      Digest.sha256(first).hex == "f37474cc49755b763875b3a8af13c44ea6ab40eeeccc78ca2846119a66a0258d"
    )
  }

  @Test(
    "H03 H04: an entry that does not belong into orders or a volume is refused",
    arguments: [
      "x", "../x", "/f/x", "f//x", "f/../x", "f/ABC", "targets/x", "targets/content/x.json",
      "targets/../\(hex).a", "targets//\(hex).a", "targets/content/\(hex)",
      "targets/content/\(hex).",
      "targets/content/\(hex)..a", "targets/content/\(hex)xa", "targets/con tent/\(hex).a",
      "targets/a/b/c/\(hex).a", "targets/.a/\(hex).a", "targets/a./\(hex).a", "f/\(hex)0",
      "F/\(hex)",
      "state.json/", "State.json", "targets/content/\(hex).ä",
    ])
  func names(name: String) throws {
    for rules in [TarRules.outOrders, .backOrders, .volume] {
      let bytes = try Self.archive([(name, [1])])
      let refusal = #expect(throws: Refusal.self) { try Self.read(bytes, rules: rules) }
      #expect(refusal?.exit == .damaged)
    }
  }

  @Test("H04: orders with an entry twice or out of order are refused")
  func order() throws {
    for names in [["state.json", "index.json"], ["index.json", "index.json"]] {
      let bytes = try Self.archive(names.map { ($0, [1]) })
      let refusal = #expect(throws: Refusal.self) { try Self.read(bytes, rules: .backOrders) }
      #expect(refusal?.code == BundleReason.archiveForm.code)
    }
  }

  @Test("H05: an archive that ends early, or goes on behind its end, is refused")
  func ends() throws {
    let good = try Self.archive([("index.json", [1])])
    for count in [0, 1, 511, 512, 513, 1023, 1024, 1536, 1537, 2047] {
      #expect(throws: Refusal.self, "\(count)") {
        try Self.read(Array(good[..<count]), rules: .backOrders)
      }
    }
    for extra in [1, 512, 10240] {
      let longer = good + [UInt8](repeating: 0, count: extra)
      #expect(throws: Refusal.self) { try Self.read(longer, rules: .backOrders) }
    }
    var dirty = good
    dirty[good.count - 100] = 1
    #expect(throws: Refusal.self) { try Self.read(dirty, rules: .backOrders) }
  }

  @Test(
    "H01 H05: links, folders, foreign headers and own times are refused with the entry",
    arguments: [
      (156, "1"), (156, "2"), (156, "3"), (156, "5"), (156, "6"), (156, "x"), (156, "g"),
      (156, "L"), (156, "0"), (105, "7"), (112, "1"), (120, "1"), (140, "1"),
      (257, "v"), (124, "7"),
    ])
  func headers(offset: Int, byte: String) throws {
    var bytes = try Self.archive([("index.json", [1]), ("state.json", [1])])
    let before = bytes[offset]
    bytes[offset] = try #require(byte.utf8.first)
    if bytes[offset] == before {
      bytes[148] = 55
    } else {
      TestPapers.fixChecksum(of: &bytes, at: 0)
    }
    let refusal = #expect(throws: Refusal.self) { try Self.read(bytes, rules: .backOrders) }
    #expect([.damaged, .limitExceeded].contains(refusal?.exit), "\(refusal?.description ?? "")")
  }

  @Test("a read error is never taken for the end of an archive")
  func readError() throws {
    let bytes = try Self.archive([("f/\(Self.hex)", BlockTests.noise(100_000))])
    let file = BlockTests.hashed(bytes, name: "volume-001.tar")
    var damaged = bytes
    damaged[bytes.count - 1] = 1
    let stream = try VerifiedPieceReader(
      MemorySource(damaged, name: "x"), as: file, blockSize: BlockTests.blockSize)
    let reader = try TarReader(stream, rules: .volume)
    #expect(try reader.next() != nil)
    for _ in 0..<2 {
      let refusal = #expect(throws: Refusal.self) {
        while try reader.next() != nil {}
      }
      #expect(refusal?.code == BundleReason.blockDamaged.code)
    }
  }

  @Test("a refusal of the output comes through libarchive unchanged")
  func writeError() throws {
    let writer = try TarWriter(name: "t") { _ throws(Refusal) in
      throw FileError.refusal("write", "x", .noSpace)
    }
    let refusal = #expect(throws: Refusal.self) { try writer.append("a", [1]) }
    #expect(refusal?.exit == .noSpace)
  }
}
