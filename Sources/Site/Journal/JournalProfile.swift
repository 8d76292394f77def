// SPDX-License-Identifier: Apache-2.0
import Foundation
import GRDB
import Intents

/// Small documents that the journal keeps as they were verified.
package enum JournalDocument: String, Sendable, CaseIterable {
  /// The trusted state of the metadata, in Trust's own form.
  case trust
  /// `policy/<id>.json` as signed.
  case policy
}

extension JournalTransaction {
  package func profile() throws -> SiteProfile {
    let rows = try Row.fetchAll(database, sql: "SELECT key, value FROM configuration")
    var entries: [String: String] = [:]
    for row in rows { entries[row["key"]] = row["value"] }
    guard let profile = SiteProfile(entries: entries) else { throw damaged("configuration") }
    return profile
  }

  package func setProfile(_ profile: SiteProfile) throws {
    for (key, value) in profile.entries { try setValue(value, of: key) }
  }

  /// A single remembered fact, such as the newest N that was applied.
  package func value(_ key: String) throws -> String? {
    try String.fetchOne(
      database, sql: "SELECT value FROM configuration WHERE key = ?", arguments: [key])
  }

  package func setValue(_ value: String, of key: String) throws {
    try database.execute(
      sql: "INSERT OR REPLACE INTO configuration (key, value) VALUES (?, ?)",
      arguments: [key, value])
  }

  package func removeValue(_ key: String) throws {
    try database.execute(sql: "DELETE FROM configuration WHERE key = ?", arguments: [key])
  }

  package func document(_ name: JournalDocument) throws -> [UInt8]? {
    try Data.fetchOne(
      database, sql: "SELECT bytes FROM documents WHERE name = ?", arguments: [name.rawValue]
    ).map { [UInt8]($0) }
  }

  package func setDocument(_ name: JournalDocument, _ bytes: [UInt8]) throws {
    try database.execute(
      sql: "INSERT OR REPLACE INTO documents (name, bytes) VALUES (?, ?)",
      arguments: [name.rawValue, Data(bytes)])
  }
}
