// SPDX-License-Identifier: Apache-2.0
import Bundles
import Intents
import TestKit
import Trust

extension Samples {
  static let waybills: [Waybill] = [
    Waybill(siteID: site, kind: .out(n: 42), blockSize: 4 << 20, files: [file("orders.tar", 700)]),
    Waybill(
      siteID: site, kind: .back(epoch: random, seq: 7), blockSize: 65536,
      files: [file("orders.tar", 65536), file("volume-001.tar", 65537)]),
  ]

  private static func file(_ name: String, _ length: Int64) -> Waybill.File {
    let count = Int(Waybill.blockCount(length: length, blockSize: 65536))
    return Waybill.File(
      name: name, length: length, sha256: digest, blocks: [Digest](repeating: digest, count: count))
  }

  // MARK: Index

  static func index() throws -> [UInt8] {
    let solid = [
      IndexEntry.Piece(at: 0, file: digest, from: 0, length: 10, of: 10),
      IndexEntry.Piece(at: 10, file: random(1), from: 0, length: 20, of: 20),
    ]
    let parts = (0..<2).map {
      IndexEntry.Piece(at: 0, file: random(2), from: $0 * 5000, length: 5000, of: 10_000)
    }
    return try index(of: [
      IndexEntry(
        volume: 1, offset: 512, length: 30, frame: random(3), encoding: .raw, plain: 30,
        pieces: solid),
      IndexEntry(
        volume: 1, offset: 1536, length: 900, frame: random(4), encoding: .zstd(window: 17),
        plain: 5000, pieces: [parts[0]]),
      IndexEntry(
        volume: 2, offset: 512, length: 800, frame: random(5), encoding: .zstd(window: 10),
        plain: 5000, pieces: [parts[1]]),
    ])
  }

  static func emptyIndex() throws -> [UInt8] { try index(of: []) }

  static func index(of entries: [IndexEntry]) throws -> [UInt8] {
    let bytes = Output()
    var writer = try IndexWriter { bytes.all += $0 }
    for entry in entries { try writer.append(entry) }
    try writer.finish()
    return bytes.all
  }

  static func listing(
    _ header: JSONObject, _ list: String, _ elements: [JSONValue]
  ) throws -> [UInt8] {
    let bytes = Output()
    var writer = ListingWriter(header: header, listName: list) { bytes.all += $0 }
    try writer.headerLine()
    for element in elements { try writer.element(element) }
    try writer.end()
    return bytes.all
  }

  private static func random(_ number: UInt8) -> Digest { .sha256([number]) }

  // MARK: Archives

  static func archive(_ entries: [(name: String, bytes: [UInt8])]) throws -> [UInt8] {
    let bytes = Output()
    let writer = try TarWriter(name: "sample") { bytes.all += $0 }
    for entry in entries { try writer.append(entry.name, entry.bytes) }
    try writer.finish()
    return bytes.all
  }

  static func orders() throws -> [[UInt8]] {
    let names = [
      "targets/content/\(digest).\(digest.hex.prefix(22)).json",
      "targets/sites/a-site-with-a-name-as-long-as30/\(digest).enrolment.json",
      "targets/sites/fjord-3/\(digest).intents.json",
    ]
    let out = try archive(names.map { ($0, Array("{}\n".utf8)) })
    let back = try archive([("index.json", try index()), ("state.json", Array("{}".utf8))])
    return [out, back, try archive([])]
  }

  static func volume() throws -> [UInt8] {
    try archive(try frames().map { ("f/\(Digest.sha256($0))", $0) })
  }

  /// Frames as they are stored: of text, of one byte over and over, of noise.
  static func frames() throws -> [[UInt8]] {
    let words = (0..<200).flatMap { Array("line \($0 * $0) of some text\n".utf8) }
    let noise = (0..<20).flatMap { Digest.sha256([$0]).bytes }
    let encoder = try FrameEncoder(level: 19)
    return try [words, [UInt8](repeating: 7, count: 9000), words + noise].map { plain in
      try plain.withBytes { (bytes) throws(Refusal) in
        try encoder.encode(bytes) { Array($1) }
      }
    }
  }

  // MARK: SHA256SUMS

  static let sums = SumsFile(
    ["START-HERE.html", "orders.tar", "papers.tar", "volume-001.tar"].map {
      SumsFile.Line(name: $0, digest: .sha256(Array($0.utf8)))
    })

  static func sumsSignature() throws -> MinisignSignature {
    try courier.sign(
      sums.bytes, untrustedComment: SumsFile.untrustedComment,
      trustedComment: SumsFile.trustedComment(.out(site, n: 42), fingerprint: digest))
  }
}

/// Where a writer puts its bytes.
private final class Output {
  var all: [UInt8] = []
}
