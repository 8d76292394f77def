// SPDX-License-Identifier: Apache-2.0

/// Every limit of this module, with its unit and reason.
package enum SiteLimits {
  /// Version of the journal's tables, in SQLite's `user_version`. Rises with every change of them.
  package static let schema = 1
  /// Seconds to wait for another process that holds the journal, before saying so.
  package static let journalPatience: Double = 5
  /// Bytes of a small order (intents, policy, ack, enrolment). 100,000 intents have about 30 MB.
  package static let orderLength: Int64 = 64 << 20
  /// Bytes of a listing (index, manifest): 500,000 files have about 100 MB.
  package static let listingLength: Int64 = 512 << 20
  /// Files of one content manifest: a tree of the largest known package has half as many. What is remembered of each
  /// while it is checked is a digest, so that all of them take less than 128 MiB.
  package static let manifestFiles: Int64 = 1_000_000
  /// Intents of one site. A list of them is held in memory.
  package static let intents = 100_000
  /// Bytes read at a time when a file is hashed or copied.
  package static let chunk = 1 << 20
  /// Bytes left free on every file system beside what is counted: metadata, journal, slack of blocks.
  package static let spaceReserve: Int64 = 16 << 20
  /// Bytes left free on a medium beside the bundle: slack of its file system.
  package static let mediumReserve: Int64 = 1 << 20
  /// Bytes and files that are staged before they get their names, after one sync of the file system: what a crash
  /// may cost.
  static let batchBytes: Int64 = 1 << 30
  static let batchFiles = 8192
  /// Bytes of frames in work together with their references; with buffers and the program itself, 512 MiB.
  static let framesInWork = 320 << 20
  /// Frames read ahead of the threads that decode them.
  static let framesAhead = 8
  /// Files that one run names in the log: it travels with every report.
  package static let filesNamed = 100
  /// Bytes of the secret key's file.
  package static let keyFileLength: Int64 = 16_384
  /// Bytes of the description of a distribution point.
  package static let pointSettings: Int64 = 1 << 20
  /// Days before the root's expiry from which `doctor` asks for a new one: two trips.
  static let rootNotice: Int64 = 60
  /// Free bytes in the state folder below which `doctor` asks for room.
  static let roomNotice: Int64 = 5 << 30
}
