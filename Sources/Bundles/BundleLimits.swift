// SPDX-License-Identifier: Apache-2.0

/// Every limit of this module, with its unit and reason.
package enum BundleLimits {
  /// Faults of a kind that are told one by one when a log is looked through; the rest is counted.
  package static let auditFaults: Int64 = 20
  /// Bytes of a line of a listing, its LF included (FORMAT.md, 2): what a reader must hold at once.
  package static let listingLine = 1 << 20

  /// Bytes of papers (FORMAT.md, 4): they are read into memory before anything vouches for them.
  package static let papersLength: Int64 = 16 << 20
  /// Entries of papers (FORMAT.md, 4): 256 roots and a handful are the most that make sense.
  package static let papersEntries = 4096
  /// Bytes of `SHA256SUMS.minisig`: the longest comments that minisign takes, and two signatures.
  package static let signatureLength: Int64 = 16 << 10
  /// Bytes of a name that an extended header of a foreign archive may announce: PATH_MAX of Linux.
  package static let foreignName: Int64 = 4096

  /// Bytes of a file of a bundle: FAT32 holds no file of 4 GiB (FORMAT.md, 1).
  package static let fileLength: Int64 = 4 << 30 - 1
  /// Bytes of a block, a power of two (FORMAT.md, 6): small enough to hold some in memory, large enough
  /// that the waybill of a whole disk fits the papers.
  package static let blockSizes: ClosedRange<Int64> = 64 << 10...64 << 20
  /// What we write.
  package static let defaultBlockSize: Int64 = 4 << 20
  /// Bytes of a volume that we write: the largest multiple of the usual block size under 4 GiB, so that only
  /// the last block of the last volume is short.
  package static let defaultVolumeSize: Int64 = 4 << 30 - 4 << 20
  /// Bytes from which on a check is worth a second thread.
  package static let parallelFrom: Int64 = 1 << 20

  /// Plain bytes of a frame (FORMAT.md, 7): both forms of one are held in memory.
  package static let framePlain: Int64 = 64 << 20
  /// Stored bytes of a frame: what compressing the largest one can come to at worst, rounded up.
  package static let frameStored: Int64 = 65 << 20
  /// Plain bytes of a solid frame: what one damaged block may cost in small files.
  package static let solidPlain: Int64 = 4 << 20
  /// Pieces of a solid frame.
  package static let solidPieces = 4096
  /// log2 of the window of a Zstandard frame: libzstd's own least, and 128 MiB (FORMAT.md, 7).
  package static let zstdWindows = 10...27
  /// The same where there is a reference: it and the frame lie in one window.
  package static let referenceWindows = 10...28
  /// Bytes of the range of a reference (FORMAT.md, 7): it is held in memory beside the frame.
  package static let referenceLength: Int64 = 128 << 20
  /// Operations of an additive frame: 24 bytes each in memory.
  package static let additiveOperations = 1 << 20
  /// Bytes of a control stream: three numbers an operation, and their count.
  package static let additiveControl = 16 << 20
  /// Files that an index may have begun and not ended at one time: memory of a reader.
  package static let openFiles = 65536

  /// Days that an approval may count at most: what was agreed longer ago is asked again (FORMAT.md, 12).
  package static let approvalDays: Int64 = 30
  /// Bytes of a file of approvals that was carried by hand.
  package static let approvalFileLength: Int64 = 1 << 20
  /// Bytes of a person's key file, secret or open.
  package static let personFileLength: Int64 = 16_384
  /// Approvals that are read from one file or report: some for each change of a site.
  package static let approvals = 4096

  /// Entries that a search of a medium looks at, in all (M31).
  package static let searchedEntries = 10_000
  /// Levels of folders below the start of a search: a bundle in a folder or two of the courier's.
  package static let searchedDepth = 4
}
