// SPDX-License-Identifier: Apache-2.0
package import Bundles
import Foundation
import GRDB
package import Intents
package import SystemPackage
import Trust

/// The centre's content: frames named by their SHA-256, and which bytes of which file lie in which frame.
///
/// A frame is on disk, synced, before the ledger speaks of it, so a crash leaves at most frames that nobody
/// names; adding again finds them.
package struct Depot {
  /// A frame as the ledger knows it.
  package struct Frame: Sendable, Hashable {
    package let digest: Digest
    package let encoding: FrameEncoding
    /// Stored bytes.
    package let length: Int64
    /// Plain bytes.
    package let plain: Int64
    package let pieces: [IndexEntry.Piece]
  }

  let folder: FilePath
  let ledger: Ledger

  init(of profile: CentreProfile) {
    folder = profile.depotFolder
    ledger = profile.ledger
  }

  func path(of frame: Digest) -> FilePath {
    folder.appending("frames").appending(String(frame.hex.prefix(2))).appending(frame.hex)
  }

  package func path(ofManifest manifest: Digest) -> FilePath {
    folder.appending("manifests").appending("\(manifest.hex).json")
  }

  /// Puts a frame on disk; one that is there already is left alone.
  func write(_ stored: [UInt8], named digest: Digest) throws(Refusal) {
    let path = path(of: digest)
    if FileQuery.status(path)?.length == Int64(stored.count) { return }
    try DurableFile.makeFolder(path.removingLastComponent())
    try DurableFile.write(stored, to: path)
  }

  /// The stored bytes of a frame, re-hashed.
  ///
  /// - Throws: `CentreReason.depotDamaged`.
  package func stored(_ frame: Frame) throws(Refusal) -> [UInt8] {
    let path = path(of: frame.digest)
    guard FileQuery.status(path)?.length == frame.length else {
      throw Refusal(
        CentreReason.depotDamaged, path.text,
        seen: FileQuery.status(path).map { "\($0.length) bytes" } ?? "no file",
        expected: "\(frame.length) bytes")
    }
    let bytes = try FileQuery.contents(of: path, cap: frame.length)
    let digest = Digest.sha256(bytes)
    guard digest == frame.digest else {
      throw Refusal(
        CentreReason.depotDamaged, path.text, seen: digest.hex, expected: frame.digest.hex)
    }
    return bytes
  }

  /// The manifest of a content version, without its files.
  package func manifest(_ digest: Digest) throws(Refusal) -> ContentManifest {
    try ManifestDocument.manifest(try files(of: digest).header)
  }

  /// The manifest of a content version as a listing of its files.
  func files(of manifest: Digest) throws(Refusal) -> ListingReader {
    try ListingReader(path(ofManifest: manifest), listName: ManifestDocument.list)
  }

  /// Whether the depot has the file.
  func holds(_ file: Digest, in database: Database) throws -> Bool {
    try Bool.fetchOne(
      database, sql: "SELECT EXISTS(SELECT 1 FROM pieces WHERE file = ?)", arguments: [file.hex])
      ?? false
  }

  static func insert(_ frame: Frame, in database: Database) throws {
    try database.execute(
      sql:
        "INSERT OR IGNORE INTO frames(sha256, encoding, length, plain, window) VALUES (?, ?, ?, ?, ?)",
      arguments: [
        frame.digest.hex, frame.encoding.window == nil ? "raw" : "zstd", frame.length, frame.plain,
        frame.encoding.window,
      ])
    for piece in frame.pieces {
      try database.execute(
        sql: """
          INSERT OR IGNORE INTO pieces(frame, at, file, start, length, of) VALUES (?, ?, ?, ?, ?, ?)
          """,
        arguments: [
          frame.digest.hex, piece.at, piece.file.hex, piece.from, piece.length, piece.of,
        ])
    }
    if frame.pieces.count > 1 || frame.pieces.first.map({ $0.of < CentreLimits.smallFile }) ?? false
    {
      try database.execute(
        sql: "INSERT OR IGNORE INTO solids(key, frame) VALUES (?, ?)",
        arguments: [solidKey(frame.pieces.map(\.file)), frame.digest.hex])
    }
  }

  /// What a solid frame of these files, in this order, is found by.
  static func solidKey(_ files: [Digest]) -> String {
    Digest.sha256(files.flatMap(\.bytes)).hex
  }

  static func frame(_ digest: String, in database: Database) throws -> Frame {
    guard
      let row = try Row.fetchOne(
        database, sql: "SELECT * FROM frames WHERE sha256 = ?", arguments: [digest])
    else {
      throw Refusal(
        CentreReason.ledgerDamaged, "ledger, frames", seen: "no frame \(digest)",
        expected: "the frame that a piece names")
    }
    let pieces = try Row.fetchAll(
      database, sql: "SELECT * FROM pieces WHERE frame = ? ORDER BY at", arguments: [digest]
    ).map { piece in
      IndexEntry.Piece(
        at: piece["at"], file: try piece.parsed("file") { Digest(hex: $0) }, from: piece["start"],
        length: piece["length"], of: piece["of"])
    }
    let window: Int? = row["window"]
    return Frame(
      digest: try row.parsed("sha256") { Digest(hex: $0) },
      encoding: window.map { .zstd(window: $0) } ?? .raw, length: row["length"],
      plain: row["plain"], pieces: pieces)
  }

  /// The frames that hold `file`, in the order of its bytes: its own, or one solid frame.
  static func frames(of file: Digest, in database: Database) throws -> [Frame] {
    let rows = try Row.fetchAll(
      database,
      sql: "SELECT frame, start, length, of FROM pieces WHERE file = ? ORDER BY start, frame",
      arguments: [file.hex])
    var frames: [Frame] = []
    var next: Int64 = 0
    for row in rows where (row["start"] as Int64) == next {
      frames.append(try frame(row["frame"], in: database))
      next += row["length"] as Int64
      if next == row["of"] as Int64 { return frames }
    }
    throw Refusal(
      CentreReason.depotDamaged, "depot", seen: "\(next) bytes of file \(file)",
      expected: "frames that hold it whole")
  }
}

extension FrameEncoding {
  /// log2 of the decoder's window; nil for `raw`.
  fileprivate var window: Int? {
    if case .zstd(let window) = self { window } else { nil }
  }
}
