// SPDX-License-Identifier: Apache-2.0
import Intents
import TestKit
import Testing
import Trust

import Bundles

@Suite struct DeltaTests {
  /// A made-up program: runs of noise, with something like addresses in between.
  private static func program(_ seed: UInt64, count: Int) -> [UInt8] {
    var bytes = BlockTests.noise(count)
    for index in stride(from: 0, to: count - 8, by: 24) {
      bytes[index] = UInt8(truncatingIfNeeded: seed)
      bytes[index + 1] = UInt8(truncatingIfNeeded: index >> 8)
    }
    return bytes
  }

  private static func bytes(_ array: [UInt8]) throws -> ReferenceBytes {
    try ReferenceBytes(count: array.count) { buffer in buffer.copyBytes(from: array) }
  }

  private static func reference(_ array: [UInt8]) -> FrameReference {
    let count = Int64(array.count)
    return FrameReference(file: .sha256(array), from: 0, length: count, of: count)
  }

  private static func encode(
    _ plain: [UInt8], against old: [UInt8], effort: Effort = .normal, aligned: Bool = true
  ) throws -> (FrameEncoding, [UInt8])? {
    let held = try bytes(old)
    let encoder = try DeltaEncoder(effort: effort)
    var result: (FrameEncoding, [UInt8])?
    _ = try plain.withBytes { (plain) throws(Refusal) in
      try encoder.encode(
        plain, against: held, reference(old),
        table: aligned ? AnchorTable(held, effort: effort) : nil
      ) { (encoding, stored) in result = (encoding, Array(stored)) }
    }
    return result
  }

  private static func decode(
    _ stored: [UInt8], _ encoding: FrameEncoding, plain: Int, against old: [UInt8]
  ) throws(Refusal) -> [UInt8] {
    let decoder = try FrameDecoder()
    return try stored.withBytes { (stored) throws(Refusal) in
      try old.withBytes { (old) throws(Refusal) in
        try decoder.decode(stored, encoding, plain: Int64(plain), reference: old, named: "f") {
          (plain) throws(Refusal) in Array(plain)
        }
      }
    }
  }

  static let edits: [String] = ["none", "addresses", "inserted", "moved", "cut", "shorter", "text"]

  private static func edited(_ old: [UInt8], _ edit: String) -> [UInt8] {
    var new = old
    switch edit {
    case "addresses":
      for index in stride(from: 3, to: new.count, by: 37) { new[index] &+= 4 }
    case "inserted": new.insert(contentsOf: BlockTests.noise(5000), at: new.count / 3)
    case "moved":
      let half = new.count / 2
      new = Array(new[half...] + new[..<half])
    case "cut": new.removeSubrange(1000..<30_000)
    case "shorter": new = Array(new[..<100])
    case "text": new = Array(String(repeating: "waybill and papers ", count: 900).utf8)
    default: break
    }
    return new
  }

  @Test(
    "a frame against a reference comes back, the same each time", arguments: edits, Effort.allCases)
  func roundTrip(edit: String, effort: Effort) throws {
    let old = Self.program(1, count: 200_000)
    let new = Self.edited(old, edit)
    for aligned in [true, false] {
      guard
        let (encoding, stored) = try Self.encode(
          new, against: old, effort: effort, aligned: aligned)
      else { continue }
      #expect(stored.count < new.count)
      #expect(try Self.decode(stored, encoding, plain: new.count, against: old) == new)
      let again = try #require(try Self.encode(new, against: old, effort: effort, aligned: aligned))
      #expect(again.0 == encoding)
      #expect(again.1 == stored)
    }
  }

  @Test("changed addresses and moved code cost little")
  func size() throws {
    let old = Self.program(1, count: 400_000)
    for edit in ["addresses", "inserted", "moved", "cut"] {
      let new = Self.edited(old, edit)
      let (encoding, stored) = try #require(try Self.encode(new, against: old))
      #expect(encoding.name == "zstd-add")
      #expect(stored.count < 40_000, "\(edit): \(stored.count)")
    }
  }

