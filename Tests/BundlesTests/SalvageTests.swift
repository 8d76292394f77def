// SPDX-License-Identifier: Apache-2.0
import Foundation
import Intents
import SystemPackage
import Testing
import Trust

import Bundles

@Suite struct SalvageTests {
  @Test("M08: two half-good copies of a volume are merged by block")
  func merge() throws {
    let medium = try TestFolder()
    let bundle = try TestBundle(on: medium, volumeSize: 1 << 20)
    let name = "fjord-3.out.000042/volume-001.tar"
    let good = try medium.bytes(name)
    var (first, second) = (good, good)
    first[0] ^= 1
    second[70_000] ^= 1
    try medium.write(first, name)
    try medium.write(second, "second stick/volume-001.tar")
    var locator = PieceLocator(try MediumScan(medium.path))
    let location = locator.locate(bundle.waybill, near: bundle.folder)[1]
    #expect(location.copies.count == 2)
    var copies: [any ByteSource] = []
    for file in location.copies { copies.append(try file.open()) }
    #expect(
      BlockCheck.defects(in: [.init(location.file, copies: copies)], blockSize: 65536).isEmpty)
    let reader = try VerifiedPieceReader(copies: copies, as: location.file, blockSize: 65536)
    var read: [UInt8] = []
    while let block = try reader.next() { read += block }
    #expect(read == good)
    // With one copy alone, each names its own block.
    for (copy, block) in zip(copies, [1, 0]) {
      let defects = BlockCheck.defects(in: [.init(location.file, from: copy)], blockSize: 65536)
      #expect(defects.map(\.block) == [block])
    }
  }

  @Test(
    "M08 M15: a copy whose first block is damaged serves by block, whatever it is called",
    arguments: ["fjord-3.out.000042/volume-001.tar", "stick/volume-001.tar", "stick/FILE3.DAT"])
  func firstBlock(name: String) throws {
    let medium = try TestFolder()
    let bundle = try TestBundle(on: medium, volumeSize: 1 << 20)
    let own = "fjord-3.out.000042/volume-001.tar"
    let good = try medium.bytes(own)
    var (first, second) = (good, good)
    first[0] ^= 1
    second[70_000] ^= 1
    try FileManager.default.removeItem(atPath: medium.path.appending(own).string)
    try medium.write(second, "a folder before/second.bin")
    try medium.write(first, name)
    var locator = PieceLocator(try MediumScan(medium.path))
    let location = locator.locate(bundle.waybill, near: bundle.folder)[1]
    guard case .found = location.state else { throw Refusal.unexpected("no copy") }
    let piece = BlockCheck.Piece(location.file, copies: try location.sources())
    #expect(BlockCheck.defects(in: [piece], blockSize: 65536).isEmpty)
    let reader = try VerifiedPieceReader(
      copies: try location.sources(), as: location.file, blockSize: 65536)
    var read: [UInt8] = []
    while let block = try reader.next() { read += block }
    #expect(read == good)
  }

  @Test(
    "M05 M15: a piece with a damaged first block is damaged, not missing, whatever it is called",
    arguments: ["fjord-3.out.000042/volume-001.tar", "stick/volume-001.tar", "stick/FILE3.DAT"])
  func damagedIsNotMissing(name: String) throws {
    let medium = try TestFolder()
    let bundle = try TestBundle(on: medium, volumeSize: 1 << 20)
    let own = "fjord-3.out.000042/volume-001.tar"
    var bytes = try medium.bytes(own)
    bytes[0] ^= 1
    try FileManager.default.removeItem(atPath: medium.path.appending(own).string)
    try medium.write(bytes, name)
    // Neither name nor length makes a file a piece.
    try medium.write([UInt8](repeating: 7, count: bytes.count), "a folder before/volume-001.tar")
    var locator = PieceLocator(try MediumScan(medium.path))
    let location = locator.locate(bundle.waybill, near: bundle.folder)[1]
    guard case .suspect(let file) = location.state else { throw Refusal.unexpected("no suspect") }
    #expect(file.path == medium.path.appending(name))
    let piece = BlockCheck.Piece(location.file, copies: try location.sources())
    #expect(BlockCheck.defects(in: [piece], blockSize: 65536).map(\.block) == [0])
  }

  @Test(
    "M05 M19: identity is content, not place: a stranger of the right name and length is no piece")
  func identity() throws {
    let medium = try TestFolder()
    let bundle = try TestBundle(on: medium, volumeSize: 1 << 20)
    let own = "fjord-3.out.000042/volume-001.tar"
    let count = try medium.bytes(own).count
    try FileManager.default.removeItem(atPath: medium.path.appending(own).string)
    try medium.write([UInt8](repeating: 7, count: count), "old/volume-001.tar")
    var locator = PieceLocator(try MediumScan(medium.path))
    let location = locator.locate(bundle.waybill, near: bundle.folder)[1]
    guard case .missing = location.state else { throw Refusal.unexpected("no piece") }
    #expect(location.copies.isEmpty)
  }

  @Test(
    "M07 M42: of a damaged volume every frame comes out but those in bad blocks", arguments: [0, 1])
  func salvage(block: Int) throws {
    let medium = try TestFolder()
    let bundle = try TestBundle(on: medium, volumeSize: 1 << 20)
    let volume = try #require(bundle.waybill.volumes.first)
    var bytes = try medium.bytes("fjord-3.out.000042/volume-001.tar")
    bytes[block * 65536 + 700] ^= 1
    let ranges = VerifiedRanges(
      copies: [MemorySource(bytes, name: "v")], as: volume, blockSize: 65536)
    let frames = try FrameStream(
      index: IndexReader(
        MemorySource(bundle.index, name: "index.json"), volumes: bundle.waybill.volumes))
    var files: [Digest: [UInt8]] = [:]
    let lost = try frames.salvage(volume: 1, from: ranges) { piece, bytes in
      files[piece.file, default: []] += bytes
    }
    #expect(try frames.finish() == 0)
    let lostFiles = Set(lost.flatMap(\.pieces).map(\.file))
    #expect(!lost.isEmpty)
    for file in TestBundle.files where !lostFiles.contains(.sha256(file)) {
      #expect(files[.sha256(file)] == file)
    }
    // The first block holds the solid frame, whose small files are all named.
    #expect(lostFiles.contains(.sha256(TestBundle.files[0])) == (block == 0))
    #expect(lostFiles.contains(.sha256(TestBundle.files[1])) == (block == 0))
  }
}
