// SPDX-License-Identifier: Apache-2.0
import Foundation
import Intents
import SystemPackage
import Testing
import Trust

import Bundles

@Suite struct BundleTests {
  @Test("what was written into a bundle comes out of it", arguments: [130_000, 160_000, 1 << 20])
  func roundTrip(volumeSize: Int64) throws {
    let medium = try TestFolder()
    let bundle = try TestBundle(on: medium, volumeSize: volumeSize)
    let contents = try bundle.contents()
    #expect(contents.count == TestBundle.files.count)
    for file in TestBundle.files { #expect(contents[.sha256(file)] == file) }
    for volume in bundle.waybill.volumes { #expect(volume.length <= volumeSize) }
    try bundle.written.reread()
    let orders = try TarReader(
      VerifiedPieceReader(
        FileSource(bundle.folder.appending("orders.tar")), as: bundle.waybill.orders,
        blockSize: 65536), rules: .outOrders)
    #expect(try orders.next()?.name.hasSuffix("index.json") == true)
    #expect(try orders.contents(cap: 1 << 20) == bundle.index)
    #expect(try orders.next()?.name.hasSuffix("intents.json") == true)
    #expect(try orders.next() == nil)
  }

  @Test("C10 F16: the same bundle comes out the same to the byte, over left-overs too")
  func reproducible() throws {
    let (first, second) = (try TestFolder(), try TestFolder())
    let folder = "fjord-3.out.000042"
    for name in ["volume-001.tar", "volume-009.tar", "papers-copy.tar.part", "orders.tar"] {
      try second.write([1, 2, 3], "\(folder)/\(name)")
    }
    _ = try TestBundle(on: first)
    let old = umask(0o077)
    defer { umask(old) }
    _ = try TestBundle(on: second)
    let files = try first.allFiles()
    #expect(try second.allFiles() == files)
    #expect(
      files.keys.sorted()
        == [
          "SHA256SUMS", "SHA256SUMS.minisig", "START-HERE.html", "orders.tar", "papers-copy.tar",
          "papers.tar", "volume-001.tar", "volume-002.tar",
        ].map { "\(folder)/\($0)" })
    let status = FileQuery.status(second.path.appending("\(folder)/papers.tar"))
    #expect(status?.mode == 0o644)
    #expect(FileQuery.status(second.path.appending(folder))?.mode == 0o755)
  }

  @Test("a finished bundle is not written over, and a stranger's file in the folder stays")
  func finishedStays() throws {
    let medium = try TestFolder()
    try medium.write([5], "fjord-3.out.000042/holiday.jpg")
    _ = try TestBundle(on: medium)
    #expect(try medium.bytes("fjord-3.out.000042/holiday.jpg") == [5])
    let refusal = #expect(throws: Refusal.self) { try TestBundle(on: medium) }
    #expect(refusal?.code == BundleReason.bundleThere.code)
  }

  @Test("M12 M13: a writing that stops before the end leaves no papers")
  func unfinished() throws {
    let medium = try TestFolder()
    let writer = try BundleWriter(
      medium: medium.path, name: TestBundle.name(), blockSize: 65536, volumeSize: 160_000)
    var frames = try TestBundle.frames()
    frames.append(
      FrameSource(
        frame: .sha256([1]), encoding: .raw, length: 1, plain: 1, pieces: []
      ) { () throws(Refusal) in MemorySource([2], name: "changed in the depot") })
    let refusal = #expect(throws: Refusal.self) {
      try writer.writeVolumes(frames, index: medium.path.appending("index"))
    }
    #expect(refusal?.code == BundleReason.frameDamaged.code)
    #expect(try medium.allFiles().keys.allSatisfy { !$0.contains("papers") })
  }

  @Test("a frame that passes the size of a volume is refused before it is written")
  func largeFrame() throws {
    let medium = try TestFolder()
    let refusal = #expect(throws: Refusal.self) { try TestBundle(on: medium, volumeSize: 90_000) }
    #expect(refusal?.exit == .limitExceeded)
  }

