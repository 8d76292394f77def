// SPDX-License-Identifier: Apache-2.0
import Bundles
import GRDB
import Intents

/// Keeps the deltas of the depot below a bound: those go first that were used longest ago. What the newest signed
/// bundle of a site names stays, for it can be written again, and so does what is used now.
///
/// The ledger forgets a delta first and remembers its file; then the file goes, and only when that is durable its
/// name. Whatever was left between, the next export removes.
struct DeltaEviction {
  let depot: Depot
  /// Stored bytes of all deltas together.
  let bound: Int64

  /// Notes that `frames` are used now, and evicts others until all fit or none is left that may go.
  func makeRoom(for frames: [Depot.Frame]) throws(Refusal) {
    try removeForgotten()
    let now = try note(frames)
    while try forget(usedBefore: now) > 0 { try removeForgotten() }
  }

  /// - Returns: what `used` of these frames is now; of others it is less. It counts exports, not time.
  private func note(_ frames: [Depot.Frame]) throws(Refusal) -> Int64 {
    try depot.ledger.write { database in
      let last = try Int64.fetchOne(database, sql: "SELECT max(used) FROM delta_frames") ?? 0
      let statement = try database.cachedStatement(
        sql: "UPDATE delta_frames SET used = ? WHERE sha256 = ?")
      for frame in frames where frame.encoding.reference != nil {
        try statement.execute(arguments: [last + 1, frame.digest.hex])
      }
      return last + 1
    }
  }

  /// Lets the ledger forget as many deltas as are too much, but no more than fit one transaction.
  ///
  /// - Returns: how many.
  private func forget(usedBefore now: Int64) throws(Refusal) -> Int {
    try depot.ledger.write { database in
      let total = try Int64.fetchOne(database, sql: "SELECT sum(length) FROM delta_frames") ?? 0
      var excess = total - bound
      guard excess > 0 else { return 0 }
      var count = 0
      let frames = try Row.fetchAll(
        database, sql: DeltaEviction.candidates,
        arguments: [now, CentreLimits.evictionsAtOnce])
      for frame in frames where excess > 0 {
        try DeltaEviction.forget(frame["sha256"], in: database)
        excess -= frame["length"] as Int64
        count += 1
      }
      return count
    }
  }

  /// Least recently used first, the parts of a file together: one is of no use without the others.
  private static let candidates = """
    SELECT sha256, length FROM delta_frames WHERE used < ? AND NOT EXISTS (
      SELECT 1 FROM bundle_frames WHERE frame = delta_frames.sha256 AND n = (
        SELECT n FROM bundles WHERE site = bundle_frames.site AND papers IS NOT NULL
        ORDER BY n DESC LIMIT 1))
    ORDER BY used, file, length, sha256 LIMIT ?
    """

  private static func forget(_ frame: String, in database: Database) throws {
    try database.execute(sql: "DELETE FROM deltas WHERE frame = ?", arguments: [frame])
    try database.execute(sql: "DELETE FROM delta_frames WHERE sha256 = ?", arguments: [frame])
    try database.execute(
      sql: "INSERT OR IGNORE INTO evictions(frame) VALUES (?)", arguments: [frame])
  }

  /// Removes the files of what was forgotten. What was made again since then, or is a plain frame too, stays.
  private func removeForgotten() throws(Refusal) {
    let (count, frames) = try depot.ledger.read { database in
      let count = try Int.fetchOne(database, sql: "SELECT count(*) FROM evictions") ?? 0
      let rows = try Row.fetchAll(
        database,
        sql: """
          SELECT frame FROM evictions WHERE frame NOT IN (SELECT sha256 FROM delta_frames)
            AND frame NOT IN (SELECT sha256 FROM frames)
          """)
      return (count, try rows.map { try $0.parsed("frame") { Digest(hex: $0) } })
    }
    if count == 0 { return }
    for frame in frames { try DurableFile.unlinkIfPresent(depot.path(of: frame)) }
    try depot.synchronize()
    try depot.ledger.write { try $0.execute(sql: "DELETE FROM evictions") }
  }
}
