// SPDX-License-Identifier: Apache-2.0
import Foundation
import GRDB
import SystemPackage
import TestKit

/// Looking into the ledger behind the centre's back.
extension ForgedSite {
  private var database: DatabaseQueue {
    get throws {
      try DatabaseQueue(path: scratch["centre"].appending("ledger.sqlite").string)
    }
  }

  /// One value.
  func ledger<Value: DatabaseValueConvertible>(_ sql: String) throws -> Value? {
    try database.read { try Value.fetchOne($0, sql: sql) }
  }

  func rows(_ sql: String) throws -> [Row] {
    try database.read { try Row.fetchAll($0, sql: sql) }
  }

  /// The lines that are kept of the site's log.
  func keptEvents() throws -> [[UInt8]] {
    try database.read { database in
      try Data.fetchAll(database, sql: "SELECT line FROM events ORDER BY seq").map { Array($0) }
    }
  }

  /// Changes the ledger.
  func edit(_ sql: String, _ arguments: StatementArguments = []) throws {
    let queue = try database
    try queue.write { try $0.execute(sql: sql, arguments: arguments) }
    try queue.close()
  }
}
