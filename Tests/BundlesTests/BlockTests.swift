// SPDX-License-Identifier: Apache-2.0
import Intents
import SystemPackage
import Testing
import Trust

import Bundles

@Suite struct BlockTests {
  static let blockSize: Int64 = 65536

  static func hashed(_ bytes: [UInt8], name: String, chunk: Int = 10_000) -> Waybill.File {
    var hasher = BlockHasher(blockSize: blockSize)
    var offset = 0
    while offset < bytes.count {
      let end = min(offset + chunk, bytes.count)
      bytes[offset..<end].withUnsafeBytes { hasher.update($0) }
      offset = end
    }
    return Waybill.File(
      name: name, length: hasher.length, sha256: .sha256(bytes), blocks: hasher.finish())
  }

  static func noise(_ count: Int, seed: UInt64 = 1) -> [UInt8] {
    var state = seed
    return (0..<count).map { _ in
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return UInt8(truncatingIfNeeded: state >> 33)
    }
  }

  @Test("blocks are the file cut every block size", arguments: [1, 65535, 65536, 65537, 200_000])
  func hasher(count: Int) {
    let bytes = Self.noise(count)
    let file = Self.hashed(bytes, name: "x")
    #expect(file.length == Int64(count))
    let blocks = stride(from: 0, to: count, by: 65536).map {
      Digest.sha256(Array(bytes[$0..<min($0 + 65536, count)]))
    }
    #expect(file.blocks == blocks)
    #expect(file == Self.hashed(bytes, name: "x", chunk: 70_001))
  }

  @Test("a verified reader gives all bytes, and none of a damaged block (M09)")
  func verifiedReader() throws {
    let bytes = Self.noise(200_000)
    let file = Self.hashed(bytes, name: "volume-001.tar")
    var read: [UInt8] = []
    let reader = try VerifiedPieceReader(
      MemorySource(bytes, name: "x"), as: file, blockSize: Self.blockSize)
    while let block = try reader.next() { read += block }
    #expect(read == bytes)

    var damaged = bytes
    damaged[70_000] ^= 1
    let second = try VerifiedPieceReader(
      MemorySource(damaged, name: "x"), as: file, blockSize: Self.blockSize)
    #expect(try second.next()?.count == 65536)
    for _ in 0..<2 {
      let refusal = #expect(throws: Refusal.self) { try second.next() }
      #expect(refusal?.exit == .damaged)
      #expect(refusal?.subject == "volume-001.tar, block 1, byte 65536")
    }
  }

  @Test("a file that is too short is incomplete, one that is too long damaged")
  func lengths() throws {
    let bytes = Self.noise(70_000)
    let file = Self.hashed(bytes, name: "orders.tar")
    for (changed, exit) in [
      (Array(bytes.dropLast()), ExitCode.incomplete), (bytes + [0], ExitCode.damaged),
    ] {
      let source = MemorySource(changed, name: "x")
      let refusal = #expect(throws: Refusal.self) {
        try VerifiedPieceReader(source, as: file, blockSize: Self.blockSize)
      }
      #expect(refusal?.exit == exit)
      let defects = BlockCheck.defects(
        in: [.init(file, from: source)], blockSize: Self.blockSize)
      #expect(defects.map(\.block) == [1])
      #expect(defects.map(\.refusal.exit) == [exit])
    }
  }

  @Test("every damaged, missing and unreadable block is named (M07)", arguments: [1, 2])
  func allDefects(workers: Int) {
    let bytes = Self.noise(2_000_000)
    let file = Self.hashed(bytes, name: "volume-001.tar")
    var damaged = Array(bytes.dropLast(100_000))
    for block in [3, 17] { damaged[block * 65536] ^= 0x80 }
    let other = Self.hashed(bytes, name: "volume-002.tar")
    let pieces = [
      BlockCheck.Piece(file, from: MemorySource(damaged, name: "x")),
      BlockCheck.Piece(other, from: BadSource(bytes: bytes, bad: 65536 * 5)),
    ]
    let defects = BlockCheck.defects(in: pieces, blockSize: Self.blockSize, workers: workers)
    #expect(
      defects.map { "\($0.file.dropFirst(7).prefix(3)):\($0.block):\($0.kind)" } == [
        "001:3:damaged", "001:17:damaged", "001:28:missing", "001:29:missing", "001:30:missing",
        "002:5:unreadable",
      ])
  }

  /// Refuses to be read at one place.
  private struct BadSource: ByteSource {
    let bytes: [UInt8]
    let bad: Int64
    var name: String { "bad" }
    var length: Int64 { Int64(bytes.count) }
    func read(
      at offset: Int64, into buffer: UnsafeMutableRawBufferPointer
    ) throws(Refusal) -> Int {
      if offset == bad { throw FileError.refusal("read", "bad", .ioError) }
      return try MemorySource(bytes, name: name).read(at: offset, into: buffer)
    }
  }
}
