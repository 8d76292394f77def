// SPDX-License-Identifier: Apache-2.0

/// Every limit of this module, with its unit and reason.
package enum IntuneLimits {
  /// Seconds that an assertion counts before the moment of its making: clocks differ.
  static let assertionBefore: Int64 = 60
  /// Seconds that it counts after. With those before it is below the 10 minutes that we allow.
  static let assertionAfter: Int64 = 300
  /// Seconds before the token server is asked again that did not answer to the end.
  static let signInWaits: [Int64] = [1, 4]
  /// Seconds before its end at which a token is renewed, so that none ends on its way.
  static let renewal: Int64 = 300
  /// Bytes of a token. Those of Entra ID are below 4 KiB.
  static let token = 16_384
  /// Seconds that we believe a token to live, whatever is said: a day.
  static let longestToken: Int64 = 86_400

  /// Pages of one collection, and objects in all. Intune's are of 100 to 1,000; a large tenant has 500,000 devices.
  static let pages = 5_000
  static let objects = 1_000_000
  /// Requests in one `$batch`.
  static let batch = 20
  /// Characters of a server's text that are repeated in a refusal.
  static let quoted = 300

  /// Seconds before what was assigned is looked at once more: the service has many copies of it.
  static let readBackWaits: [Int64] = [1, 4]

  /// Seconds between looks at an export job, the last as often as needed, and how many looks.
  static let exportWaits: [Int64] = [2, 4, 8, 15]
  static let exportLooks = 40
  /// Bytes of an exported zip. A row is 30 bytes when packed.
  package static let exportZip: Int64 = 64 << 20
  /// Entries of a zip. Intune's have one.
  static let zipEntries = 8
  /// Bytes that one entry may unpack to.
  static let zipUnpacked = 512 << 20
  /// How many times its packed size an entry may have; small ones may always have 1 MiB. CSV packs 10 to 30
  /// times, DEFLATE at most 1,032 times.
  static let zipRatio = 200
  static let zipSmall = 1 << 20
  /// Columns, rows and bytes of a field of a table.
  static let columns = 200
  static let rows = 2_000_000
  static let field = 65_536
}
