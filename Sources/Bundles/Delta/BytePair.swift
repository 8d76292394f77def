// SPDX-License-Identifier: Apache-2.0

/// The new bytes and the reference, compared in place. All offsets are checked by `Alignment` to lie inside.
struct BytePair {
  let new: UnsafeRawPointer
  let newCount: Int
  let old: UnsafeRawPointer
  let oldCount: Int

  /// Whether 8 bytes are equal, or else most of 32: changed addresses are no reason to look for another alignment,
  /// and looking costs a cache miss.
  @inline(__always)
  func goesOn(from at: (new: Int, old: Int)) -> Bool {
    guard at.old &+ 32 <= oldCount, at.new &+ 32 <= newCount else { return false }
    let (new, old) = (new + at.new, old + at.old)
    let first = new.word(0) ^ old.word(0)
    if first == 0 { return true }
    let equal =
      BytePair.zeroBytes(first) &+ BytePair.zeroBytes(new.word(8) ^ old.word(8))
      &+ BytePair.zeroBytes(new.word(16) ^ old.word(16))
      &+ BytePair.zeroBytes(new.word(24) ^ old.word(24))
    return equal >= DeltaLimits.agreement
  }

  /// How many of the 8 bytes of a word are 0.
  @inline(__always)
  private static func zeroBytes(_ word: UInt64) -> Int {
    let low: UInt64 = 0x7F7F_7F7F_7F7F_7F7F
    let isZero = ~(((word & low) &+ low) | word | low) &>> 7
    return Int(truncatingIfNeeded: (isZero &* 0x0101_0101_0101_0101) &>> 56)
  }

  /// Equal bytes from both places on.
  func matchLength(_ at: (new: Int, old: Int)) -> Int {
    let most = min(newCount - at.new, oldCount - at.old)
    var length = 0
    while length + 8 <= most {
      let difference = new.word(at.new + length) ^ old.word(at.old + length)
      if difference != 0 { return length + difference.trailingZeroBitCount / 8 }
      length += 8
    }
    while length < most, new.byte(at.new + length) == old.byte(at.old + length) { length += 1 }
    return length
  }

  /// How many of `count` bytes are equal; places behind the reference's end are not.
  func equalCount(_ at: (new: Int, old: Int), count: Int) -> Int {
    let most = min(count, newCount - at.new, max(0, oldCount - at.old))
    guard at.old >= 0 else { return 0 }
    var equal = 0
    for offset in 0..<max(0, most) {
      equal += new.byte(at.new + offset) == old.byte(at.old + offset) ? 1 : 0
    }
    return equal
  }

  /// How far a stretch goes on through mismatches: up to where equal bytes most outweigh others.
  func extendForward(from at: (new: Int, old: Int), upTo end: Int, _ isAligned: Bool) -> Int {
    guard isAligned else { return 0 }
    let most = min(end - at.new, oldCount - at.old)
    var length = bestExtension(most) { offset in
      (new + at.new + offset).word(0) ^ (old + at.old + offset).word(0)
    }.length
    while length > 0, new.byte(at.new + length - 1) != old.byte(at.old + length - 1) { length -= 1 }
    while length < most, new.byte(at.new + length) == old.byte(at.old + length) { length += 1 }
    return length
  }

  /// The same backwards, and how many bytes were looked at.
  func extendBackward(from at: (new: Int, old: Int), most: Int) -> (length: Int, looked: Int) {
    var (length, looked) = bestExtension(most) { offset in
      (new + at.new - offset - 8).word(0) ^ (old + at.old - offset - 8).word(0)
    }
    while length > 0, new.byte(at.new - length) != old.byte(at.old - length) { length -= 1 }
    while length < most, new.byte(at.new - length - 1) == old.byte(at.old - length - 1) {
      length += 1
    }
    return (length, looked)
  }

  /// In words of 8 bytes: the extension of at most `most` bytes whose equal bytes most outweigh others, and how many
  /// were looked at to know.
  @inline(__always)
  private func bestExtension(
    _ most: Int, difference: (_ offset: Int) -> UInt64
  ) -> (length: Int, looked: Int) {
    var (score, looked) = (0, 0)
    var best = (score: 0, length: 0)
    while looked &+ 8 <= most {
      let difference = difference(looked)
      score &+= difference == 0 ? 8 : 2 &* BytePair.zeroBytes(difference) &- 8
      looked &+= 8
      if score > best.score {
        best = (score, looked)
      } else if score < best.score &- DeltaLimits.dropOff {
        break
      }
    }
    return (best.length, looked)
  }

  /// Of `count` bytes that two stretches could take, how many the first takes so that most are equal.
  func split(_ first: (new: Int, old: Int), _ second: (new: Int, old: Int), count: Int) -> Int {
    var score = 0
    var best = (score: 0, length: 0)
    for offset in 0..<count {
      let byte = new.byte(first.new + offset)
      if byte == old.byte(first.old + offset) { score += 1 }
      if byte == old.byte(second.old + offset) { score -= 1 }
      if score > best.score { best = (score, offset + 1) }
    }
    return best.length
  }
}
