// SPDX-License-Identifier: Apache-2.0
import GRDB
package import Intents

/// A content manifest that lies in the store, without its list of files.
package struct KnownManifest: Hashable, Sendable {
  package let digest: Digest
  package let line: RandomID
  package let counter: Int64
  package let name: String
  package let version: String
  package let fileCount: Int64
  /// Bytes of all its files.
  package let totalLength: Int64

  package init(_ manifest: ContentManifest, digest: Digest) {
    self.init(
      digest: digest, line: manifest.line, counter: manifest.counter, name: manifest.name,
      version: manifest.version, fileCount: manifest.fileCount, totalLength: manifest.totalLength)
  }

  init(
    digest: Digest, line: RandomID, counter: Int64, name: String, version: String,
    fileCount: Int64, totalLength: Int64
  ) {
    self.digest = digest
    self.line = line
    self.counter = counter
    self.name = name
    self.version = version
    self.fileCount = fileCount
    self.totalLength = totalLength
  }
}

extension JournalTransaction {
  /// Ascending by digest.
  package func manifests() throws -> [KnownManifest] {
    try Row.fetchAll(database, sql: "SELECT * FROM manifests ORDER BY digest").map { row in
      guard let digest = Digest(hex: row["digest"] as String),
        let line = RandomID(row["line"] as String)
      else { throw damaged("manifests") }
      return KnownManifest(
        digest: digest, line: line, counter: row["counter"], name: row["name"],
        version: row["version"], fileCount: row["files"], totalLength: row["length"])
    }
  }

  package func record(_ manifest: KnownManifest) throws {
    try database.execute(
      sql: "INSERT OR REPLACE INTO manifests VALUES (?, ?, ?, ?, ?, ?, ?)",
      arguments: [
        manifest.digest.hex, manifest.line.text, manifest.counter, manifest.name, manifest.version,
        manifest.fileCount, manifest.totalLength,
      ])
  }

  /// The applied counter of each line.
  package func counters() throws -> [RandomID: Int64] {
    var counters: [RandomID: Int64] = [:]
    for row in try Row.fetchAll(database, sql: "SELECT line, counter FROM counters") {
      guard let line = RandomID(row["line"] as String) else { throw damaged("counters") }
      counters[line] = row["counter"]
    }
    return counters
  }

  package func setCounter(_ counter: Int64, of line: RandomID) throws {
    try database.execute(
      sql: "INSERT OR REPLACE INTO counters (line, counter) VALUES (?, ?)",
      arguments: [line.text, counter])
  }

  /// Files that were counted on and are gone, ascending.
  package func needed() throws -> [Digest] {
    try String.fetchAll(database, sql: "SELECT digest FROM needed ORDER BY digest").map { text in
      guard let digest = Digest(hex: text) else { throw damaged("needed") }
      return digest
    }
  }

  package func need(_ digests: some Sequence<Digest>, at now: Instant) throws {
    for digest in digests {
      try database.execute(
        sql: "INSERT OR IGNORE INTO needed (digest, at) VALUES (?, ?)",
        arguments: [digest.hex, now.description])
    }
  }

  package func setNeeded(_ digests: Set<Digest>, at now: Instant) throws {
    for digest in try needed() where !digests.contains(digest) {
      try database.execute(sql: "DELETE FROM needed WHERE digest = ?", arguments: [digest.hex])
    }
    try need(digests, at: now)
  }
}
