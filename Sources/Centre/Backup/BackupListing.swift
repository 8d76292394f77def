// SPDX-License-Identifier: Apache-2.0
package import Intents
import Trust

/// What a backup holds, in the order in which the bytes follow: line 1 is `waybill-backup 1`, line 2 this as JSON, and
/// then every file's bytes, one behind the other with nothing between. `head -2` shows it.
package struct BackupListing: Sendable {
  package struct File: Sendable {
    /// Relative to the state folder.
    package let name: String
    package let length: Int64
    package let digest: Digest

    package init(name: String, length: Int64, digest: Digest) {
      self.name = name
      self.length = length
      self.digest = digest
    }
  }

  package let made: Instant
  package let files: [File]

  package static let magic = Array("waybill-backup 1\n".utf8)

  package init(made: Instant, files: [File]) {
    self.made = made
    self.files = files
  }

  /// - Throws: `CentreReason.backupDamaged`, and what the strict reader refuses.
  package init(parsing line: [UInt8], named name: String) throws(Refusal) {
    let listing = try JSONField(parsing: line, named: name)
    made = try listing["made"].instant()
    var files: [File] = []
    var seen: Set<String> = []
    for entry in try listing["files"].array() {
      let path = try entry["name"].string()
      guard BackupListing.isOurs(path), seen.insert(path).inserted else {
        throw Refusal(
          CentreReason.backupDamaged, name, seen: path, expected: "a file of a state folder, once")
      }
      files.append(
        File(
          name: path, length: try entry["length"].integer(in: 0...TrustLimits.jsonInteger),
          digest: try entry["sha256"].digest()))
    }
    guard seen.contains(BackupListing.ledger) else {
      throw Refusal(CentreReason.backupDamaged, name, seen: "no ledger", expected: "a ledger")
    }
    self.files = files
  }

  package var encoded: [UInt8] {
    let entries = files.map { file -> JSONValue in
      [
        "name": .string(file.name), "length": .integer(file.length),
        "sha256": .string(file.digest.hex),
      ]
    }
    let listing: JSONValue = ["made": .string(made.description), "files": .array(entries)]
    return BackupListing.magic + listing.encoded + [UInt8(ascii: "\n")]
  }

  static let ledger = "ledger.sqlite"
  static let folders = ["keys", "numbers", "depot"]

  /// Whether a restore may write this path: the ledger, or a file below one of our folders and nowhere else.
  static func isOurs(_ path: String) -> Bool {
    if path == ledger { return true }
    let parts = path.split(separator: "/", omittingEmptySubsequences: false)
    guard (2...5).contains(parts.count), folders.contains(String(parts[0])) else { return false }
    return parts.allSatisfy { part in
      !part.isEmpty && part.first != "."
        && part.utf8.allSatisfy { byte in
          (97...122).contains(byte) || (48...57).contains(byte) || byte == 45 || byte == 46
        }
    }
  }
}
