// SPDX-License-Identifier: Apache-2.0

/// Every limit of this module, with its unit and reason.
package enum BundleLimits {
  /// Bytes of a line of a listing, its LF included (FORMAT.md, 2): what a reader must hold at once.
  package static let listingLine = 1 << 20

  /// Bytes of papers (FORMAT.md, 4): they are read into memory before anything vouches for them.
  package static let papersLength: Int64 = 16 << 20
  /// Entries of papers (FORMAT.md, 4): 256 roots and a handful are the most that make sense.
  package static let papersEntries = 4096
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
}
