// SPDX-License-Identifier: Apache-2.0
import Intents
import Testing
import Trust

import Bundles

@Suite struct IndexTests {
  static let digest = Digest.sha256([3])
  static let volumes = [200_000_000, 10_000].map {
    Waybill.File(name: "v", length: $0, sha256: digest, blocks: [])
  }

  static func read(_ lines: [String]) throws -> [IndexEntry] {
    let text =
      "{\"_type\":\"waybill-index\",\"format\":1,\"frames\":[\n"
      + lines.joined(separator: ",\n") + (lines.isEmpty ? "" : "\n") + "]}\n"
    let reader = try IndexReader(
      MemorySource(Array(text.utf8), name: "index.json"), volumes: volumes)
    var entries: [IndexEntry] = []
    while let entry = try reader.next() { entries.append(entry) }
    return entries
  }

  /// An element with some fields replaced.
  static func line(_ changes: [(String, String)] = [], pieces: String? = nil) -> String {
    var fields = [
      ("encoding", "\"raw\""), ("frame", "\"\(digest)\""), ("length", "1000"), ("offset", "512"),
      ("plain", "1000"), ("volume", "1"), ("pieces", pieces ?? "[\(piece())]"),
    ]
    for (key, value) in changes {
      fields.removeAll { $0.0 == key }
      if !value.isEmpty { fields.append((key, value)) }
    }
    return "{" + fields.map { "\"\($0.0)\":\($0.1)" }.joined(separator: ",") + "}"
  }

  static func piece(
    at: Int64 = 0, from: Int64 = 0, length: Int64 = 1000, of: Int64 = 1000, file: UInt8 = 1
  ) -> String {
    "{\"at\":\(at),\"file\":\"\(Digest.sha256([file]))\",\"from\":\(from),\"length\":\(length),\"of\":\(of)}"
  }

