// SPDX-License-Identifier: Apache-2.0
import Distribution
import Foundation
import GRDB
package import Intents

/// What an adapter remembers, kept in the journal. The table comes with the first thing to remember: a site whose
/// point needs none has none.
package struct JournalMemory: PointMemory {
  private let journal: Journal

  package init(_ journal: Journal) { self.journal = journal }

  package func remembered(_ key: String) throws(Refusal) -> [UInt8]? {
    try journal.read { journal in
      guard try journal.database.tableExists(JournalMemory.table) else { return nil }
      return try Data.fetchOne(
        journal.database, sql: "SELECT value FROM plane WHERE key = ?", arguments: [key]
      ).map { [UInt8]($0) }
    }
  }

  package func keys(beginning prefix: String) throws(Refusal) -> [String] {
    try journal.read { journal in
      guard try journal.database.tableExists(JournalMemory.table) else { return [] }
      // Compared as bytes, so that no character of a prefix is a pattern.
      return try String.fetchAll(
        journal.database, sql: "SELECT key FROM plane WHERE substr(key, 1, ?) = ? ORDER BY key",
        arguments: [prefix.unicodeScalars.count, prefix])
    }
  }

  package func remember(_ value: [UInt8]?, as key: String) throws(Refusal) {
    try journal.write { journal in
      try journal.database.execute(
        sql: """
          CREATE TABLE IF NOT EXISTS plane (
            key TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT, WITHOUT ROWID
          """)
      guard let value else {
        try journal.database.execute(sql: "DELETE FROM plane WHERE key = ?", arguments: [key])
        return
      }
      try journal.database.execute(
        sql: "INSERT OR REPLACE INTO plane (key, value) VALUES (?, ?)",
        arguments: [key, Data(value)])
    }
  }

  private static let table = "plane"
}
