// SPDX-License-Identifier: Apache-2.0
import Bundles
import Distribution
import Foundation
import Intents
import SystemPackage
import Testing

@Suite struct LibraryVerifierTests {
  private static let one =
    "FileLib/2C8B/2C8B08DA5CE60398E1F19AF0E5DCCC744DF274B826ABE585EABA68C525434806"
  private static let data = "DataLib/WB100001.1"

  /// One defect: where, what stands there instead (nil: nothing), and what is found.
  struct Defect: CustomTestStringConvertible, Sendable {
    let path: String
    let text: String?
    let kinds: Set<LibraryFinding.Kind>

    init(_ path: String, _ text: String?, _ kinds: Set<LibraryFinding.Kind>) {
      self.path = path
      self.text = text
      self.kinds = kinds
    }

    var testDescription: String { "\(kinds.map(\.rawValue).sorted()) \(path)" }
  }

  private static let file = "[File]\r\nAttributes=00000020\r\nTimeModified=133500000000000000\r\n"
  private static let other = "27DD8ED44A83FF94D557F9FD0412ED5A8CBCA69EA04922D88C01184A07300A5A"

  static let defects: [Defect] = [
    Defect("PkgLib/WB100001.INI", nil, [.contentOrphaned]),
    Defect("PkgLib/WB100001.INI", "[Packages]\r\nWB100001.1=\r\n", [.malformed, .contentOrphaned]),
    Defect(
      "PkgLib/WB100001.INI", "[Info]\r\nVersion=2\r\n[Packages]\r\nWB100001.1=\r\n",
      [.versionNotListed]),
    Defect("PkgLib/ABC00001.INI", "[Info]\r\n[Packages]\r\nContent_x.1=\r\n", [.contentMissing]),
    Defect("PkgLib/readme.txt", "x", [.stray]),
    Defect("\(data).INI", nil, [.contentMissing, .userOrphaned]),
    Defect("\(data).INI", "[Info]\r\nHash=00\r\n", [.malformed]),
    Defect(
      "\(data).INI", "[Info]\r\nHash=\(String(repeating: "0", count: 64))\r\n", [.directoryHash]),
    Defect("\(data)/Setup.exe.INI", nil, [.directoryHash, .userOrphaned]),
    Defect("\(data)/Setup.exe.INI", "[File]\r\nSize=4\r\n", [.malformed, .userOrphaned]),
    Defect("\(data)/Setup.exe.INI", "[\u{0}F\u{0}]", [.malformed, .userOrphaned]),
    Defect(
      "\(data)/Setup.exe.INI",
      "\(file)Size=5\r\nHash=\(String(one.suffix(64)))\r\n", [.blobSize]),
    Defect(
      "\(data)/Setup.exe.INI",
      "\(file)HashAlgorithm=32780\r\nSize=4\r\nHash=\(String(one.suffix(64)))\r\n", [.hashNotFirst]),
    Defect("\(data)/Extra/x.txt", "x", [.stray, .directoryHash]),
    Defect(one, nil, [.blobMissing]),
    Defect(one, "eno\n", [.blobDamaged]),
    Defect(one, "ones\n", [.blobDamaged, .blobSize]),
    Defect("\(one).INI", nil, [.blobOrphaned, .userMissing]),
    Defect("\(one).INI", "[Users]\r\n", [.malformed, .userMissing]),
    Defect("\(one).INI", "[Users]\r\nAB100001.1=\r\nWB100001.1=\r\n", [.userOrphaned]),
    Defect("FileLib/2C8B/\(other)", "x", [.stray]),
    Defect("FileLib/x", "x", [.stray]),
    Defect(
      "FileLib/0000/\(String(repeating: "0", count: 64))", "x", [.blobDamaged, .blobOrphaned]),
    Defect(
      "FileLib/0000/\(String(repeating: "0", count: 64)).INI", "[Users]\r\nWB100001.1=\r\n",
      [.blobMissing, .userOrphaned]),
  ]

  @Test("each kind of defect is found, and nothing is written", arguments: defects)
  func finds(_ defect: Defect) throws {
    let library = try Library()
    try library.ensure(.vector)
    if let text = defect.text {
      try library.scratch.write(text, to: "library/\(defect.path)")
    } else {
      try DurableFile.unlinkIfPresent(library.root.appending(defect.path))
    }
    let stamps = try library.stamps()
    let report = try library.report()
    #expect(Set(report.counts.keys) == defect.kinds, "\(report.findings)")
    #expect(report.refusal?.code == DistributionReason.libraryDisagrees.code)
    #expect(report.statement == "does not agree with the layout known to public readers")
    #expect(try library.stamps() == stamps)
  }

  @Test("the defects tried are of every kind but the unreadable")
  func everyKind() {
    let tried = Self.defects.reduce(into: Set<LibraryFinding.Kind>()) { $0.formUnion($1.kinds) }
    #expect(tried == Set(LibraryFinding.Kind.allCases).subtracting([.unreadable]))
  }

  @Test("a whole tree is counted and agrees, and more is not said")
  func counts() throws {
    let library = try Library()
    try library.ensure(.vector)
    let report = try library.report()
    #expect(report.packages == 1)
    #expect(report.contents == 1)
    #expect(report.files == 5)
    #expect(report.blobs == 4)
    #expect(report.bytes == 14)
    #expect(report.refusal == nil)
    #expect(report.statement == "agrees with the layout known to public readers")
  }

  @Test("an application's package without version, and signatures, are no findings")
  func application() throws {
    let library = try Library()
    try library.ensure(.vector)
    let text = try library.text("PkgLib/WB100001.INI")
    try library.scratch.write(
      text.replacingOccurrences(of: "Version=1\r\n", with: ""), to: "library/PkgLib/WB100001.INI")
    try library.scratch.write("x", to: "library/\(Self.one).SIG")
    let report = try library.report()
    #expect(report.agrees)
    #expect(report.signatures == 1)
  }

  @Test("a directory hash over names outside ASCII is never called damage")
  func uncertain() throws {
    let library = try Library()
    try library.ensure(Content(files: ["Größe.txt": "x"]))
    #expect(try library.report().agrees)
    try library.scratch.write(
      "[Info]\r\nHash=\(String(repeating: "0", count: 64))\r\nHashAlgorithm=32780\r\n",
      to: "library/DataLib/WB100001.1.INI")
    let report = try library.report()
    #expect(report.agrees)
    #expect(report.uncertain == 1)
  }

  @Test("a folder that is no library at all is refused")
  func noLibrary() throws {
    let scratch = try Scratch()
    refuses(.unknownObject) { _ = try LibraryVerifier(root: scratch.path).verify() }
  }
}
