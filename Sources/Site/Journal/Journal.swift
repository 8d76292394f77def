// SPDX-License-Identifier: Apache-2.0
import Bundles
import GRDB
package import Intents
package import SystemPackage

/// The site's memory: one SQLite file in WAL mode, every commit synced before it counts.
package final class Journal: Sendable {
  private let queue: DatabaseQueue
  private let path: FilePath

  /// Opens an existing journal.
  ///
  /// - Parameter patience: seconds to wait for another process.
  /// - Throws: `SiteReason.newerState` (the file stays untouched), `SiteReason.journalDamaged`.
  package init(
    opening path: FilePath, patience: Double = SiteLimits.journalPatience
  ) throws(Refusal) {
    self.path = path
    try Journal.checkHeader(path)
    do throws(Refusal) {
      queue = try Journal.catching { try Journal.open(path, patience: patience) }
    } catch {
      guard case SiteReason.journalFailed = error.reason, DiskSpace.isExhausted(at: path) else {
        throw error
      }
      throw Refusal(
        SiteReason.journalFull, path.text, seen: error.seen, expected: "room to open it")
    }
    try Journal.catching { try queue.read { try Journal.check($0, path) } }
  }

  /// Makes a new journal with `profile` in it, whole or not at all: it gets its name when it is complete.
  ///
  /// - Parameter fill: adds what belongs there from the first moment on.
  package static func create(
    _ path: FilePath, profile: SiteProfile, at now: Instant,
    fill: (JournalTransaction) throws -> Void = { _ in }
  ) throws(Refusal) -> Journal {
    let temporary = path.appendingSuffix(".part")
    for suffix in ["", "-wal", "-shm"] {
      try DurableFile.unlinkIfPresent(temporary.appendingSuffix(suffix))
    }
    let descriptor = try DurableFile.create(temporary)
    try descriptor.closing(naming: temporary)
    try catching {
      let queue = try open(temporary)
      try queue.write { database in
        try Schema.create(database)
        let transaction = JournalTransaction(database)
        try transaction.setProfile(profile)
        try transaction.log(
          "site.created", ["site": profile.site.text, "epoch": profile.epoch.text], at: now)
        try fill(transaction)
      }
      try queue.close()
    }
    try DurableFile.rename(temporary, to: path)
    return try Journal(opening: path)
  }

  /// Runs `body` in one transaction that is durable when this returns, or undone.
  package func write<Value>(_ body: (JournalTransaction) throws -> Value) throws(Refusal) -> Value {
    try Journal.catching { try queue.write { try body(JournalTransaction($0)) } }
  }

  /// Runs `body` on one consistent view.
  package func read<Value>(_ body: (JournalTransaction) throws -> Value) throws(Refusal) -> Value {
    try Journal.catching { try queue.read { try body(JournalTransaction($0)) } }
  }

  /// What `PRAGMA synchronous` says now; 2 is FULL.
  package func synchronous() throws(Refusal) -> Int64 {
    try Journal.catching {
      try queue.read { try Int64.fetchOne($0, sql: "PRAGMA synchronous") ?? -1 }
    }
  }

  private static func open(
    _ path: FilePath, patience: Double = SiteLimits.journalPatience
  ) throws -> DatabaseQueue {
    var configuration = Configuration()
    configuration.journalMode = .wal
    configuration.busyMode = .timeout(patience)
    let queue = try DatabaseQueue(path: path.string, configuration: configuration)
    // GRDB sets NORMAL when it opens in WAL mode; a commit must outlive a power cut.
    let synchronous = try queue.writeWithoutTransaction { database in
      try database.execute(sql: "PRAGMA synchronous = FULL")
      return try Int64.fetchOne(database, sql: "PRAGMA synchronous")
    }
    guard synchronous == 2 else {
      throw Refusal(
        SiteReason.journalFailed, path.text, seen: "synchronous \(synchronous ?? -1)",
        expected: "2")
    }
    return queue
  }

  /// Looks at the file before SQLite does, so that the journal of a newer program is not touched at all (S22).
  private static func checkHeader(_ path: FilePath) throws(Refusal) {
    let descriptor = try FileQuery.openRegular(path)
    defer { try? descriptor.close() }  // opened for reading only
    let header = try FileError.catching("read", path) {
      let bytes = try [UInt8](unsafeUninitializedCapacity: 100) { buffer, count in
        count = try descriptor.read(
          fromAbsoluteOffset: 0, into: UnsafeMutableRawBufferPointer(buffer))
      }
      return bytes
    }
    guard header.count == 100, header.starts(with: Array("SQLite format 3\0".utf8)) else {
      throw Refusal(
        SiteReason.journalDamaged, path.text, seen: "\(header.count) bytes of header",
        expected: "the header of an SQLite file")
    }
    try checkVersion(header[60..<64].reduce(0) { $0 << 8 | Int($1) }, path)
  }

  private static func checkVersion(_ version: Int, _ path: FilePath) throws(Refusal) {
    guard version <= SiteLimits.schema else {
      throw Refusal(
        SiteReason.newerState, path.text, seen: "schema \(version)",
        expected: "at most \(SiteLimits.schema)")
    }
  }

  private static func check(_ database: Database, _ path: FilePath) throws {
    let version = try Int.fetchOne(database, sql: "PRAGMA user_version") ?? 0
    try checkVersion(version, path)
    guard version >= 1 else {
      throw Refusal(
        SiteReason.journalDamaged, path.text, seen: "no tables",
        expected: "schema \(SiteLimits.schema)")
    }
    let verdict = try String.fetchOne(database, sql: "PRAGMA quick_check(1)") ?? "nothing"
    guard verdict == "ok" else {
      throw Refusal(
        SiteReason.journalDamaged, path.text, seen: verdict, expected: "quick_check says ok")
    }
  }

  /// Turns errors of SQLite into refusals.
  private static func catching<Value>(_ body: () throws -> Value) throws(Refusal) -> Value {
    do {
      return try body()
    } catch let refusal as Refusal {
      throw refusal
    } catch let error as DatabaseError {
      let reason: SiteReason =
        switch error.resultCode {
        case .SQLITE_CORRUPT, .SQLITE_NOTADB: .journalDamaged
        case .SQLITE_BUSY, .SQLITE_LOCKED: .journalBusy
        case .SQLITE_FULL: .journalFull
        default: .journalFailed
        }
      let text = error.message ?? "no message"
      throw Refusal(
        reason, "journal.sqlite", seen: "\(text) (\(error.extendedResultCode.rawValue))",
        expected: "the journal answers")
    } catch {
      throw Refusal(
        SiteReason.journalFailed, "journal.sqlite", seen: "\(error)",
        expected: "the journal answers")
    }
  }
}

/// One transaction on the journal: what is written in it is there whole or not at all. Its methods lie beside
/// the nouns that they keep.
package struct JournalTransaction {
  let database: Database

  init(_ database: Database) { self.database = database }

  /// The refusal of a row that does not hold what this program writes.
  func damaged(_ table: String) -> Refusal {
    Refusal(
      SiteReason.journalDamaged, "journal.sqlite, table \(table)", seen: "a row out of form",
      expected: "rows as this program writes them")
  }
}
