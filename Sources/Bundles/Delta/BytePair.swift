// SPDX-License-Identifier: Apache-2.0

/// The new bytes and the reference, compared in place. All offsets are checked by `Alignment` to lie inside.
struct BytePair {
  let new: UnsafeRawPointer
  let newCount: Int
  let old: UnsafeRawPointer
  let oldCount: Int

  /// Whether 8 bytes are equal, or else the 16 behind them: one changed address is no reason to look for another
  /// alignment, and looking costs a cache miss.
  @inline(__always)
  func goesOn(from at: (new: Int, old: Int)) -> Bool {
    guard at.old + 24 <= oldCount, at.new + 24 <= newCount else { return false }
    return new.word(at.new) == old.word(at.old)
      || (new.word(at.new + 8) == old.word(at.old + 8)
        && new.word(at.new + 16) == old.word(at.old + 16))
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
    var score = 0
    var best = (score: 0, length: 0)
    var length = 0
    while length + 8 <= most {
      let difference = new.word(at.new + length) ^ old.word(at.old + length)
      if difference == 0 {
        score += 8
        length += 8
        if score > best.score { best = (score, length) }
        continue
      }
      for offset in 0..<8 {
        score += difference >> UInt64(8 * offset) & 0xFF == 0 ? 1 : -1
        if score > best.score { best = (score, length + offset + 1) }
      }
      length += 8
      if score < best.score - DeltaLimits.dropOff { return best.length }
    }
    while length < most {
      score += new.byte(at.new + length) == old.byte(at.old + length) ? 1 : -1
      length += 1
      if score > best.score { best = (score, length) }
    }
    return best.length
  }

  /// The same backwards, and how many bytes were looked at.
  func extendBackward(from at: (new: Int, old: Int), most: Int) -> (length: Int, looked: Int) {
    var score = 0
    var best = (score: 0, length: 0)
    var length = 0
    while length < most {
      length += 1
      score += new.byte(at.new - length) == old.byte(at.old - length) ? 1 : -1
      if score > best.score {
        best = (score, length)
      } else if score < best.score - DeltaLimits.dropOff {
        break
      }
    }
    return (best.length, length)
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
