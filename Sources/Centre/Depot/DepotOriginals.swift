// SPDX-License-Identifier: Apache-2.0
import Bundles
import Foundation
import GRDB
import Intents
import SystemPackage

/// Files that are kept as they came: a new version of a file mostly travels as a delta, so compressing it waits until
/// a site needs it whole.
extension Depot {
  func path(ofOriginal file: Digest) -> FilePath {
    folder.appending("originals").appending(String(file.hex.prefix(2))).appending(file.hex)
  }

  /// Bytes of the file when it is kept as it came; nil when it is not.
  static func original(_ file: Digest, in database: Database) throws -> Int64? {
    try Int64.fetchOne(
      try database.cachedStatement(sql: "SELECT length FROM originals WHERE file = ?"),
      arguments: [file.hex])
  }

  static func insertOriginal(_ file: Digest, length: Int64, in database: Database) throws {
    try database.execute(
      sql: "INSERT OR IGNORE INTO originals(file, length) VALUES (?, ?)",
      arguments: [file.hex, length])
  }

  /// Lets go of originals whose frames are booked. The ledger forgets first.
  func dropOriginals(_ files: [Digest]) throws(Refusal) {
    guard !files.isEmpty else { return }
    try ledger.write { database in
      for file in files {
        try database.execute(sql: "DELETE FROM originals WHERE file = ?", arguments: [file.hex])
      }
    }
    for file in files { try DurableFile.unlinkIfPresent(path(ofOriginal: file)) }
  }
}
