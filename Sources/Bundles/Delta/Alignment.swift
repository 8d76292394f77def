// SPDX-License-Identifier: Apache-2.0

/// How new bytes come from a reference: stretches that lie over it byte for byte, mostly equal, and literal ones.
///
/// Compiled code changes addresses all over while its shape stays, so a stretch goes on through mismatches, as bsdiff
/// does; anchors found by hash stand in for its suffix array, which makes the work linear.
struct Alignment {
  /// `copied` bytes over the reference from the cursor on, then `literal` bytes, then the cursor moves by `seek`.
  struct Operation: Equatable {
    var copied: Int
    var literal: Int
    var seek: Int
  }

  private(set) var operations: [Operation] = []
  /// Bytes that lie over the reference.
  private(set) var copied = 0

  private let new: UnsafeRawBufferPointer
  private let old: UnsafeRawBufferPointer
  private let table: AnchorTable
  private let effort: Effort

  /// Where the stretch at hand begins, in both.
  private var start = (new: 0, old: 0)
  private var isAligned = false
  /// Bytes that backward extensions may still look at.
  private var backward: Int

  /// Aligns `new`, which must outlive this, with the table's reference.
  init(of new: UnsafeRawBufferPointer, to table: AnchorTable, _ effort: Effort) {
    self.new = new
    self.table = table
    self.effort = effort
    old = table.reference.bytes
    backward = new.count * DeltaLimits.backwardEffort
    run()
  }

  private mutating func run() {
    guard let new = new.baseAddress, let old = old.baseAddress else {
      if !self.new.isEmpty { close(forward: 0, at: (self.new.count, 0)) }
      return
    }
    let pair = BytePair(new: new, newCount: self.new.count, old: old, oldCount: self.old.count)
    var position = 0
    while let match = nextMatch(from: position, pair) {
      var forward = pair.extendForward(from: start, upTo: match.new, isAligned)
      var back = extendBackward(from: match, pair)
      if start.new + forward > match.new - back {
        let overlap = start.new + forward - (match.new - back)
        let kept = pair.split(
          (start.new + forward - overlap, start.old + forward - overlap),
          (match.new - back, match.old - back), count: overlap)
        forward -= overlap - kept
        back -= kept
      }
      close(forward: forward, at: (match.new - back, match.old - back))
      position = match.new + AnchorTable.run
    }
    let forward = pair.extendForward(from: start, upTo: self.new.count, isAligned)
    close(forward: forward, at: (self.new.count, start.old + forward))
  }

  /// Ends the stretch at hand after `forward` bytes; what lies before the next one is literal.
  private mutating func close(forward: Int, at next: (new: Int, old: Int)) {
    let literal = next.new - start.new - forward
    if isAligned || literal > 0 || operations.isEmpty {
      operations.append(
        Operation(
          copied: forward, literal: literal, seek: next.old - (start.old + forward)))
      copied += forward
    }
    start = next
    isAligned = true
  }

  /// The next place where another alignment than the one at hand is clearly better.
  private func nextMatch(from first: Int, _ pair: BytePair) -> (new: Int, old: Int)? {
    var position = first
    var misses = 0
    let last = pair.newCount - AnchorTable.run
    while position <= last {
      if isAligned, pair.goesOn(from: (position, start.old + (position - start.new))) {
        position &+= 8
        misses = 0
        continue
      }
      let step = 1 &+ misses &>> effort.missesAStep
      let count = min(AnchorTable.batch, 1 + (last - position) / step)
      guard let found = table.first(from: pair.new + position, step: step, count: count) else {
        position &+= step &* count
        misses &+= count
        continue
      }
      misses = 0
      position += found.index * step
      let under = start.old + (position - start.new)
      if isAligned, found.position == under {
        position += AnchorTable.run
        continue
      }
      let length = pair.matchLength((position, found.position))
      if !isAligned || length > pair.equalCount((position, under), count: length) + DeltaLimits.gain
      {
        return (position, found.position)
      }
      position += length
    }
    return nil
  }

  private mutating func extendBackward(
    from match: (new: Int, old: Int), _ pair: BytePair
  ) -> Int {
    let room = min(match.new - start.new, match.old)
    let most = backward > 0 ? room : min(room, DeltaLimits.shortExtension)
    let (length, looked) = pair.extendBackward(from: match, most: most)
    backward -= looked
    return length
  }
}
