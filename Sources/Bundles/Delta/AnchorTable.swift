// SPDX-License-Identifier: Apache-2.0
package import Intents

/// Where runs of 16 bytes of a reference are: one entry for every few bytes, found by hash. Built once and then only
/// read, so all frames of a file share it.
///
/// Memory is capped (`DeltaLimits.tableBytes`): the longer the reference, the wider the stride.
package final class AnchorTable: @unchecked Sendable {
  // Unchecked: both pointers are written in `init` alone.

  /// Bytes of a run.
  static let run = 16
  /// Slots that are looked at together, so that their cache misses overlap.
  static let batch = 8

  package let reference: ReferenceBytes
  /// Positions in the reference divided by the stride, plus 1, in 24 bits, and above them 8 bits of the hash, which
  /// spare most looks at the reference itself; 0 is empty. The first run of a hash stays.
  private let slots: UnsafeMutableBufferPointer<UInt32>
  private let shift: UInt64
  let stride: Int

  /// Bytes that the table of a reference of `length` bytes takes.
  package static func footprint(of length: Int, effort: Effort) -> Int {
    4 << bits(of: length, effort)
  }

  package init(_ reference: ReferenceBytes, effort: Effort) {
    self.reference = reference
    let bits = AnchorTable.bits(of: reference.count, effort)
    shift = UInt64(64 - bits)
    let count = 1 << bits
    slots = LargeMemory.allocate(count * MemoryLayout<UInt32>.size)
      .initializeMemory(as: UInt32.self, repeating: 0)
    var stride = effort.anchorStride
    while reference.count / stride >= count { stride *= 2 }
    self.stride = stride
    fill()
  }

  deinit { slots.deallocate() }

  private static func bits(of length: Int, _ effort: Effort) -> Int {
    var bits = 12
    while 1 << bits < length / effort.anchorStride, 4 << (bits + 1) <= DeltaLimits.tableBytes {
      bits += 1
    }
    return bits
  }

  private func fill() {
    guard let bytes = reference.bytes.baseAddress else { return }
    var position = 0
    var entry: UInt32 = 1
    let last = reference.count - AnchorTable.run
    while position <= last {
      let hash = AnchorTable.hash(of: bytes + position)
      let slot = slot(of: hash)
      if slots[slot] == 0 { slots[slot] = AnchorTable.tag(of: hash) | entry }
      position &+= stride
      entry &+= 1
    }
  }

  /// The first of `count` runs, each `step` bytes behind the one before, that the reference has too, and where; nil
  /// when none is known.
  @inline(__always)
  func first(
    from run: UnsafeRawPointer, step: Int, count: Int
  ) -> (index: Int, position: Int)? {
    guard count == AnchorTable.batch else {
      for index in 0..<count {
        let run = run + index &* step
        let hash = AnchorTable.hash(of: run)
        if let position = position(of: run, hash, slots[slot(of: hash)]) {
          return (index, position)
        }
      }
      return nil
    }
    var hashes = SIMD8<UInt64>()
    var entries = SIMD8<UInt32>()
    for index in 0..<AnchorTable.batch {
      hashes[index] = AnchorTable.hash(of: run + index &* step)
      entries[index] = slots[slot(of: hashes[index])]
    }
    for index in 0..<AnchorTable.batch {
      if let position = position(of: run + index &* step, hashes[index], entries[index]) {
        return (index, position)
      }
    }
    return nil
  }

  /// The position that an entry says, where the reference has the 16 bytes of `run`.
  @inline(__always)
  private func position(of run: UnsafeRawPointer, _ hash: UInt64, _ entry: UInt32) -> Int? {
    guard entry & 0xFF00_0000 == AnchorTable.tag(of: hash), entry & 0xFF_FFFF != 0,
      let bytes = reference.bytes.baseAddress
    else { return nil }
    let position = (Int(entry & 0xFF_FFFF) &- 1) &* stride
    let held = bytes + position
    guard held.word(0) == run.word(0), held.word(8) == run.word(8) else { return nil }
    return position
  }

  @inline(__always)
  private func slot(of hash: UInt64) -> Int { Int(truncatingIfNeeded: hash &>> shift) }

  /// Of a run; the low bits are mixed less than the high ones.
  @inline(__always)
  static func hash(of run: UnsafeRawPointer) -> UInt64 {
    var hash = run.word(0) &* 0x9E37_79B9_7F4A_7C15
    hash ^= hash >> 29
    return (hash &+ run.word(8)) &* 0xBF58_476D_1CE4_E5B9
  }

  /// Bits of the hash that the slot does not tell.
  @inline(__always)
  private static func tag(of hash: UInt64) -> UInt32 {
    UInt32(truncatingIfNeeded: hash >> 8) & 0xFF00_0000
  }
}

/// Bytes of a reference, held once for all that is made against it.
package final class ReferenceBytes: @unchecked Sendable {
  // Unchecked: the memory is written in `init` alone.

  private let memory: UnsafeMutableRawBufferPointer

  package init(
    count: Int, fill: (UnsafeMutableRawBufferPointer) throws(Refusal) -> Void
  ) throws(Refusal) {
    memory = LargeMemory.allocate(count)
    do throws(Refusal) {
      try fill(memory)
    } catch {
      memory.deallocate()
      throw error
    }
  }

  deinit { memory.deallocate() }

  package var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(memory) }
  package var count: Int { memory.count }
}

extension UnsafeRawPointer {
  /// The 8 bytes at an offset, as a number.
  @inline(__always)
  func word(_ offset: Int) -> UInt64 { loadUnaligned(fromByteOffset: offset, as: UInt64.self) }

  @inline(__always)
  func byte(_ offset: Int) -> UInt8 { load(fromByteOffset: offset, as: UInt8.self) }
}
