// SPDX-License-Identifier: Apache-2.0

/// Every limit of making and reading frames against a reference, with its unit and reason.
package enum DeltaLimits {
  /// Bytes of the table of anchors of one reference.
  static let tableBytes = 64 << 20
  /// Of 32 bytes, how many equal ones mean that the alignment at hand is good enough to look for no other.
  static let agreement = 20
  /// By how many bytes a new alignment must do better than the one at hand (as in bsdiff).
  static let gain = 8
  /// Bytes that an extension through mismatches goes on below its best score.
  static let dropOff = 512
  /// How often on average a byte may be looked at by backward extensions; behind that they are short.
  static let backwardEffort = 8
  static let shortExtension = 256
  /// Features of a file: 128 bytes in the ledger. On the reference corpus 16 find the file before of 267 in 298 that
  /// changed, 8 of 241.
  package static let features = 16
  /// Places that are kept of a long reference: some 8 MiB of memory, and in 4 GiB one every 32 KiB.
  package static let places = 1 << 18
}
