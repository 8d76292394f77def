// SPDX-License-Identifier: Apache-2.0

/// Every limit of this module, with its unit and reason.
package enum DistributionLimits {
  /// Bytes of one INI file. Ours have a few hundred; a users file has one line a content.
  package static let informationFile: Int64 = 1 << 20
  /// Bytes of one JSON record. A package with 10,000 versions stays below.
  package static let record: Int64 = 4 << 20
  /// Bytes of the device list: about 250,000 devices.
  package static let deviceList: Int64 = 32 << 20
  /// Bytes read at a time while a file is copied or hashed.
  package static let buffer = 1 << 20
  /// Bytes and files that are copied before one sync gives them their names: what a crash may cost.
  static let batchBytes: Int64 = 1 << 30
  static let batchFiles = 8192
  /// Bytes of a name in DataLib without its `.INI`: file systems take 255 with it.
  package static let nameLength = 251
  /// Levels of folders in one content. 150 UTF-16 units hold 75.
  package static let depth = 128
  /// Findings that a report lists; all are counted.
  package static let findings = 1000
  /// Bytes that the INI files of one content file take at most, for the look at the free space.
  package static let overhead: Int64 = 8192
  /// Bytes of the list of one landed folder: a million files.
  static let sourceRecord: Int64 = 256 << 20
  /// Bytes of a text from a site server that a refusal repeats.
  static let foreignText = 2048
  /// Pages that a list may have.
  static let pages = 1000
  /// Rows that a list may have in all: twice the devices of the largest site.
  static let rows = 400_000
  /// Ids that one query names.
  static let idsAtOnce = 20
}
