// SPDX-License-Identifier: Apache-2.0
import Bundles
import Foundation
import GRDB
import Intents
import Trust

/// What the ledger knows of frames. One stored frame may be several things: parts of files that are the same bytes, or
/// deltas of parts that did not change, each against another range.
extension Depot {
  /// What a frame is found by: its stored bytes, and which of the things that these are it is.
  struct FrameName {
    let frame: String
    /// The file of its first piece, and where that begins in it.
    let file: String
    let start: Int64
    /// The file that it builds on and where its range begins there; nil for one that stands alone.
    let reference: (file: String, from: Int64)?
  }

  static func insert(_ frame: Frame, in database: Database) throws {
    try database.execute(
      sql:
        "INSERT OR IGNORE INTO frames(sha256, encoding, length, plain, window) VALUES (?, ?, ?, ?, ?)",
      arguments: [
        frame.digest.hex, frame.encoding.name, frame.length, frame.plain, frame.encoding.window,
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

  /// A frame of its own or one against a reference; nil when the ledger has none of that name.
  static func frame(_ name: FrameName, in database: Database) throws -> Frame? {
    if name.reference != nil { return try deltaFrame(name, in: database) }
    let row = try Row.fetchOne(
      database,
      sql: "SELECT * FROM pieces WHERE frame = ? AND at = 0 AND file = ? AND start = ?",
      arguments: [name.frame, name.file, name.start])
    return try row.map { try frame(name.frame, with: IndexEntry.Piece($0), in: database) }
  }

  static func unknown(_ frame: String) -> Refusal {
    Refusal(
      CentreReason.ledgerDamaged, "ledger, frames", seen: "no frame \(frame)",
      expected: "the frame that a piece names")
  }

  /// The frames that hold `file`, in the order of its bytes: its own, or one solid frame; nil when there is a gap.
  static func frames(of file: Digest, in database: Database) throws -> [Frame]? {
    let rows = try Row.fetchAll(
      database, sql: "SELECT * FROM pieces WHERE file = ? ORDER BY start, frame",
      arguments: [file.hex])
    var frames: [Frame] = []
    var next: Int64 = 0
    for row in rows where (row["start"] as Int64) == next {
      let piece = try IndexEntry.Piece(row)
      frames.append(try frame(row["frame"], with: piece, in: database))
      next += piece.length
      if next == piece.of { return frames }
    }
    return nil
  }

  /// The frame that stands alone and has `piece` in it.
  private static func frame(
    _ digest: String, with piece: IndexEntry.Piece, in database: Database
  ) throws -> Frame {
    guard
      let row = try Row.fetchOne(
        database, sql: "SELECT * FROM frames WHERE sha256 = ?", arguments: [digest])
    else { throw unknown(digest) }
    let window: Int? = row["window"]
    return Frame(
      digest: try row.parsed("sha256") { Digest(hex: $0) },
      encoding: window.map { .zstd(window: $0) } ?? .raw, length: row["length"],
      plain: row["plain"], pieces: try pieces(of: digest, row["plain"], with: piece, in: database))
  }

  /// The pieces of a frame of `plain` bytes, `piece` among them.
  private static func pieces(
    of frame: String, _ plain: Int64, with piece: IndexEntry.Piece, in database: Database
  ) throws -> [IndexEntry.Piece] {
    if piece.length == plain { return [piece] }
    var pieces: [IndexEntry.Piece] = []
    var end: Int64 = 0
    let rows = try Row.fetchCursor(
      database, sql: "SELECT * FROM pieces WHERE frame = ? ORDER BY at, file, start",
      arguments: [frame])
    while let row = try rows.next() {
      let other = try IndexEntry.Piece(row)
      // What else the same bytes are lies over the piece, or over one that was taken.
      let isBeside = other.at >= piece.at + piece.length || other.at + other.length <= piece.at
      guard other.at == end, isBeside || other == piece else { continue }
      pieces.append(other)
      end += other.length
    }
    guard end == plain else { throw unknown(frame) }
    return pieces
  }
}

extension Depot.FrameName {
  init?(_ frame: Depot.Frame) {
    guard let piece = frame.pieces.first else { return nil }
    self.init(
      frame: frame.digest.hex, file: piece.file.hex, start: piece.from,
      reference: frame.encoding.reference.map { ($0.file.hex, $0.from) })
  }

  /// - Parameter row: with the columns frame, file, start, reference and reference_from.
  init(_ row: Row) {
    let reference: String? = row["reference"]
    let from: Int64? = row["reference_from"]
    self.init(
      frame: row["frame"], file: row["file"], start: row["start"],
      reference: from.flatMap { from in reference.map { ($0, from) } })
  }
}

extension IndexEntry.Piece {
  fileprivate init(_ row: Row) throws {
    self.init(
      at: row["at"], file: try row.parsed("file") { Digest(hex: $0) }, from: row["start"],
      length: row["length"], of: row["of"])
  }
}
