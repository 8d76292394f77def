// SPDX-License-Identifier: Apache-2.0
import Bundles
import Centre
import Foundation
import GRDB
import Intents
import SystemPackage
import TestKit
import Testing
import Trust

@Suite struct ReferenceWindowTests {
  private static var bounds: DeltaBounds {
    var bounds = DeltaBounds()
    bounds.part = 256 << 10
    bounds.window = 512 << 10
    bounds.margin = 64 << 10
    return bounds
  }

  private let part: Range<Int64> = 1 << 20..<(1 << 20) + 256 << 10

  private func window(
    of length: Int64, total: Int64 = 2 << 20, votes: Set<Int64>
  ) -> ReferenceWindow {
    ReferenceWindow(
      of: HeldFile(digest: .sha256([]), length: length), for: part, of: total,
      votes: PlaceVotes(votes), Self.bounds)
  }

  @Test func `a short reference is used whole, wherever votes fall`() {
    let window = window(of: 512 << 10, votes: [1, 2, 3, 4])
    #expect(window.from == 0)
    #expect(window.length == 512 << 10)
  }

  @Test func `of a long one the range is used that most votes fall in`() {
    let window = window(of: 4 << 20, votes: [3_000_000, 3_010_000, 3_020_000, 1_100_000])
    #expect(window.length == 384 << 10)
    #expect(window.from == 3_010_000 - 192 << 10)
    #expect(self.window(of: 4 << 20, votes: [10, 20, 30]).from == 0)
    let end = self.window(of: 4 << 20, votes: [4_194_290, 4_194_291, 4_194_292])
    #expect(end.from == (4 << 20) - 384 << 10)
  }

  @Test func `with few votes, or as many there, it is the same place`() {
    let same = window(of: 2 << 20, votes: [])
    #expect(same.from == (1 << 20) - 64 << 10)
    #expect(same.length == 384 << 10)
    #expect(window(of: 2 << 20, votes: [1, 2]) == same)
    #expect(window(of: 2 << 20, votes: [1, 2, 3, 1 << 20, 1 << 20 + 1, 1 << 20 + 2]) == same)
  }

  /// 6 bits a byte, as machine code.
  private static func code(_ name: String, _ count: Int) -> [UInt8] {
    ForgedContent.noise(name, count).map { $0 & 0x3F }
  }

  private static let old = code("image", 3 << 20)

  private static func edited(_ edit: String) -> [UInt8] {
    switch edit {
    case "an insertion at the front": code("front", 900_000) + old
    case "as much in front as goes at the end": code("front", 900_000) + old.dropLast(900_000)
    case "halves exchanged": Array(old[(3 << 19)...] + old[..<(3 << 19)])
    default: Array(old[2_000_000..<2_600_000] + old[..<2_000_000] + old[2_600_000...])
    }
  }

  @Test(arguments: [
    "an insertion at the front", "as much in front as goes at the end", "halves exchanged",
    "a block moved far away",
  ])
  func `parts of an image build on what they are from, and come back`(_ edit: String) throws {
    let new = Self.edited(edit)
    var site = try ForgedSite()
    try site.applyPolicy()
    try site.receipt(of: try site.release(1, files: ["disk.img": Self.old]))
    try site.release(2, files: ["disk.img": new])
    let result = try site.export(bounds: Self.bounds)
    // 6 bits of 8: all of it would be 3/4 of that, and of what is new it is.
    let fresh = new.count - Self.old.count + (edit.hasPrefix("as much") ? 900_000 : 0)
    #expect(result.stored < Int64(fresh * 3 / 4 + 500_000), "\(result.stored)")
    try site.decode(new, from: Self.old)
  }

  @Test func `a long reference that has other bytes now is refused`() throws {
    var site = try ForgedSite()
    try site.applyPolicy()
    try site.release(1, files: ["disk.img": Self.code("first", 1 << 20)])
    try site.receipt(of: try site.release(2, files: ["disk.img": Self.old]))
    let hex = Digest.sha256(Self.old).hex
    var altered = Self.old
    altered[2_000_000] ^= 1
    try Files.write(altered, to: site.scratch["centre/depot/originals/\(hex.prefix(2))/\(hex)"])
    try site.release(3, files: ["disk.img": Self.edited("halves exchanged")])
    let refusal = #expect(throws: Refusal.self) { try site.export(bounds: Self.bounds) }
    #expect(refusal?.code == "WB1061")
  }
}

extension ForgedSite {
  /// Decodes all deltas in the depot against `old`: each must give its part of `new`.
  fileprivate func decode(_ new: [UInt8], from old: [UInt8]) throws {
    let decoder = try FrameDecoder()
    #expect(
      try ledger("SELECT count(*) FROM deltas WHERE reference_from NOT NULL") as Int? ?? 0 > 6)
    #expect(
      try ledger(
        """
        SELECT count(*) FROM deltas WHERE reference_from NOT NULL AND NOT EXISTS (
          SELECT 1 FROM delta_frames WHERE sha256 = deltas.frame AND file = deltas.file
            AND start = deltas.start AND reference_from = deltas.reference_from)
        """) == 0)
    for row in try rows("SELECT * FROM delta_frames") {
      let (from, length): (Int, Int) = (row["reference_from"], row["reference_length"])
      let reference = FrameReference(
        file: .sha256(old), from: Int64(from), length: Int64(length), of: Int64(old.count))
      let isAdditive = row["encoding"] == "zstd-add"
      let (start, plain): (Int, Int) = (row["start"], row["plain"])
      let name: String = row["sha256"]
      let stored = try Files.bytes(scratch["centre/depot/frames/\(name.prefix(2))/\(name)"])
      try stored.withBytes { (stored) throws(Refusal) in
        try old.withBytes { (old) throws(Refusal) in
          try decoder.decode(
            stored,
            isAdditive
              ? .additive(window: row["window"], reference)
              : .reference(window: row["window"], reference), plain: Int64(plain),
            reference: UnsafeRawBufferPointer(rebasing: old[from..<from + length]), named: name
          ) { (bytes) throws(Refusal) in
            #expect(bytes.elementsEqual(new[start..<start + plain]))
          }
        }
      }
    }
  }
}
