// SPDX-License-Identifier: Apache-2.0
import GRDB

extension LedgerSchema {
  /// Makes the tables, or brings those of release 0.1.0 into the form of now: there a frame was told by its bytes alone.
  static func apply(to database: Database) throws {
    let isEarlier =
      try database.tableExists("bundle_frames")
      && !database.columns(in: "bundle_frames").contains { $0.name == "file" }
    if isEarlier { try database.execute(sql: setAside) }
    try database.execute(sql: sql)
    if isEarlier { try database.execute(sql: takeOver) }
  }

  /// Indexes go, as they would keep their names. Deltas are made again when they are needed.
  private static let setAside = """
    DROP INDEX IF EXISTS pieces_by_file;
    DROP INDEX IF EXISTS bundle_frames_by_frame;
    DROP TABLE IF EXISTS deltas;
    DROP TABLE IF EXISTS delta_frames;
    ALTER TABLE pieces RENAME TO pieces_before;
    ALTER TABLE bundle_frames RENAME TO bundle_frames_before;
    """

  private static let takeOver = """
    INSERT INTO pieces(frame, at, file, start, length, of)
      SELECT frame, at, file, start, length, of FROM pieces_before;
    INSERT INTO bundle_frames(site, n, ordinal, frame, file, start)
      SELECT b.site, b.n, b.ordinal, b.frame, p.file, p.start
      FROM bundle_frames_before b JOIN pieces_before p ON p.frame = b.frame AND p.at = 0;
    DROP TABLE pieces_before;
    DROP TABLE bundle_frames_before;
    """
}
