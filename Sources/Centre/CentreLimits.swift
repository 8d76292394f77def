// SPDX-License-Identifier: Apache-2.0
import Intents

/// Every limit and term of this module, with its unit and reason.
package enum CentreLimits {
  /// Files of one content version; a manifest of so many is about 60 MB.
  static let sourceFiles = 500_000
  /// Levels of folders; a path has at most 150 characters anyway.
  static let sourceDepth = 40
  /// Bytes from which on a file has frames of its own; smaller ones share solid frames.
  static let smallFile: Int64 = 65_536
  /// Plain bytes of a solid frame, and pieces in it (FORMAT.md, 7).
  static let solidPlain: Int64 = 4 << 20
  static let solidPieces = 4096
  /// Plain bytes of a frame of a large file: two of them with their output stay far below 256 MiB.
  static let framePlain = 16 << 20
  /// Bytes of references, their tables and the parts that wait, together: with the buffers of two presses, 512 MiB.
  static let referencesInWork = 256 << 20
  /// Source files read ahead of the thread that books them; small ones are held whole.
  static let filesAhead = 512
  /// Small files that the ledger is asked of together; at most 16 MiB.
  static let filesAsked = 256
  /// Parts made ahead of the threads that compress them.
  static let framesAhead = 6
  /// Bytes of a long reference before and behind the place where a part is looked for.
  static let referenceMargin: Int64 = 16 << 20
  /// Bytes of deltas that the depot keeps for the next site: a hundred updates of a gibibyte that changed by a fifth.
  static let keptDeltas: Int64 = 20 << 30
  /// Deltas that the ledger forgets in one transaction: their files go before the next.
  static let evictionsAtOnce = 4096
  /// Samples of a part that must lie together in a long reference before they say where the part comes from.
  static let placeVotes = 3
  /// Features that two files must share to be called alike, of 16: on the reference corpus, files of different products
  /// share as many only where libraries inside them are the same.
  package static let sharedFeatures = 3
  /// Held files that one feature is looked up in: what so many share tells them apart no more.
  static let filesOfFeature = 256
  /// Level of zstd: 3 is where more costs much time for few bytes.
  static let level = 3

  /// Seconds to wait for another program that holds the ledger, before saying so.
  package static let ledgerPatience: Double = 10

  /// Bytes of a hand-written YAML file, an enrolment file, a key file.
  package static let handWritten: Int64 = 1 << 20
  /// Files of evidence of a return (FORMAT.md, 12): each is an open file while the volumes are read.
  static let evidenceFiles = 64
  /// Characters of a text out of a return that a note or the history repeats.
  static let notedText = 200
  /// Bytes of a hand-written YAML file: some 1,500 lines. Its parser takes up to 40 µs a node.
  static let configuration = 65_536
  /// Aliases in one: 8 of them make at most 3^(8/3), some 20 nodes, of one.
  static let aliases = 8
  /// Bytes of a request: the drafts, and the published files that they follow, as texts.
  package static let request: Int64 = 32 << 20
  /// Bytes of state.json of a return.
  static let stateLength: Int64 = 64 << 20

  /// Days that role root, the offline roles and a site's line stay valid (design: 2 years, 1 year, 90 days).
  static let rootDays: Int64 = 730
  static let offlineDays: Int64 = 365
  static let lineDays: Int64 = 90
  /// Days that a trip may take: no bundle is made that could expire on the way.
  static let tripDays: Int64 = 30
  /// Days after which a site that has not reported is called overdue.
  package static let courierPeriod: Int64 = 30

  /// Numbers left out on each line after a restore: more than are exported between two backups.
  static let restoreJump: Int64 = 1000
  /// Bytes of the first two lines of a backup: 100,000 files at 170 bytes, and room.
  static let backupListing: Int64 = 64 << 20
  /// Bytes of the agent's program in a kit.
  static let agent: Int64 = 256 << 20

  /// Bytes of a volume by default: below 4 GiB, a multiple of the block.
  package static let volumeSize: Int64 = (4 << 30) - (4 << 20)
  /// Free bytes beside the depot below which `doctor` asks for room.
  static let roomNotice: Int64 = 20 << 30
}
