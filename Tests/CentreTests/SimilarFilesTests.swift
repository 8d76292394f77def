// SPDX-License-Identifier: Apache-2.0
import Bundles
import Centre
import Intents
import TestKit
import Testing
import Trust

@Suite struct SimilarFilesTests {
  private func features(_ values: [UInt64]) throws -> ContentFeatures {
    let bytes = values.flatMap { value in
      (0..<8).map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) }
    }
    return try #require(ContentFeatures(bytes: bytes))
  }

  private func file(_ name: String, _ length: Int64) -> HeldFile {
    HeldFile(digest: .sha256(Array(name.utf8)), length: length)
  }

  @Test func `the file that shares most is taken, and of two the one of the nearest length`() throws
  {
    let (few, long, short) = (file("few", 100), file("long", 900), file("short", 90))
    let similar = SimilarFiles([
      (few, try features([1, 2, 3, 9])), (long, try features([1, 2, 3, 4])),
      (short, try features([1, 2, 3, 4])),
    ])
    let wanted = try features([1, 2, 3, 4, 5])
    #expect(similar.nearest(to: wanted, length: 800) == long)
    #expect(similar.nearest(to: wanted, length: 100) == short)
    #expect(similar.nearest(to: try features([3, 2, 9]), length: 900) == few)
  }

  @Test func `two shared features are chance`() throws {
    let similar = SimilarFiles([(file("one", 100), try features([1, 2, 3]))])
    #expect(similar.nearest(to: try features([1, 2, 7, 8]), length: 100) == nil)
    #expect(similar.nearest(to: try features([]), length: 100) == nil)
    #expect(SimilarFiles([]).nearest(to: try features([1, 2, 3]), length: 100) == nil)
  }

  @Test func `where very many share everything some of them is found all the same`() throws {
    let same = try features([1, 2, 3])
    let many = (0..<2000).map { (file: file("\($0)", 100), features: same) }
    let found = try #require(SimilarFiles(many).nearest(to: same, length: 100))
    #expect(many.contains { $0.file == found })
  }
}

/// What builds on what, through the exporter.
@Suite struct SimilarExportTests {
  /// 6 bits a byte, as machine code.
  private static func code(_ name: String, _ count: Int) -> [UInt8] {
    ForgedContent.noise(name, count).map { $0 & 0x3F }
  }

  private static let tool = code("tool", 400_000)

  /// The reference of each delta that an export of `new` makes where the site holds `old`; by file.
  private func references(
    old: [String: [UInt8]], new: [String: [UInt8]], forgetting: Bool = false
  ) throws -> [Digest: Digest] {
    var site = try ForgedSite()
    try site.applyPolicy()
    try site.receipt(of: try site.release(1, files: old))
    if forgetting { try site.edit("DELETE FROM likenesses") }
    try site.release(2, files: new)
    _ = try site.export()
    return try site.deltas()
  }

  @Test
  func `a file under another name, in another folder and of another kind builds on what it was`()
    throws
  {
    let new = Self.code("front", 50_000) + Self.tool
    let other = Self.code("other", 300_000)
    let made = try references(
      old: ["bin/tool.exe": Self.tool, "bin/readme.bin": Self.code("readme", 200_000)],
      new: ["lib/renamed.dll": new, "lib/unlike.dat": other])
    #expect(made == [.sha256(new): .sha256(Self.tool)])
  }

  @Test func `an insertion of a mebibyte at the front changes nothing about it`() throws {
    let old = Self.code("long", 2 << 20)
    let new = Self.code("front", 1 << 20) + old
    let made = try references(old: ["a.bin": old], new: ["b.dat": new])
    #expect(made == [.sha256(new): .sha256(old)])
  }

  @Test func `a name that is the same goes before bytes that are`() throws {
    let new = Self.tool + [1]
    let named = Self.code("named", 100_000)
    let made = try references(
      old: ["a.exe": Self.tool, "b.exe": named], new: ["c/b.exe": new])
    #expect(made[.sha256(new)] ?? .sha256(named) == .sha256(named))
  }

  @Test func `what was read before features were kept has them once it is read again`() throws {
    let new = Self.tool + [1]
    let old = ["a.exe": Self.tool]
    #expect(try references(old: old, new: ["b.dat": new], forgetting: true).isEmpty)
    let again = try references(
      old: old, new: ["b.dat": new, "a.exe": Self.tool], forgetting: true)
    #expect(again == [.sha256(new): .sha256(Self.tool)])
  }
}
