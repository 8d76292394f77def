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

  package let reference: ReferenceBytes
  /// Positions in the reference divided by the stride, plus 1, in 24 bits, and above them 8 bits of the hash, which
  /// spare most looks at the reference itself; 0 is empty. The first run of a hash stays.
  private let slots: UnsafeMutablePointer<UInt32>
  private let shift: UInt64
  let stride: Int

  /// Bytes that the table of a reference of `length` bytes takes.
  package static func footprint(of length: Int) -> Int { 4 << bits(of: length) }

  package init(_ reference: ReferenceBytes) {
    self.reference = reference
    let bits = AnchorTable.bits(of: reference.count)
    shift = UInt64(64 - bits)
    let count = 1 << bits
    slots = .allocate(capacity: count)
    slots.initialize(repeating: 0, count: count)
    var stride = DeltaLimits.anchorStride
    while reference.count / stride >= count { stride *= 2 }
    self.stride = stride
    fill()
  }

  deinit { slots.deallocate() }

  private static func bits(of length: Int) -> Int {
    var bits = 12
    while 1 << bits < length / DeltaLimits.anchorStride, 4 << (bits + 1) <= DeltaLimits.tableBytes {
      bits += 1
    }
    return bits
  }

  private func fill() {
    guard let bytes = reference.bytes.baseAddress else { return }
    var position = 0
    var entry: UInt32 = 1
    while position + AnchorTable.run <= reference.count {
      let hash = AnchorTable.hash(of: bytes + position)
      let slot = Int(truncatingIfNeeded: hash >> shift)
      if slots[slot] == 0 { slots[slot] = AnchorTable.tag(of: hash) | entry }
      position += stride
      entry += 1
    }
  }

  /// A position in the reference with the same 16 bytes as at `run`; nil when none is known.
  @inline(__always)
  func position(of run: UnsafeRawPointer) -> Int? {
    let hash = AnchorTable.hash(of: run)
    let entry = slots[Int(truncatingIfNeeded: hash >> shift)]
    guard entry & 0xFF00_0000 == AnchorTable.tag(of: hash), entry != 0,
      let bytes = reference.bytes.baseAddress
    else { return nil }
    let position = (Int(entry & 0xFF_FFFF) - 1) * stride
    guard position >= 0 else { return nil }
    let held = bytes + position
    guard held.word(0) == run.word(0), held.word(8) == run.word(8) else { return nil }
    return position
  }

  @inline(__always)
  private static func hash(of run: UnsafeRawPointer) -> UInt64 {
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
    memory = .allocate(byteCount: count, alignment: 64)
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
