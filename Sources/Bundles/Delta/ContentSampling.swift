// SPDX-License-Identifier: Apache-2.0

/// Picks places in bytes by what stands there, one in 256 on average, and hashes the run of 16 bytes at each: what lies
/// elsewhere in another file is picked there too. Runs are as short as those of `AnchorTable`, so they survive between
/// changed addresses.
enum ContentSampling {
  /// Places of which one is picked.
  static let period = 256

  /// Which 4 bytes are picked: those whose two halves, times these numbers, add up to a high byte of all ones. No run
  /// of one byte is picked, so padding takes no time and tells nothing.
  private static let factors = (SIMD8<UInt16>(repeating: 0x9E37), SIMD8<UInt16>(repeating: 0xB2AF))
  private static let mask = SIMD8<UInt16>(repeating: 0xFF00)

  /// Calls `body` with each place that is picked and the hash of the 16 bytes from there on, ascending. Up to 46 places
  /// at the end of `bytes` are not looked at.
  @inline(__always)
  static func each(
    in bytes: UnsafeRawBufferPointer, _ body: (_ place: Int, _ feature: UInt64) -> Void
  ) {
    guard let base = bytes.baseAddress else { return }
    var place = 0
    while place <= bytes.count &- 32 {
      var picked = pick(base + place)
      for half in 0..<2 {
        while picked[half] != 0 {
          let index = picked[half].trailingZeroBitCount &>> 3
          picked[half] &= ~(0xFF &<< UInt64(truncatingIfNeeded: index &<< 3))
          let found = place &+ half &* 8 &+ index
          body(found, hash(base + found))
        }
      }
      place &+= 16
    }
  }

  /// One byte for each of 16 places, not 0 where the place is picked.
  @inline(__always)
  private static func pick(_ bytes: UnsafeRawPointer) -> SIMD2<UInt64> {
    let even =
      bytes.loadUnaligned(as: SIMD8<UInt16>.self) &* factors.0
      &+ bytes.loadUnaligned(fromByteOffset: 2, as: SIMD8<UInt16>.self) &* factors.1
    let odd =
      bytes.loadUnaligned(fromByteOffset: 1, as: SIMD8<UInt16>.self) &* factors.0
      &+ bytes.loadUnaligned(fromByteOffset: 3, as: SIMD8<UInt16>.self) &* factors.1
    // A mask is all ones or all zeros in each lane.
    let evenPicks = unsafeBitCast(even & mask .== mask, to: SIMD8<UInt16>.self)
    let oddPicks = unsafeBitCast(odd & mask .== mask, to: SIMD8<UInt16>.self)
    return unsafeBitCast(evenPicks & 0x00FF | oddPicks & 0xFF00, to: SIMD2<UInt64>.self)
  }

  @inline(__always)
  private static func hash(_ run: UnsafeRawPointer) -> UInt64 {
    var hash = AnchorTable.hash(of: run)
    hash ^= hash &>> 32
    hash &*= 0x94D0_49BB_1331_11EB
    return hash ^ hash &>> 29
  }
}