  @Test("what is like nothing gets no frame against a reference")
  func unlike() throws {
    #expect(
      try Self.encode(BlockTests.noise(50_000), against: Array(repeating: 7, count: 900)) == nil)
    #expect(try Self.encode([1, 2, 3], against: [9]) == nil)
  }

  @Test("H33: another reference gives a refusal or other bytes, never a crash")
  func otherReference() throws {
    let old = Self.program(1, count: 90_000)
    let new = Self.edited(old, "inserted")
    let (encoding, stored) = try #require(try Self.encode(new, against: old))
    let other = Self.program(2, count: 90_000)
    #expect(try Self.decode(stored, encoding, plain: new.count, against: other) != new)
    for count in [0, 1, 89_999] {
      #expect(
        refusal { () throws(Refusal) in
          _ = try Self.decode(stored, encoding, plain: new.count, against: Array(old[..<count]))
        }?.code == "WB1037")
    }
  }

  @Test("any byte of an additive frame changed or cut off is refused or gives as many bytes")
  func flips() throws {
    let old = Self.program(1, count: 3000)
    let new = Self.edited(old, "addresses")
    let (encoding, stored) = try #require(try Self.encode(new, against: old))
    var refused = 0
    for index in stored.indices {
      var bytes = stored
      bytes[index] ^= 1 << UInt8(index % 8)
      do throws(Refusal) {
        let plain = try Self.decode(bytes, encoding, plain: new.count, against: old)
        #expect(plain.count == new.count)
      } catch {
        refused += 1
        #expect([10, 22].contains(error.exit.rawValue))
      }
      #expect(throws: Refusal.self) {
        _ = try Self.decode(Array(stored[..<index]), encoding, plain: new.count, against: old)
      }
    }
    #expect(refused > 0)
  }

  static let hostile: [(String, [UInt8])] = [
    ("no operations", [0]), ("a count and nothing", [1]), ("a long form of zero", [0x80, 0]),
    ("a number without an end", [UInt8](repeating: 0x80, count: 6)),
    ("more operations than bytes", ForgedDelta.number(1 << 40)),
    ("a copy behind the reference", [1] + ForgedDelta.number(101) + [0, 0]),
    ("too few bytes", [1, 50, 49, 0]), ("too many bytes", [1, 50, 51, 0]),
    ("a seek before the reference", [1, 50, 50] + ForgedDelta.number(51 << 1 ^ -1)),
    ("a seek behind the reference", [1, 50, 50] + ForgedDelta.number(51 << 1)),
    ("bytes behind the end", [1, 50, 50, 0, 0]),
    ("lengths whose sum is huge", [2] + ForgedDelta.number(1 << 34) + [1, 1, 1, 0, 0]),
  ]

  @Test(
    "H34: control that does not give the frame is refused before a byte is made", arguments: hostile
  )
  func hostileControl(name: String, control: [UInt8]) {
    let stored =
      ForgedDelta.stored(control) + ForgedDelta.stored([UInt8](repeating: 1, count: 50))
      + ForgedDelta.stored([UInt8](repeating: 2, count: 50))
    let old = [UInt8](repeating: 3, count: 100)
    let encoding = FrameEncoding.additive(window: 10, Self.reference(old))
    #expect(
      refusal { () throws(Refusal) in
        _ = try Self.decode(stored, encoding, plain: 100, against: old)
      }?.code == "WB1037", "\(name)")
  }

  @Test("H34: streams that are missing, too long or too many are refused")
  func hostileStreams() {
    let old = [UInt8](repeating: 3, count: 100)
    let encoding = FrameEncoding.additive(window: 10, Self.reference(old))
    let control = ForgedDelta.stored([1, 50, 50, 0])
    let half = ForgedDelta.stored([UInt8](repeating: 1, count: 50))
    let cases: [([UInt8], String)] = [
      (control + half, "WB1037"), (control + half + half + half, "WB2235"),
      (control + half + ForgedDelta.stored([1]), "WB1037"), (control + control + half, "WB1037"),
      (control + half + half + [1], "WB2235"), (half + half + control, "WB1037"),
    ]
    for (stored, expected) in cases {
      #expect(
        refusal { () throws(Refusal) in
          _ = try Self.decode(stored, encoding, plain: 100, against: old)
        }?.code == expected)
    }
  }

  @Test("frames made by hand from the format are read")
  func byHand() throws {
    let old = BlockTests.noise(700)
    let new = Array(old[..<300]) + [1, 2, 3] + Array(old[400...])
    let additive = ForgedDelta.additive(new, against: old, [(300, 3, 100), (300, 0, 0)])
    #expect(
      try Self.decode(additive.stored, additive.encoding, plain: new.count, against: old) == new)
    let frame = ForgedDelta.reference(300, of: old, tail: [7, 8, 9])
    let plain = Array(old[..<300]) + [7, 8, 9]
    #expect(
      try Self.decode(frame.stored, frame.encoding, plain: 303, against: Array(old[..<300]))
        == plain)
  }

  @Test("compressed bytes are told from programs by their entropy")
  func entropy() throws {
    let noise = BlockTests.noise(200_000)
    #expect(noise.withUnsafeBytes { EntropyProbe.looksCompressed($0) })
    let text = Array(String(repeating: "waybill and papers ", count: 9000).utf8)
    #expect(!text.withUnsafeBytes { EntropyProbe.looksCompressed($0) })
    #expect(![UInt8]().withUnsafeBytes { EntropyProbe.looksCompressed($0) })
  }
}
