// SPDX-License-Identifier: Apache-2.0
import Bundles
import Distribution
import Foundation
import Intents
import SystemPackage
import Testing
import Trust

@Suite struct LibraryContentTests {
  @Test("the directory hash of the published vector comes out")
  func directoryHash() throws {
    let library = try Library()
    let receipt = try library.ensure(.vector)
    #expect(receipt.contentID == "WB100001.1")
    #expect(
      try library.text("DataLib/WB100001.1.INI")
        == "[Info]\r\nHash=D89CAFB6C586968B4065A6AEC2BF9468D431F9F65C0F18FD169802B9B7CD8FEF\r\n"
        + "HashAlgorithm=32780\r\n")
    #expect(try library.text("DataLib/WB100001.1.INI").utf8.count == 100)
  }

  @Test("the INI files are those of the layout, to the byte")
  func golden() throws {
    let library = try Library(siteCode: "PS1")
    for version in 1...3 {
      let files = ["bin/tool.exe": version == 3 ? "one\n" : "\(version)"]
      try library.ensure(Content(version: "\(version)", files: files))
    }
    for version in 1...2 { try library.remove(Content(files: ["bin/tool.exe": "\(version)"])) }
    let hash = "2C8B08DA5CE60398E1F19AF0E5DCCC744DF274B826ABE585EABA68C525434806"
    #expect(
      try library.text("PkgLib/PS100001.INI")
        == "[Info]\r\nVersion=3\r\n[Packages]\r\nPS100001.3=\r\n")
    #expect(
      try library.text("DataLib/PS100001.3/bin/tool.exe.INI")
        == "[File]\r\nAttributes=00000020\r\nTimeModified=133500000000000000\r\nSize=4\r\n"
        + "Hash=\(hash)\r\n")
    #expect(try library.text("FileLib/2C8B/\(hash).INI") == "[Users]\r\nPS100001.3=\r\n")
    #expect(try library.text("FileLib/2C8B/\(hash)") == "one\n")
    #expect(try library.tree().keys.filter { $0.hasPrefix("FileLib") }.count == 2)
  }

  @Test("asked twice, nothing is written the second time (A03)")
  func repeated() throws {
    let library = try Library()
    let first = try library.ensure(.vector)
    let stamps = try library.stamps()
    let provided = try Content.vector.request(from: library.scratch) { (_) throws(Refusal) in
      throw Refusal(TestReason.absent, "file", seen: "asked", expected: "not asked")
    }
    let second = try library.point().ensureContent(provided, key: library.key)
    #expect(try receipt(second) == first)
    #expect(try library.stamps() == stamps)
  }

  @Test("an update is a version of its own, equal bytes are stored once (A15)")
  func update() throws {
    let library = try Library()
    try library.ensure(.vector)
    let before = try library.tree()
    var next = Content.vector
    next.version = "2.0"
    next.files["readme.txt"] = "four\n"
    let receipt = try library.ensure(next)
    #expect(receipt.contentID == "WB100001.2")
    let after = try library.tree()
    let blobs = after.keys.filter { $0.hasPrefix("FileLib") && !$0.hasSuffix(".INI") }
    #expect(blobs.count == 5)
    #expect(
      after["PkgLib/WB100001.INI"]
        == "[Info]\r\nVersion=2\r\n[Packages]\r\nWB100001.1=\r\nWB100001.2=\r\n")
    for (path, text) in before where path.hasPrefix("DataLib/WB100001.1") {
      #expect(after[path] == text)
    }
    #expect(try library.report().findings == [])
  }

  @Test("another line is another package; the same line keeps its id after removal")
  func lines() throws {
    let library = try Library()
    try library.ensure(.vector)
    let other = Content(line: "22222222222222222222222222222222", files: ["a": "one\n"])
    #expect(try library.ensure(other).contentID == "WB100002.1")
    try library.remove(.vector)
    #expect(try library.ensure(.vector).contentID == "WB100001.2")
    #expect(try library.report().agrees)
  }

  @Test("removal keeps the blobs that others use and leaves nothing else (A16)")
  func removal() throws {
    let library = try Library()
    let other = Content(line: "22222222222222222222222222222222", files: ["a": "one\n"])
    try library.ensure(other)
    let before = try library.tree()
    try library.ensure(.vector)
    try library.remove(.vector)
    let after = try library.tree()
    #expect(
      after.filter { !$0.key.hasPrefix("waybill/") }
        == before.filter { !$0.key.hasPrefix("waybill/") })
    #expect(try library.report().agrees)
    try library.remove(.vector)
    #expect(try library.tree() == after)
  }

  @Test("bytes that changed before the hand-over are refused and not visible (A10)")
  func changedBytes() throws {
    let library = try Library()
    for wrong in ["eno\n", "one\n+", "on", ""] {
      let request = try Content.vector.request(from: library.scratch) { (file) throws(Refusal) in
        Array((file.path == "Setup.exe" ? wrong : Content.vector.files[file.path] ?? "").utf8)
      }
      refuses(.contentDiffers) {
        _ = try library.point().ensureContent(request, key: library.key)
      }
      #expect(FileQuery.status(library.root.appending("PkgLib/WB100001.INI")) == nil)
      #expect(DistributionReason.contentDiffers.failureClass == .policyViolation)
    }
    #expect(try library.point().describe().contents.map(\.isComplete) == [false])
    try library.ensure(.vector)
    #expect(try library.report().agrees)
  }

  @Test("what the provider refuses comes through as it is, and the next run goes on")
  func provider() throws {
    let library = try Library()
    let request = try Content.vector.request(from: library.scratch) { (file) throws(Refusal) in
      guard file.path != "Setup.exe" else {
        throw Refusal(TestReason.absent, file.path, seen: "nothing", expected: "a file")
      }
      return Array((Content.vector.files[file.path] ?? "").utf8)
    }
    let error = #expect(throws: Refusal.self) {
      _ = try library.point().ensureContent(request, key: library.key)
    }
    #expect(error?.code == TestReason.absent.code)
    #expect(try library.ensure(.vector).contentID == "WB100001.1")
    let fresh = try Library()
    try fresh.ensure(.vector)
    #expect(try library.tree() == fresh.tree())
  }

  @Test("a tampered library is put right and the drift is told (A04, A27)")
  func repairs() throws {
    let library = try Library()
    try library.ensure(.vector)
    let whole = try library.tree()
    let paths = whole.keys.filter { !$0.hasPrefix("waybill") && $0 != "devices.ndjson" }.sorted()
    for path in paths {
      try DurableFile.write([0, 1, 2], to: library.root.appending(path))
      #expect(try library.report().agrees == false, "\(path)")
      #expect(try library.ensure(.vector).repaired == 1, "\(path)")
      #expect(try library.tree() == whole)
      try DurableFile.unlinkIfPresent(library.root.appending(path))
      #expect(try library.report().agrees == false, "\(path)")
      #expect(try library.ensure(.vector).repaired == 1, "\(path)")
      #expect(try library.tree() == whole)
    }
    try library.scratch.write("x", to: "library/DataLib/WB100001.1/Data/extra.exe.INI")
    try library.scratch.write("x", to: "library/DataLib/WB100001.1/more/link")
    #expect(try library.ensure(.vector).repaired > 0)
    #expect(try library.tree() == whole)
    #expect(try library.report().agrees)
  }

  @Test("verified bytes are believed by size, and hashed again by a recheck (A04, A27)")
  func recheck() throws {
    let library = try Library()
    try library.ensure(.vector)
    let whole = try library.tree()
    let digest = Digest.sha256(Array("two\n".utf8))
    let blob = library.root.appending("FileLib/\(digest.hex.uppercased().prefix(4))")
      .appending(digest.hex.uppercased())
    let clean = try library.point().recheck()
    #expect(clean.findings == 0)
    #expect(clean.damaged == [])
    #expect(clean.unsound == [])
    #expect(clean.files == 4)
    #expect(clean.bytes == 14)
    try DurableFile.write(Array("owt\n".utf8), to: blob)
    #expect(try library.ensure(.vector).repaired == 0)
    #expect(try library.point().holds(digest, length: 4))
    let found = try library.point().recheck()
    #expect(found.damaged == [digest])
    #expect(found.findings == 1)
    #expect(found.texts.first?.hasPrefix("blob-damaged: FileLib/") == true)
    #expect(try !library.point().holds(digest, length: 4))
    #expect(try library.ensure(.vector).repaired == 1)
    #expect(try library.tree() == whole)
    #expect(try library.point().recheck().findings == 0)
  }

  @Test("what a recheck finds in the INI files belongs to content that can be put right")
  func unsound() throws {
    let library = try Library()
    try library.ensure(.vector)
    try library.ensure(Content(line: "22222222222222222222222222222222", files: ["a": "1"]))
    let whole = try library.tree()
    for path in whole.keys.sorted() where path.hasSuffix(".INI") && path.contains("WB100001") {
      try DurableFile.write([0, 1, 2], to: library.root.appending(path))
      let found = try library.point().recheck()
      #expect(found.unsound == [Content.vector.manifest], "\(path)")
      #expect(found.damaged == [])
      #expect(try library.ensure(.vector).repaired == 1)
      #expect(try library.tree() == whole)
    }
  }

  @Test(
    "names that Windows cannot hold get nowhere (A14)",
    arguments: [
      ["../x"], ["/etc/passwd"], ["a//b"], ["con.txt"], ["a:b"], ["a\\b"], ["a "], ["a."], ["x\n"],
      ["Setup.exe", "setup.EXE"], ["Data/a", "data/b"], ["a", "a/b"], ["a", "a.INI/b"],
      [String(repeating: "ä", count: 126)],
    ])
  func hostileNames(_ names: [String]) throws {
    let library = try Library()
    let content = Content(files: Dictionary(uniqueKeysWithValues: names.map { ($0, "x") }))
    refuses(.nameRefused) { try library.ensure(content) }
    let tree = try library.tree().keys.sorted()
    #expect(tree == ["waybill-library.json", "waybill/lock"])
  }

  @Test("content that cannot fit is refused before anything is copied")
  func space() throws {
    let library = try Library()
    let small = try Content.vector.list
    let digest = Digest.sha256([1])
    for lengths: [Int64] in [[.max / 2], [.max, .max - 1]] {
      let files = lengths.enumerated().map { number, length in
        ContentFile(
          path: "\(number)", length: length, digest: number == 0 ? digest : small[0].digest,
          modified: small[0].modified)
      }
      let request = ContentRequest(
        line: try #require(RandomID(Content.vector.line)), manifest: digest, name: "", version: ""
      ) { (each) throws(Refusal) in
        for file in files { try each(file) }
      } provide: { (file) throws(Refusal) in
        throw Refusal(TestReason.absent, file.path, seen: "asked", expected: "not asked")
      }
      refuses(.noSpace) { _ = try library.point().ensureContent(request, key: library.key) }
    }
    #expect(DistributionReason.noSpace.exit == .noSpace)
  }

  @Test("a file called x.INI and one beside it are both held")
  func informationNames() throws {
    let library = try Library()
    try library.ensure(Content(files: ["a": "1", "a.INI": "2", "b.INI/c": "3", "b.c": "4"]))
    #expect(try library.text("DataLib/WB100001.1/a.INI.INI").contains("Size=1"))
    #expect(try library.report().agrees)
  }

  @Test("a held file is found and opened, one that is not held is not (A27)")
  func held() throws {
    let library = try Library()
    try library.ensure(.vector)
    let point = try library.point()
    let digest = Digest.sha256(Array("one\n".utf8))
    #expect(point.holds(digest, length: 4))
    #expect(point.holds(digest, length: nil))
    #expect(!point.holds(digest, length: 5))
    let descriptor = try #require(try point.open(held: digest))
    defer { try? descriptor.close() }
    #expect(FileQuery.status(of: descriptor)?.length == 4)
    let other = Digest.sha256(Array("other".utf8))
    #expect(!point.holds(other, length: nil))
    #expect(try point.open(held: other) == nil)
  }
}
