// SPDX-License-Identifier: Apache-2.0
import Bundles
import Foundation
import GRDB
import Intents
import SystemPackage

/// Frames against references, kept so that the second site costs no work again. They may go after any export
/// (`DeltaEviction`): files have a whole form besides.
extension Depot {
  /// What a delta is found by: which part of which file, against which file, made with which effort.
  struct DeltaKey: Hashable {
    let file: Digest
    let reference: Digest
    let effort: Effort
  }

  /// The deltas of all parts of a file, in order; nil while some are not made. A part for which a plain frame is as
  /// good has that one.
  static func deltas(_ key: DeltaKey, of length: Int64, in database: Database) throws -> [Frame]? {
    let rows = try Row.fetchAll(
      database,
      sql: """
        SELECT * FROM deltas WHERE file = ? AND reference = ? AND effort = ? ORDER BY start
        """, arguments: [key.file.hex, key.reference.hex, key.effort.rawValue])
    var frames: [Frame] = []
    var next: Int64 = 0
    for row in rows where (row["start"] as Int64) == next {
      guard let frame = try frame(FrameName(row), in: database) else { return nil }
      frames.append(frame)
      next += frame.plain
    }
    return next == length ? frames : nil
  }

  static func insert(_ frame: Frame, as key: DeltaKey, in database: Database) throws {
    guard let piece = frame.pieces.first else { return }
    try database.execute(
      sql: """
        INSERT OR REPLACE INTO deltas(file, reference, effort, start, frame, reference_from)
        VALUES (?, ?, ?, ?, ?, ?)
        """,
      arguments: [
        key.file.hex, key.reference.hex, key.effort.rawValue, piece.from, frame.digest.hex,
        frame.encoding.reference?.from,
      ])
    guard let reference = frame.encoding.reference else {
      return try insert(frame, in: database)
    }
    try database.execute(
      sql: """
        INSERT OR IGNORE INTO delta_frames(sha256, encoding, length, plain, window, file, start, of,
          reference, reference_from, reference_length, reference_of) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """,
      arguments: [
        frame.digest.hex, frame.encoding.name, frame.length, frame.plain, frame.encoding.window,
        piece.file.hex, piece.from, piece.of, reference.file.hex, reference.from, reference.length,
        reference.of,
      ])
  }

  static func deltaFrame(_ name: FrameName, in database: Database) throws -> Frame? {
    guard
      let row = try Row.fetchOne(
        database,
        sql: """
          SELECT * FROM delta_frames WHERE sha256 = ? AND file = ? AND start = ? AND reference = ?
            AND reference_from = ?
          """,
        arguments: [
          name.frame, name.file, name.start, name.reference?.file, name.reference?.from,
        ])
    else { return nil }
    let reference = FrameReference(
      file: try row.parsed("reference") { Digest(hex: $0) }, from: row["reference_from"],
      length: row["reference_length"], of: row["reference_of"])
    let window: Int = row["window"]
    let plain: Int64 = row["plain"]
    return Frame(
      digest: try row.parsed("sha256") { Digest(hex: $0) },
      encoding: row["encoding"] == "zstd-add"
        ? .additive(window: window, reference) : .reference(window: window, reference),
      length: row["length"], plain: plain,
      pieces: [
        IndexEntry.Piece(
          at: 0, file: try row.parsed("file") { Digest(hex: $0) }, from: row["start"],
          length: plain, of: row["of"])
      ])
  }
}
