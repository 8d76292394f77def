// SPDX-License-Identifier: Apache-2.0
import Intents
import Testing
import Trust

import Bundles

@Suite struct FrameTests {
  static func encode(_ plain: [UInt8]) throws -> (FrameEncoding, [UInt8]) {
    try plain.withBytes { (bytes) throws(Refusal) in
      try FrameEncoder().encode(bytes) { (encoding, stored) throws(Refusal) in
        (encoding, Array(stored))
      }
    }
  }

  static func decode(
    _ stored: [UInt8], _ encoding: FrameEncoding, plain: Int
  ) throws(Refusal) -> [UInt8] {
    let decoder = try FrameDecoder()
    return try stored.withBytes { (bytes) throws(Refusal) in
      try decoder.decode(bytes, encoding, plain: Int64(plain), named: "f") {
        (plain) throws(Refusal) in Array(plain)
      }
    }
  }

  static let text = Array(String(repeating: "waybill and papers ", count: 5000).utf8)

  @Test("a frame is decoded as it was encoded, and encoded the same each time")
  func roundTrip() throws {
    for plain in [Self.text, BlockTests.noise(70_000), [1], BlockTests.noise(300_000) + Self.text] {
      let (encoding, stored) = try Self.encode(plain)
      #expect(try Self.decode(stored, encoding, plain: plain.count) == plain)
      let again = try Self.encode(plain)
      #expect(again.0 == encoding)
      #expect(again.1 == stored)
    }
  }

  @Test("zstd is used where it saves at least one byte in 64")
  func choice() throws {
    #expect(try Self.encode(BlockTests.noise(70_000)).0 == .raw)
    #expect(try Self.encode([7]).0 == .raw)
    let (encoding, stored) = try Self.encode(Self.text)
    #expect(encoding == .zstd(window: 17))
    #expect(stored.count < 200)
  }

  @Test("H09: a frame that is not as long as listed is refused")
  func lengths() throws {
    let (encoding, stored) = try Self.encode(Self.text)
    let count = Self.text.count
    var cases: [([UInt8], FrameEncoding, Int)] = [
      (stored, encoding, count - 1), (stored, encoding, count + 1), (stored, encoding, 1),
      (Array(stored.dropLast()), encoding, count), ([], encoding, count), ([0x28], encoding, count),
      (Self.text, encoding, count), ([1, 2], .raw, 1), ([1], .raw, 2),
    ]
    // A frame that lies about its content size: one more and one less than it holds.
    for change in [1, -1] {
      var lying = stored
      lying[6] = UInt8(truncatingIfNeeded: Int(lying[6]) + change)
      let header = try lying.withBytes { (bytes) throws(Refusal) in try ZstdFrame(bytes, named: "")
      }
      let size = try #require(header.contentSize)
      #expect(size != Int64(count))
      cases.append((lying, .zstd(window: 27), Int(size)))
    }
    for (stored, encoding, plain) in cases {
      let refusal = #expect(throws: Refusal.self) {
        try Self.decode(stored, encoding, plain: plain)
      }
      #expect(refusal?.exit == .damaged, "\(refusal?.description ?? "")")
    }
  }

  @Test("H11: windows, dictionaries, skippable and further frames are refused")
  func forbidden() throws {
    let (_, stored) = try Self.encode(Self.text)
    let count = Self.text.count
    let skippable: [UInt8] = [0x50, 0x2a, 0x4d, 0x18, 4, 0, 0, 0, 1, 2, 3, 4]
    // Magic, descriptor with a dictionary id of one byte, window 2^10, id 7, an empty raw block.
    let dictionary: [UInt8] = [0x28, 0xb5, 0x2f, 0xfd, 0x01, 0, 7, 1, 0, 0]
    // A window of 2^29, then an empty block.
    let wide: [UInt8] = [0x28, 0xb5, 0x2f, 0xfd, 0x00, 19 << 3, 1, 0, 0]
    let cases: [([UInt8], Int)] = [
      (stored, 16), (stored + stored, 27), (stored + skippable, 27), (stored + [0], 27),
      (skippable, 27), (skippable + stored, 27), (dictionary, 27), (wide, 27), (wide, 31),
    ]
    for (stored, window) in cases {
      let refusal = #expect(throws: Refusal.self) {
        try Self.decode(stored, .zstd(window: window), plain: count)
      }
      #expect(refusal?.exit == .limitExceeded, "\(refusal?.description ?? "")")
    }
  }

  @Test("M10: every flipped bit of a frame is refused or gives other bytes, and nothing crashes")
  func everyBit() throws {
    let plain = Array("the same words, the same words, the same words, all the same words".utf8)
    let (encoding, stored) = try Self.encode(plain)
    #expect(encoding != .raw)
    for bit in 0..<stored.count * 8 {
      var changed = stored
      changed[bit / 8] ^= 1 << (bit % 8)
      _ = try? Self.decode(changed, encoding, plain: plain.count)  // any outcome but a crash
    }
  }
}
