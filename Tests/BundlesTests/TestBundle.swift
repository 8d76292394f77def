// SPDX-License-Identifier: Apache-2.0
import Intents
import SystemPackage
import Testing
import Trust

import Bundles

/// A small whole bundle: some files in frames, an index and a state as orders, papers with nothing signed.
struct TestBundle {
  static let hashed = Digest.sha256([9]).hex
  static let files: [[UInt8]] = [
    Array(String(repeating: "one small text ", count: 40).utf8), [1], BlockTests.noise(3000),
    BlockTests.noise(150_000, seed: 7),
    Array(String(repeating: "large and dull ", count: 9000).utf8),
  ]

  let folder: FilePath
  let waybill: Waybill
  let papers: [UInt8]
  let index: [UInt8]
  let written: WrittenBundle

  /// The first three files share a solid frame; the others are cut into frames of 100,000 bytes.
  static func frames() throws -> [FrameSource] {
    var frames: [FrameSource] = []
    var solid: [UInt8] = []
    var pieces: [IndexEntry.Piece] = []
    for file in files.prefix(3) {
      let count = Int64(file.count)
      pieces.append(
        .init(at: Int64(solid.count), file: .sha256(file), from: 0, length: count, of: count))
      solid += file
    }
    frames.append(try frame(solid, pieces))
    for file in files.dropFirst(3) {
      for start in stride(from: 0, to: file.count, by: 100_000) {
        let part = Array(file[start..<min(start + 100_000, file.count)])
        let piece = IndexEntry.Piece(
          at: 0, file: .sha256(file), from: Int64(start), length: Int64(part.count),
          of: Int64(file.count))
        frames.append(try frame(part, [piece]))
      }
    }
    return frames
  }

  static func frame(_ plain: [UInt8], _ pieces: [IndexEntry.Piece]) throws -> FrameSource {
    let (encoding, stored) = try FrameTests.encode(plain)
    return FrameSource(
      frame: .sha256(stored), encoding: encoding, length: Int64(stored.count),
      plain: Int64(plain.count), pieces: pieces
    ) { () throws(Refusal) in MemorySource(stored, name: "stored frame") }
  }

  static func name() throws -> BundleName { try #require(BundleName("fjord-3.out.000042")) }

  init(
    on medium: TestFolder, volumeSize: Int64 = 130_000, sealedTo recipients: [AgeRecipient] = []
  ) throws {
    let writer = try BundleWriter(
      medium: medium.path, name: Self.name(), blockSize: 65536, volumeSize: volumeSize,
      sealedTo: recipients)
    let temporary = try TestFolder()
    let indexPath = temporary.path.appending("index")
    try writer.writeVolumes(try Self.frames(), index: indexPath)
    index = try temporary.bytes("index")
    try writer.writeOrders([
      OrdersEntry(
        name: "targets/sites/fjord-3/\(Self.hashed).intents.json",
        source: MemorySource(Array("{}".utf8), name: "intents")),
      OrdersEntry(
        name: "targets/sites/fjord-3/\(Self.hashed).index.json", source: try FileSource(indexPath)),
    ])
    waybill = Waybill(
      siteID: writer.name.siteID, kind: .out(n: 42), blockSize: 65536, files: writer.files)
    var entries = TestPapers.outEntries.filter { $0.name != "waybill.json" }
    entries.append(("waybill.json", waybill.encoded))
    papers = try PapersWriter.bytes(entries: entries)
    written = try writer.finish(
      papers: papers,
      startHere: { StartHere.page(writer.name, contact: "Duty desk +47 1234", files: $0) },
      minisign: { (sums) throws(Refusal) in Array("signature of \(sums.count)".utf8) })
    folder = writer.folder
  }

  /// Reads all files back through verified blocks; the key is the digest, the value the bytes.
  func contents(for identity: AgeIdentity? = nil) throws -> [Digest: [UInt8]] {
    let reader = try IndexReader(
      MemorySource(index, name: "index.json"), volumes: waybill.volumes)
    let frames = try FrameStream(index: reader)
    var files: [Digest: [UInt8]] = [:]
    for (offset, volume) in waybill.volumes.enumerated() {
      let stream = try PieceStream.open(
        copies: [try FileSource(folder.appending(volume.name))], as: volume, of: waybill,
        for: identity)
      let report = try frames.read(volume: offset + 1, from: stream) { piece, bytes in
        files[piece.file, default: []] += bytes
      }
      #expect(report.extraCount == 0)
    }
    #expect(try frames.finish() == 0)
    return files
  }
}
