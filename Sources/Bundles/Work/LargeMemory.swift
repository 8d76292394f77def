// SPDX-License-Identifier: Apache-2.0
import Glibc

/// Memory of many mebibytes, in huge pages where the kernel has them: a page fault for every 4 KiB would take as long
/// as what is done with the bytes.
enum LargeMemory {
  private static let hugePage = 2 << 20

  /// Bytes of any content; `deallocate` frees them.
  static func allocate(_ count: Int) -> UnsafeMutableRawBufferPointer {
    guard count >= 2 * hugePage else { return .allocate(byteCount: count, alignment: 64) }
    let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: count, alignment: hugePage)
    // A wish: small pages do as well.
    _ = madvise(memory.baseAddress, count, MADV_HUGEPAGE)
    return memory
  }
}
