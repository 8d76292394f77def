// SPDX-License-Identifier: Apache-2.0
import Glibc
import Intents
import SystemPackage
import Testing

import Bundles

struct FileLockTests {
  @Test(
    "a lock that was given up is free, also while a child that was forked then has its descriptor")
  func forked() throws {
    let folder = try TestFolder()
    let path = folder.path.appending("lock")
    func busy(_ holder: String) -> Refusal {
      Refusal(BundleReason.fileFailed, "lock", seen: holder, expected: "nobody")
    }
    var copy: Int32 = -1
    do {
      let lock = try FileLock(path, busy: busy)
      // What fork(2) leaves in a child until it executes: another descriptor of the same open file.
      let there = try #require(openDescriptors().first { link($0) == path.string })
      copy = dup(there)
      _ = consume lock
    }
    defer { close(copy) }
    #expect(copy >= 0)
    _ = try FileLock(path, busy: busy)
  }

  private func openDescriptors() -> [Int32] { (3..<1024).filter { fcntl($0, F_GETFD) >= 0 } }

  private func link(_ descriptor: Int32) -> String? {
    var buffer = [CChar](repeating: 0, count: 4096)
    let count = readlink("/proc/self/fd/\(descriptor)", &buffer, buffer.count)
    return count > 0
      ? String(decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self) : nil
  }
}
