// SPDX-License-Identifier: Apache-2.0

/// Every limit of this module, with its unit and reason.
package enum TrustLimits {
  /// Levels of a JSON text. Ours need 8; recursion must end.
  package static let jsonDepth = 32
  /// Values in a JSON text. Ours need 250,000, the blocks of the largest waybill that papers hold; each takes
  /// some 80 bytes of memory while it is read, up to 40 times its text.
  package static let jsonValues = 1 << 20
  /// Bytes of a key in a JSON object. A stored target name has at most 255.
  package static let jsonKey = 1024
  /// 2^53 - 1, what every JSON reader holds exactly (RFC 8259, 6).
  package static let jsonInteger: Int64 = 9_007_199_254_740_991

  /// Bytes of a root file: python-tuf's cap, as are the next three.
  package static let rootLength: Int64 = 512_000
  package static let timestampLength: Int64 = 16_384
  package static let snapshotLength: Int64 = 2_000_000
  package static let targetsLength: Int64 = 5_000_000
  /// Roots followed in one walk: python-tuf's cap. 256 is 64 years of quarterly rotations.
  package static let rootRotations = 256
  /// Roles asked about one target, the top-level one included: python-tuf's cap. A hostile graph must end.
  package static let rolesOfSearch = 33
  /// Signatures, and key ids of a role. More serve nobody and cost time.
  package static let keysOfRole = 64
  /// Keys in one file, over all its roles.
  package static let keysOfFile = 512

  /// Days that the clock may be ahead of the newest `issued` before it stands for nothing: a year of
  /// silence and a month.
  package static let clockAheadOfIssued: Int64 = 400
  /// Days that an `issued` may be ahead of the clock: no honest clock is off by more.
  package static let issuedAheadOfClock: Int64 = 30
  /// Seconds that an `issued` may be ahead of the clock without a word: 48 hours, for zones and drift.
  package static let issuedAheadUnnoticed: Int64 = 172_800
  /// Days that an `issued` may be ahead of the floor: twice the longest silence.
  package static let issuedAheadOfFloor: Int64 = 800

  /// Bytes of a passphrase and the newline behind it.
  package static let passphrase = 1025
  /// Argon2id, what is written: passes, and bytes of memory (libsodium's "interactive" memory, one pass more).
  package static let argonPasses: Int64 = 3
  package static let argonMemory: Int64 = 67_108_864
  /// Argon2id, what is read: a key file must not be able to stall a host for hours or take all its memory.
  package static let argonPassesRead: ClosedRange<Int64> = 1...16
  package static let argonMemoryRead: ClosedRange<Int64> = 8_192...1_073_741_824

  /// Bytes of the header of an age file, and stanzas in it: stock age writes to 20 recipients at most.
  package static let ageHeader = 16_384
  package static let ageStanzas = 20

  /// Bytes of the two comments of a minisign signature: minisign's own limits.
  package static let untrustedComment = 1_024
  package static let trustedComment = 8_192
}
