// SPDX-License-Identifier: Apache-2.0
import Bundles
import Foundation
import GRDB
import Intents

/// What large files are alike by: found while a file is read, looked up when a site holds no file of its name.
extension Depot {
  /// nil for a file that has not been read since the ledger keeps features.
  static func features(of file: Digest, in database: Database) throws -> ContentFeatures? {
    let statement = try database.cachedStatement(
      sql: "SELECT features FROM likenesses WHERE file = ?")
    guard let bytes = try Data.fetchOne(statement, arguments: [file.hex]) else { return nil }
    guard let features = ContentFeatures(bytes: Array(bytes)) else {
      throw Refusal(
        CentreReason.ledgerDamaged, "ledger, features of \(file)", seen: "\(bytes.count) bytes",
        expected: "at most \(DeltaLimits.features) times 8")
    }
    return features
  }

  static func insert(
    _ features: ContentFeatures, of file: Digest, in database: Database
  ) throws {
    try database.execute(
      sql: "INSERT OR IGNORE INTO likenesses(file, features) VALUES (?, ?)",
      arguments: [file.hex, Data(features.bytes)])
  }
}
