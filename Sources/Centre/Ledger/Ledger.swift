// SPDX-License-Identifier: Apache-2.0
import Bundles
import GRDB
package import Intents
package import SystemPackage

/// What the centre knows and has done: one SQLite file, in WAL mode with synchronous FULL.
package final class Ledger: Sendable {
  private let queue: DatabaseQueue

  /// Opens the ledger at `path`, creating it when `isNew`.
  ///
  /// - Parameter patience: seconds to wait for another process.
  /// - Throws: `CentreReason.notSetUp`, `.newerLedger`, `.ledgerDamaged`, `.ledgerBusy`, `.ledgerFailed`.
  package init(
    at path: FilePath, creating isNew: Bool = false,
    patience: Double = CentreLimits.ledgerPatience
  ) throws(Refusal) {
    if !isNew, FileQuery.status(path)?.kind != .regular {
      throw Refusal(
        CentreReason.notSetUp, path.text, seen: "no ledger", expected: "a centre's state folder")
    }
    try Ledger.checkHeader(path)
    do throws(Refusal) {
      queue = try Ledger.translating { try Ledger.open(path, patience) }
    } catch {
      guard case CentreReason.ledgerFailed = error.reason, DiskSpace.isExhausted(at: path) else {
        throw error
      }
      throw Refusal(
        BundleReason.noSpace, path.text, seen: error.seen, expected: "room to open it")
    }
    try checkVersion(path)
    // GRDB sets NORMAL when it opens a WAL database: FULL is set behind it, and read back.
    let synchronous = try Ledger.translating { [queue] () throws -> Int? in
      try queue.writeWithoutTransaction { database in
        try database.execute(sql: "PRAGMA synchronous = FULL")
        return try Int.fetchOne(database, sql: "PRAGMA synchronous")
      }
    }
    guard synchronous == 2 else {
      throw Refusal(
        CentreReason.ledgerFailed, path.text, seen: "synchronous \(synchronous ?? -1)",
        expected: "synchronous 2 (FULL)")
    }
    try write { try LedgerSchema.apply(to: $0) }
  }

  private static func open(_ path: FilePath, _ patience: Double) throws -> DatabaseQueue {
    var configuration = Configuration()
    configuration.journalMode = .wal
    configuration.busyMode = .timeout(patience)
    configuration.foreignKeysEnabled = true
    return try DatabaseQueue(path: path.string, configuration: configuration)
  }

  func read<Value>(_ body: (Database) throws -> Value) throws(Refusal) -> Value {
    try Ledger.translating { [queue] () throws -> Value in try queue.read(body) }
  }

  /// One transaction: all of it or nothing.
  func write<Value>(_ body: (Database) throws -> Value) throws(Refusal) -> Value {
    try Ledger.translating { [queue] () throws -> Value in try queue.write(body) }
  }

  /// Writes a consistent copy of `ledger` to `path` through SQLite's backup API.
  static func copying(_ ledger: Ledger, to path: FilePath) throws(Refusal) {
    try translating {
      var configuration = Configuration()
      configuration.journalMode = .wal
      let target = try DatabaseQueue(path: path.string, configuration: configuration)
      try ledger.queue.backup(to: target)
      // One file, with nothing left in a log beside it.
      try target.writeWithoutTransaction { database in
        try database.execute(sql: "PRAGMA journal_mode = DELETE")
      }
      try target.close()
    }
  }

  /// Looks at the file before SQLite does, so that the ledger of a newer program is not touched at all (S22).
  private static func checkHeader(_ path: FilePath) throws(Refusal) {
    guard FileQuery.status(path) != nil else { return }
    let header = try FileSource(path).prefix(100)
    // Shorter is a set-up that did not end; what is no database, SQLite says itself.
    guard header.count == 100 else { return }
    try checkVersion(header[60..<64].reduce(0) { $0 << 8 | Int($1) }, path)
  }

  private func checkVersion(_ path: FilePath) throws(Refusal) {
    let version = try read { try Int.fetchOne($0, sql: "PRAGMA user_version") ?? 0 }
    try Ledger.checkVersion(version, path)
  }

  private static func checkVersion(_ version: Int, _ path: FilePath) throws(Refusal) {
    guard version <= LedgerSchema.version else {
      throw Refusal(
        CentreReason.newerLedger, path.text, seen: "schema \(version)",
        expected: "at most \(LedgerSchema.version)")
    }
  }

  private static func translating<Value>(_ body: () throws -> Value) throws(Refusal) -> Value {
    do {
      return try body()
    } catch let refusal as Refusal {
      throw refusal
    } catch let error as DatabaseError {
      let reason: CentreReason =
        switch error.resultCode {
        case .SQLITE_BUSY, .SQLITE_LOCKED: .ledgerBusy
        case .SQLITE_CORRUPT, .SQLITE_NOTADB: .ledgerDamaged
        default: .ledgerFailed
        }
      if error.resultCode == .SQLITE_FULL {
        throw Refusal(
          BundleReason.noSpace, "ledger", seen: error.message ?? "full", expected: "room for it")
      }
      throw Refusal(
        reason, "ledger", seen: error.message ?? "SQLite \(error.resultCode.rawValue)",
        expected: "SQLite to do it")
    } catch {
      throw Refusal(
        CentreReason.ledgerFailed, "ledger", seen: "\(error)", expected: "SQLite to do it")
    }
  }
}