  @Test("M14: a medium that gives back other bytes is found out, each file named")
  func reread() throws {
    let medium = try TestFolder()
    let bundle = try TestBundle(on: medium)
    for name in try medium.allFiles().keys.sorted() {
      let good = try medium.bytes(name)
      var bad = good
      bad[bad.count / 2] ^= 1
      for changed in [bad, Array(good.dropLast()), []] {
        try medium.write(changed, name)
        let refusal = #expect(throws: Refusal.self) { try bundle.written.reread() }
        #expect(refusal?.code == BundleReason.mediumForgets.code)
        let file = try #require(name.split(separator: "/").last)
        #expect(refusal?.seen.contains(file) == true)
      }
      try medium.write(good, name)
    }
    try bundle.written.reread()
  }

  @Test("FORMAT.md 13: SHA256SUMS passes sha256sum -c", .enabled(if: Tool.exists("sha256sum")))
  func stockSums() throws {
    let medium = try TestFolder()
    let bundle = try TestBundle(on: medium)
    #expect(try Tool.run("sha256sum", ["-c", "--strict", "SHA256SUMS"], in: bundle.folder) == 0)
  }

  @Test("bsdtar reads papers, orders and volumes", .enabled(if: Tool.exists("bsdtar")))
  func stockTar() throws {
    let medium = try TestFolder()
    let bundle = try TestBundle(on: medium)
    for name in ["papers.tar", "orders.tar", "volume-001.tar"] {
      #expect(try Tool.run("bsdtar", ["-tvf", name], in: bundle.folder) == 0)
    }
  }

  @Test("H04: frames that the index does not list are ignored and reported; missing ones named")
  func extraAndMissing() throws {
    let medium = try TestFolder()
    let bundle = try TestBundle(on: medium, volumeSize: 1 << 20)
    let lines = String(decoding: bundle.index, as: UTF8.self).split(separator: "\n")
    // Without its first frame, which holds the small files.
    let fewer = ([lines[0]] + lines[2...]).joined(separator: "\n") + "\n"
    let volume = try #require(bundle.waybill.volumes.first)
    func read(_ index: String, _ bytes: [UInt8]) throws -> FrameStream.VolumeReport {
      let frames = try FrameStream(
        index: IndexReader(MemorySource(Array(index.utf8), name: "i"), volumes: [volume]))
      return try frames.read(
        volume: 1, from: SourceStream(MemorySource(bytes, name: "volume-001.tar"))
      ) { _, _ in }
    }
    let bytes = try medium.bytes("fjord-3.out.000042/volume-001.tar")
    let report = try read(fewer, bytes)
    #expect(report.extraCount == 1)
    #expect(report.extra.first == "f/\(try TestBundle.frames()[0].frame)")
    // The volume without its first frame, at the same length.
    let first = Int(TarWriter.room(forEntryOf: try TestBundle.frames()[0].length))
    let other = try TarTests.archive([("f/\(TarTests.hex)", BlockTests.noise(first - 512))])
    let replaced = Array(other.dropLast(1024)) + bytes[first...]
    #expect(replaced.count == bytes.count)
    let refusal = #expect(throws: Refusal.self) {
      try read(String(decoding: bundle.index, as: UTF8.self), replaced)
    }
    #expect(refusal?.exit == .damaged)
    let without = Array(bytes[first...])
    let second = #expect(throws: Refusal.self) {
      try read(String(decoding: bundle.index, as: UTF8.self), without)
    }
    #expect([.damaged, .incomplete].contains(second?.exit))
  }
}

/// Stock tools, where they are installed.
enum Tool {
  static func exists(_ name: String) -> Bool {
    FileManager.default.isExecutableFile(atPath: "/usr/bin/\(name)")
  }

  static func run(_ name: String, _ arguments: [String], in folder: FilePath) throws -> Int32 {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/\(name)")
    process.arguments = arguments
    process.currentDirectoryURL = URL(fileURLWithPath: folder.string)
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    return process.terminationStatus
  }
}
