// SPDX-License-Identifier: Apache-2.0

/// Memory that is used again and only grows, to twice its size at least: growing often would touch it all anew.
package struct ScratchMemory {
  private var memory = StreamBuffer(count: 0)

  package init() {}

  /// `count` bytes of any content, the caller's until the next call.
  package mutating func lend(_ count: Int) -> UnsafeMutableRawBufferPointer {
    let held = memory.bytes.count
    if held < count {
      memory = StreamBuffer(count: 0)  // what it held goes first
      memory = StreamBuffer(count: max(count, 2 * held))
    }
    return UnsafeMutableRawBufferPointer(rebasing: memory.bytes[..<count])
  }
}
