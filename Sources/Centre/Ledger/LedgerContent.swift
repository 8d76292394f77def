// SPDX-License-Identifier: Apache-2.0
import GRDB
package import Intents

/// A content version in the depot.
package struct ContentRecord: Sendable {
  package let manifest: Digest
  package let line: RandomID
  package let name: String
  package let version: String
  package let counter: Int64
  /// Bytes of the manifest itself.
  package let length: Int64
  package let fileCount: Int64
  /// Plain bytes of all files.
  package let totalLength: Int64
  package let addedAt: Instant
  /// Version of role content that first listed it; nil until it is released.
  package let releasedVersion: Int64?
  /// Version of role content that left it out again; nil while it is listed, or never was.
  package var delistedVersion: Int64?
  /// The lowest counter of its line that may be deployed.
  package var floor: Int64 = 0

  /// Whether role content lists it now.
  package var isReleased: Bool { releasedVersion != nil && delistedVersion == nil }
  package var id: ContentID { ContentID(manifest: manifest) }
}

extension Ledger {
  private static let contentQuery = """
    SELECT content.*, lines.name, lines.floor, delistings.version AS delisted_version
    FROM content JOIN lines USING(line) LEFT JOIN delistings USING(manifest)
    """

  /// All content versions, by name, then counter.
  package func contents() throws(Refusal) -> [ContentRecord] {
    try read { database in
      try Row.fetchAll(database, sql: Ledger.contentQuery + " ORDER BY lines.name, counter")
        .map(ContentRecord.init)
    }
  }

  package func content(manifest: Digest) throws(Refusal) -> ContentRecord? {
    try read { database in
      try Row.fetchOne(
        database, sql: Ledger.contentQuery + " WHERE manifest = ?", arguments: [manifest.hex]
      ).map(ContentRecord.init)
    }
  }

  /// The version of a product by the names that people use; refused by name when there is none.
  ///
  /// - Parameter place: file and line of the field that named it.
  package func content(
    name: String, version: String, place: (name: String, version: String)
  ) throws(Refusal) -> ContentRecord {
    let all = try contents()
    let ofName = all.filter { $0.name.utf8.elementsEqual(name.utf8) }
    guard !ofName.isEmpty else {
      let known = Set(all.map(\.name)).sorted().joined(separator: ", ")
      throw Refusal(
        CentreReason.unknownContent, place.name, seen: name,
        expected: known.isEmpty ? "content in the depot; there is none yet" : "one of \(known)")
    }
    guard let found = ofName.first(where: { $0.version.utf8.elementsEqual(version.utf8) }) else {
      throw Refusal(
        CentreReason.unknownContent, place.version, seen: "\(name) \(version)",
        expected: "one of " + ofName.map(\.version).joined(separator: ", "))
    }
    return found
  }

  /// The line of a product name, when it has one.
  func line(of name: String) throws(Refusal) -> RandomID? {
    try read { database in
      try Row.fetchOne(database, sql: "SELECT line FROM lines WHERE name = ?", arguments: [name])?
        .parsed("line") { RandomID($0) }
    }
  }
}

extension ContentRecord {
  init(_ row: Row) throws {
    manifest = try row.parsed("manifest") { Digest(hex: $0) }
    line = try row.parsed("line") { RandomID($0) }
    name = row["name"]
    version = row["version"]
    counter = row["counter"]
    length = row["length"]
    fileCount = row["file_count"]
    totalLength = row["total_length"]
    addedAt = try row.parsed("added_at") { Instant($0) }
    releasedVersion = row["released_version"]
    delistedVersion = row["delisted_version"]
    floor = row["floor"]
  }
}
