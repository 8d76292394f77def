// SPDX-License-Identifier: Apache-2.0
import Foundation
import Intents
import Testing
import Trust

import Bundles

@Suite struct PapersTests {
  @Test("the first header of papers is the one of FORMAT.md, byte by byte")
  func goldenHeader() {
    let fields: [(Int, String)] = [
      (0, "waybill-format"), (100, "0000644\0"), (108, "0000000\0"), (116, "0000000\0"),
      (124, "00000000012\0"), (136, "00000000000\0"), (148, "012052\0 "), (156, "0"),
      (257, "ustar\u{0}00"), (329, "0000000\0"), (337, "0000000\0"),
    ]
    var expected = [UInt8](repeating: 0, count: 512)
    for (offset, text) in fields {
      expected.replaceSubrange(offset..<offset + text.utf8.count, with: text.utf8)
    }
    #expect(PapersHeader.waybillFormat == expected)
  }

  @Test("papers are read as they were written, whatever the order of the entries")
  func roundTrip() throws {
    let entries = TestPapers.outEntries
    let bytes = try PapersWriter.bytes(entries: entries)
    #expect(bytes == (try PapersWriter.bytes(entries: entries.reversed())))
    let papers = try PapersReader.read(MemorySource(bytes, name: "papers.tar"))
    #expect(papers.kind == .out)
    #expect(papers.formatVersion == 1)
    #expect(papers.digest == .sha256(bytes))
    for entry in entries { #expect(papers[entry.name].map(Array.init) == entry.bytes) }
    #expect(papers.metadataNames.contains("1.root.json"))
    let back = try PapersWriter.bytes(entries: TestPapers.backEntries)
    #expect(try PapersReader.read(back, named: "p").kind == .back)
  }

  @Test("H03 H04: a set of entries that is not one of the two is refused")
  func entrySets() throws {
    var hostile: [[(name: String, bytes: [UInt8])]] = []
    for index in TestPapers.outEntries.indices
    where !TestPapers.outEntries[index].name.hasSuffix("root.json") {
      var fewer = TestPapers.outEntries
      fewer.remove(at: index)
      hostile.append(fewer)
    }
    let strange = [
      "metadata/0.root.json", "metadata/01.root.json", "metadata/root.json", "metadata/x.root.json",
      "metadata/5.snapshot.json", "metadata/2.timestamp.json", "metadata/4.other.json", "a",
      "metadata/../x", "zz", "report.dsse.json", "metadata/9007199254740992.root.json", "/etc",
      "metadata//1.root.json", "waybill-format", "state.json", "con",
    ]
    for name in strange { hostile.append(TestPapers.outEntries + [(name, [1])]) }
    hostile.append(TestPapers.backEntries + [("state.json", [1])])
    hostile.append([TestPapers.backEntries[0]])
    hostile.append([])
    for entries in hostile {
      let bytes = try PapersWriter.bytes(entries: entries)
      let refusal = #expect(throws: Refusal.self) { try PapersReader.read(bytes, named: "p") }
      #expect(refusal?.exit == .damaged, "\(entries.map(\.name))")
    }
  }

  @Test("H04: an entry twice or out of order is refused")
  func order() {
    let twice = TestPapers.outEntries + [TestPapers.outEntries[0]]
    let swapped = TestPapers.outEntries.reversed()
    for entries in [Array(twice), Array(swapped)] {
      let bytes = TestPapers.unsorted(entries)
      let refusal = #expect(throws: Refusal.self) { try PapersReader.read(bytes, named: "p") }
      #expect(refusal?.code == BundleReason.papersEntries.code)
    }
  }

  @Test("M10: every flipped byte of papers is refused or changes the data of an entry")
  func everyByte() throws {
    let original = try PapersWriter.bytes(entries: TestPapers.outEntries)
    let papers = try PapersReader.read(original, named: "p")
    let data = papers.entries.reduce(into: Set<Int>()) { $0.formUnion($1.range) }
    for index in original.indices where !data.contains(index) {
      var bytes = original
      bytes[index] ^= 1 << (index % 8)
      let refusal = #expect(throws: Refusal.self) { try PapersReader.read(bytes, named: "p") }
      #expect([.damaged, .unsupported, .limitExceeded].contains(refusal?.exit), "byte \(index)")
    }
  }

  @Test("M10: every cut of papers and every addition is refused")
  func everyLength() throws {
    let original = try PapersWriter.bytes(entries: TestPapers.backEntries)
    for count in 0..<original.count {
      #expect(throws: Refusal.self) { try PapersReader.read(Array(original[..<count]), named: "p") }
    }
    for extra in [1, 511, 512, 1024, 10240] {
      let longer = original + [UInt8](repeating: 0, count: extra)
      #expect(throws: Refusal.self) { try PapersReader.read(longer, named: "p") }
    }
  }

  @Test(
    "M36 H32: what the first entry says decides before anything else is parsed",
    arguments: [
      ("waybill 2\n", ExitCode.unsupported), ("waybill 10\n", .unsupported),
      ("waybill 9007199254740991\n", .unsupported), ("waybill 0\n", .damaged),
      ("waybill 01\n", .damaged), ("waybill 1 ", .damaged), ("waybill 1\r\n", .damaged),
      ("Waybill 1\n", .damaged), ("waybill x\n", .damaged), ("waybill -1\n", .damaged),
      ("waybill 1\n\n", .damaged), ("", .damaged), ("waybill 99999999999999999\n", .damaged),
    ])
  func versions(text: String, exit: ExitCode) {
    var bytes = PapersHeader.bytes(name: "waybill-format", size: text.utf8.count)
    bytes += Array(text.utf8) + [UInt8](repeating: 0, count: 512 - text.utf8.count)
    bytes += Array("no header at all".utf8)
    let refusal = #expect(throws: Refusal.self) { try PapersReader.read(bytes, named: "p") }
    #expect(refusal?.exit == exit)
  }

  @Test("H32: another first entry is refused though the rest is right")
  func otherFirst() throws {
    let good = try PapersWriter.bytes(entries: TestPapers.backEntries)
    let refusal = #expect(throws: Refusal.self) {
      try PapersReader.read(Array(good.dropFirst(1024)), named: "p")
    }
    #expect(refusal?.exit == .damaged)
    #expect(!PapersReader.looksLikePapers(good.dropFirst(1024)))
    #expect(PapersReader.looksLikePapers(good))
  }