  @Test("an index is read as it was written")
  func roundTrip() throws {
    let whole = IndexEntry.Piece(at: 0, file: Self.digest, from: 0, length: 9, of: 9)
    let half = IndexEntry.Piece(at: 0, file: .sha256([4]), from: 0, length: 5, of: 10)
    let rest = IndexEntry.Piece(at: 0, file: .sha256([4]), from: 5, length: 5, of: 10)
    let second = IndexEntry.Piece(at: 9, file: .sha256([5]), from: 0, length: 1, of: 1)
    let entries = [
      IndexEntry(
        volume: 1, offset: 512, length: 5, frame: Self.digest, encoding: .raw, plain: 5,
        pieces: [half]),
      IndexEntry(
        volume: 1, offset: 1536, length: 3, frame: Self.digest, encoding: .zstd(window: 10),
        plain: 10, pieces: [whole, second]),
      IndexEntry(
        volume: 2, offset: 512, length: 5, frame: Self.digest, encoding: .raw, plain: 5,
        pieces: [rest]),
    ]
    var bytes: [UInt8] = []
    var writer = try IndexWriter { bytes += $0 }
    for entry in entries { try writer.append(entry) }
    try writer.finish()
    let reader = try IndexReader(MemorySource(bytes, name: "i"), volumes: Self.volumes)
    for entry in entries { #expect(try reader.next() == entry) }
    #expect(try reader.next() == nil)
    #expect(try Self.read([]).isEmpty)
    #expect(try Self.read([Self.line()]).count == 1)
  }

  @Test(
    "H10 H13 H35 H36: an element with impossible numbers is refused from the numbers",
    arguments: [
      (line([("volume", "0")]), ExitCode.damaged), (line([("volume", "3")]), .damaged),
      (line([("volume", "9007199254740991")]), .damaged), (line([("offset", "0")]), .damaged),
      (line([("offset", "513")]), .damaged), (line([("offset", "-512")]), .damaged),
      (line([("offset", "199999488")]), .damaged),
      (line([("offset", "9007199254740480")]), .damaged),
      (line([("volume", "2"), ("offset", "8704")]), .damaged),
      (line([("length", "0")]), .damaged), (line([("length", "999")]), .damaged),
      (line([("length", "1001")]), .damaged), (line([("length", "68157441")]), .limitExceeded),
      (line([("plain", "0")]), .damaged), (line([("plain", "67108865")]), .limitExceeded),
      (line([("plain", "9007199254740991")]), .limitExceeded),
      (line([("frame", "\"00\"")]), .damaged), (line([("frame", "")]), .damaged),
      (line([("encoding", "\"zstd\"")]), .damaged),
      (line([("encoding", "\"zstd\""), ("window", "28")]), .limitExceeded),
      (line([("encoding", "\"zstd\""), ("window", "9")]), .damaged),
      (line([("encoding", "\"zstd-new\"")]), .unsupported),
      (line([("encoding", "\"\"")]), .unsupported), (line([("encoding", "1")]), .damaged),
    ])
  func numbers(line: String, exit: ExitCode) {
    let refusal = #expect(throws: Refusal.self) { try Self.read([line]) }
    #expect(refusal?.exit == exit, "\(refusal?.description ?? "")")
  }

  @Test(
    "H13 H35: pieces that do not cover the frame, or pass their file, are refused",
    arguments: [
      ("[]", ExitCode.damaged), ("{}", .damaged), ("[1]", .damaged),
      ("[\(piece(at: 1))]", .damaged), ("[\(piece(length: 999))]", .damaged),
      ("[\(piece(length: 0))]", .damaged), ("[\(piece(length: 1001, of: 1001))]", .damaged),
      ("[\(piece(from: 1))]", .damaged), ("[\(piece(of: 999))]", .damaged),
      ("[\(piece(of: 2000))]", .damaged), ("[\(piece(from: 1000, of: 2000))]", .damaged),
      ("[\(piece(from: 9_007_199_254_740_991, length: 9_007_199_254_740_991))]", .damaged),
      ("[\(piece(length: 500, of: 500)),\(piece(at: 499, length: 501, of: 501))]", .damaged),
      ("[\(piece(length: 500, of: 500)),\(piece(at: 501, length: 499, of: 499))]", .damaged),
      ("[\(piece(length: 500, of: 500)),\(piece(at: 500, length: 500, of: 501))]", .damaged),
      (
        "[" + Array(repeating: piece(length: 1, of: 1), count: 4097).joined(separator: ",") + "]",
        .limitExceeded
      ),
    ])
  func pieces(text: String, exit: ExitCode) {
    let refusal = #expect(throws: Refusal.self) { try Self.read([Self.line(pieces: text)]) }
    #expect(refusal?.exit == exit, "\(refusal?.description ?? "")")
  }

  @Test("H35: a solid frame above 4 MiB is refused")
  func solid() {
    let size: Int64 = 4 << 20
    for (last, exit) in [(Int64(0), nil), (1, ExitCode.limitExceeded)] {
      let pieces =
        "[\(Self.piece(length: 7, of: 7)),"
        + "\(Self.piece(at: 7, length: size - 7 + last, of: size - 7 + last))]"
      let line = Self.line(
        [("plain", "\(size + last)"), ("length", "\(size + last)")], pieces: pieces)
      let result = Result { try Self.read([line]) }
      switch result {
      case .success: #expect(exit == nil)
      case .failure(let error): #expect((error as? Refusal)?.exit == exit)
      }
    }
  }

  @Test("H13: frames that overlap, come out of order or leave a file open are refused")
  func order() {
    let second = Self.line([("offset", "2048")])
    let whole: [[String]] = [
      [Self.line(), Self.line()], [second, Self.line()],
      [Self.line(), Self.line([("offset", "1536")])],
      [Self.line([("volume", "2")]), second],
      [Self.line(pieces: "[\(Self.piece(of: 2000))]"), second],
      [
        Self.line(pieces: "[\(Self.piece(of: 2000))]"),
        Self.line([("offset", "2048")], pieces: "[\(Self.piece(from: 999, of: 2000))]"),
      ],
      [
        Self.line(pieces: "[\(Self.piece(of: 2000))]"),
        Self.line([("offset", "2048")], pieces: "[\(Self.piece(from: 1000, of: 2001))]"),
      ],
    ]
    for lines in whole {
      let refusal = #expect(throws: Refusal.self) { try Self.read(lines) }
      #expect(refusal?.code == BundleReason.indexInvalid.code, "\(refusal?.description ?? "")")
    }
    #expect(throws: Never.self) { try Self.read([Self.line(), second]) }
    #expect(throws: Never.self) {
      try Self.read([
        Self.line(pieces: "[\(Self.piece(of: 2000))]"),
        Self.line([("offset", "2048")], pieces: "[\(Self.piece(from: 1000, of: 2000))]"),
      ])
    }
  }

  @Test("an index of another type or a newer format is refused")
  func header() {
    for (header, exit) in [
      ("\"_type\":\"waybill-state\",\"format\":1", ExitCode.damaged), ("\"format\":1", .damaged),
      ("\"_type\":\"waybill-index\",\"format\":2", .unsupported),
      ("\"_type\":\"waybill-index\"", .damaged),
    ] {
      let text = "{\(header),\"frames\":[\n]}\n"
      let refusal = #expect(throws: Refusal.self) {
        try IndexReader(MemorySource(Array(text.utf8), name: "i"), volumes: [])
      }
      #expect(refusal?.exit == exit)
    }
  }
}
