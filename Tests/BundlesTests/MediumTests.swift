// SPDX-License-Identifier: Apache-2.0
import Foundation
import Glibc
import Intents
import SystemPackage
import Testing
import Trust

import Bundles

@Suite struct MediumTests {
  @Test("M17 M31 M32: links, pipes and noise are never opened, and told apart")
  func kinds() throws {
    let medium = try TestFolder()
    try medium.write([1], "a/b/file")
    try medium.write([1], "System Volume Information/IndexerVolumeGuid")
    try medium.write([1], ".DS_Store")
    try medium.write([1], "a/Thumbs.db")
    let (pipe, loop, link) = ("papers.tar", "a/loop", "a/link")
    #expect(mkfifo(medium.path.appending(pipe).string, 0o644) == 0)
    #expect(symlink("..", medium.path.appending(loop).string) == 0)
    #expect(symlink("b/file", medium.path.appending(link).string) == 0)
    let scan = try MediumScan(medium.path)
    #expect(scan.files.map(\.path) == [medium.path.appending("a/b/file")])
    #expect(
      Set(scan.others) == Set([pipe, loop, link].map { medium.path.appending($0) }))
    #expect(scan.noise.count == 3)
    #expect(scan.papersCandidates().isEmpty)
    // A file that becomes a pipe after the search does not hang whoever opens it.
    let late = MediumScan.File(path: medium.path.appending(pipe), length: 1)
    let refusal = #expect(throws: Refusal.self) { try late.open() }
    #expect(refusal?.code == BundleReason.notRegular.code)
  }

  @Test("M31: a tree that is too deep or too wide is a limit")
  func bounds() throws {
    let deep = try TestFolder()
    try deep.write([1], "1/2/3/4/file")
    #expect(try MediumScan(deep.path).files.count == 1)
    try deep.write([1], "1/2/3/4/5/file")
    let tooDeep = #expect(throws: Refusal.self) { try MediumScan(deep.path) }
    #expect(tooDeep?.code == BundleReason.searchTooWide.code)
    let wide = try TestFolder()
    for index in 0...BundleLimits.searchedEntries {
      #expect(mkdir(wide.path.appending("\(index)").string, 0o755) == 0)
    }
    let tooWide = #expect(throws: Refusal.self) { try MediumScan(wide.path) }
    #expect(tooWide?.code == BundleReason.tooManyEntries.code)
  }

  @Test("M23 M18: odd names are carried as they are, names that are no UTF-8 reported")
  func oddNames() throws {
    let medium = try TestFolder()
    let names = ["- dash", "blank at end ", "ümläut", "new\nline", "\u{1b}[31m"]
    for name in names { try medium.write([1], name) }
    let bad: [CChar] = (medium.path.string + "/").utf8.map { CChar(bitPattern: $0) } + [-1, 0]
    let descriptor = creat(bad, 0o644)
    #expect(descriptor >= 0)
    close(descriptor)
    let scan = try MediumScan(medium.path)
    #expect(Set(scan.files.map(\.name)) == Set(names))
    #expect(scan.others.count == 1)
  }

  @Test("M15 M40: pieces and papers are found under any name, in any folder")
  func renamed() throws {
    let medium = try TestFolder()
    let bundle = try TestBundle(on: medium)
    let folder = "fjord-3.out.000042"
    for (index, name) in try FileManager.default.contentsOfDirectory(
      atPath: bundle.folder.string
    ).sorted().enumerated() {
      let target = medium.path.appending("FLAT\(index).BIN").string
      try FileManager.default.moveItem(
        atPath: bundle.folder.appending(name).string, toPath: target)
    }
    let scan = try MediumScan(medium.path)
    let candidates = scan.papersCandidates()
    #expect(candidates.count == 2)
    let papers = try PapersReader.read(try #require(candidates.first).open())
    #expect(papers.digest == .sha256(bundle.papers))
    var locator = PieceLocator(scan)
    let locations = locator.locate(
      try papers.waybill(), near: medium.path.appending(folder))
    #expect(locations.count == 3)
    for location in locations {
      #expect(location.isRenamed)
      let file = try #require(location.best)
      let defects = BlockCheck.defects(
        in: [.init(location.file, from: try file.open())], blockSize: 65536)
      #expect(defects.isEmpty)
    }
  }

  @Test("M05 M19 M08: missing, foreign and doubled pieces are told apart by content")
  func pieces() throws {
    let medium = try TestFolder()
    let bundle = try TestBundle(on: medium)
    let folder = "fjord-3.out.000042"
    let volume = try medium.bytes("\(folder)/volume-001.tar")
    // An older run's volume elsewhere, a second good copy, and no orders.
    try medium.write([UInt8](repeating: 7, count: volume.count), "old/volume-001.tar")
    try medium.write(volume, "copies/x")
    try FileManager.default.removeItem(atPath: bundle.folder.appending("orders.tar").string)
    // The second volume lies in its place with other content.
    var second = try medium.bytes("\(folder)/volume-002.tar")
    second[100] ^= 1
    try medium.write(second, "\(folder)/volume-002.tar")
    var locator = PieceLocator(try MediumScan(medium.path))
    let locations = locator.locate(bundle.waybill, near: bundle.folder)
    guard case .missing = locations[0].state else { throw Refusal.unexpected("orders") }
    guard case .found(let copies) = locations[1].state else { throw Refusal.unexpected("first") }
    #expect(copies.map(\.name) == ["volume-001.tar", "x"])
    #expect(!locations[1].isRenamed)
    guard case .suspect(let file) = locations[2].state else { throw Refusal.unexpected("second") }
    let defects = BlockCheck.defects(
      in: [.init(locations[2].file, from: try file.open())], blockSize: 65536)
    #expect(defects.map(\.block) == [0])
  }

  @Test("M36 M41: damaged papers and papers of a newer format are candidates, to be named")
  func candidates() throws {
    let medium = try TestFolder()
    let newer =
      PapersHeader.bytes(name: "waybill-format", size: 11) + Array("waybill 10\n".utf8)
      + [UInt8](repeating: 0, count: 3000)
    try medium.write(newer, "anything.bin")
    try medium.write([1, 2, 3], "x/papers.tar")
    try medium.write([], "x/papers-copy.tar")
    try medium.write([UInt8](repeating: 0, count: 5000), "x/other.tar")
    let candidates = try MediumScan(medium.path).papersCandidates()
    #expect(candidates.map(\.name) == ["anything.bin", "papers-copy.tar", "papers.tar"])
    var exits: [ExitCode] = []
    for file in candidates {
      let refusal = #expect(throws: Refusal.self) { try PapersReader.read(file.open()) }
      exits += refusal.map { [$0.exit] } ?? []
    }
    #expect(exits == [.unsupported, .damaged, .damaged])
  }

  @Test("M25 M26 M28 M10: every change and loss in a bundle is named")
  func survey() throws {
    let medium = try TestFolder()
    let bundle = try TestBundle(on: medium)
    let papers = try PapersReader.read(bundle.papers, named: "papers.tar")
    func survey() throws -> BundleSurvey {
      let scan = try MediumScan(medium.path)
      let copies = scan.papersCandidates().filter { file in
        (try? PapersReader.read(file.open()).digest) == papers.digest
      }
      var locator = PieceLocator(scan)
      return try BundleSurvey(of: papers, at: copies, on: scan, with: &locator)
    }
    let clean = try survey()
    #expect(clean.refusal == nil)
    #expect(clean.items.count == 8)
    #expect(clean.signature == bundle.written.signature)
    for name in try medium.allFiles().keys.sorted() {
      let good = try medium.bytes(name)
      let file = String(try #require(name.split(separator: "/").last))
      let isSignature = file == SumsFile.signatureName
      for place in stride(from: 0, to: good.count, by: max(1, good.count / 9)) {
        var bad = good
        bad[place] ^= 1 << (place % 8)
        for changed in [bad, Array(good[..<place]), good + [0]] {
          try medium.write(changed, name)
          let survey = try survey()
          if isSignature {
            #expect(survey.signature == changed)
          } else {
            // A changed digest of the page in the list cannot be told from a changed page.
            let named = survey.defects.map(\.name)
            #expect(
              named.contains(file) || file == SumsFile.name && named == [StartHere.name],
              "\(file), byte \(place)")
            #expect(survey.refusal?.exit == .damaged)
          }
        }
      }
      try FileManager.default.removeItem(atPath: medium.path.appending(name).string)
      let without = try survey()
      #expect(without.defects.first { $0.name == file }?.state == .missing)
      // A missing list only leaves the page unchecked; a missing signature is for the caller to judge, who has
      // the key or has not (M26).
      let isOptional = file == SumsFile.name || file == SumsFile.signatureName
      if !isOptional { #expect(without.refusal?.exit == .incomplete) }
      try medium.write(good, name)
    }
    try medium.write([1], "fjord-3.out.000042/autorun.exe")
    let more = try survey()
    #expect(more.refusal == nil)
    #expect(!more.claimed.contains(bundle.folder.appending("autorun.exe")))
  }
}

extension Refusal {
  static func unexpected(_ what: String) -> Refusal {
    Refusal(BundleReason.fileFailed, what, seen: "another state", expected: "the state asked for")
  }
}