  @Test("H32: papers whose first line ends in CR LF are refused though the rest is right")
  func carriageReturn() throws {
    let good = try PapersWriter.bytes(entries: TestPapers.backEntries)
    var bytes = PapersHeader.bytes(name: "waybill-format", size: 11) + Array("waybill 1\r\n".utf8)
    bytes += [UInt8](repeating: 0, count: 1024 - bytes.count) + good.dropFirst(1024)
    let refusal = #expect(throws: Refusal.self) { try PapersReader.read(bytes, named: "p") }
    #expect(refusal?.exit == .damaged)
  }

  @Test("H06 H07: sizes and counts beyond the caps are limits")
  func limits() throws {
    let many = (1000..<5096).map { (name: "metadata/\($0).root.json", bytes: [UInt8]()) }
    let large = [(name: "waybill.json", bytes: [UInt8](repeating: 32, count: 16 << 20))]
    var huge = TestPapers.unsorted([("waybill.json", [1])])
    huge.replaceSubrange(1024 + 124..<1024 + 136, with: Array("77777777777\u{0}".utf8))
    var endless = huge
    endless.replaceSubrange(
      1024 + 124..<1024 + 136, with: [0x80, 0, 0, 0, 0x40, 0, 0, 0, 0, 0, 0, 0])
    var longName = TestPapers.unsorted([("waybill.json", [1])])
    longName[1024 + 156] = UInt8(ascii: "L")
    longName.replaceSubrange(1024 + 124..<1024 + 136, with: Array("00000017500\u{0}".utf8))
    for bytes in [
      TestPapers.unsorted(many), TestPapers.unsorted(large), huge, endless, longName,
    ] {
      let refusal = #expect(throws: Refusal.self) { try PapersReader.read(bytes, named: "p") }
      #expect(refusal?.exit == .limitExceeded, "\(refusal?.description ?? "")")
    }
    #expect(throws: Refusal.self) { try PapersWriter.bytes(entries: many) }
    #expect(throws: Refusal.self) { try PapersWriter.bytes(entries: large) }
  }

  @Test(
    "H01 H02 H05: a header of another kind is refused with entry and rule",
    arguments: [
      (156, UInt8(ascii: "1"), "hard link"), (156, UInt8(ascii: "2"), "symbolic link"),
      (156, UInt8(ascii: "3"), "device"), (156, UInt8(ascii: "4"), "device"),
      (156, UInt8(ascii: "5"), "folder"), (156, UInt8(ascii: "6"), "pipe"),
      (156, UInt8(ascii: "x"), "pax"), (156, UInt8(ascii: "L"), "GNU"), (156, 0, "kind 0"),
      (100, UInt8(ascii: "1"), "mode"), (104, UInt8(ascii: "4"), "mode"),
      (108, UInt8(ascii: "1"), "owner"), (136, UInt8(ascii: "1"), "time"), (148, 49, "checksum"),
      (157, 97, "link target"), (257, 0, "magic"), (265, 97, "names of owners"),
      (345, 97, "prefix"),
      (124, 0xff, "size"), (135, 32, "size"), (500, 1, "prefix"),
    ])
  func headers(offset: Int, byte: UInt8, word: String) throws {
    var bytes = try PapersWriter.bytes(entries: TestPapers.outEntries)
    bytes[1024 + offset] = byte
    // With a fitting checksum too, so that it is not the checksum alone that refuses.
    for fixesSum in [false, true] {
      if fixesSum, offset != 148 { TestPapers.fixChecksum(of: &bytes, at: 1024) }
      let refusal = try #require(
        #expect(throws: Refusal.self) { try PapersReader.read(bytes, named: "p") })
      #expect(refusal.code == BundleReason.papersForm.code)
      #expect(refusal.description.contains(word), "\(refusal)")
    }
  }

  @Test(
    "H08: papers that are really another archive are refused",
    arguments: [
      "PK\u{3}\u{4}", "7z\u{bc}\u{af}", "Rar!\u{1a}\u{7}", "xar!", "070701", "\u{1f}\u{8b}", "",
    ])
  func otherArchives(magic: String) {
    let bytes = Array(magic.utf8) + [UInt8](repeating: 0, count: 40_000)
    let refusal = #expect(throws: Refusal.self) { try PapersReader.read(bytes, named: "p") }
    #expect(refusal?.exit == .damaged)
  }
}
