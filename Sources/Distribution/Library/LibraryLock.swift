// SPDX-License-Identifier: Apache-2.0
import Bundles
import Glibc
import Intents
import SystemPackage

/// An exclusive flock(2) on `waybill/lock`, held while something changes; given back when this goes, also by
/// the kernel when the process dies.
struct LibraryLock: ~Copyable {
  private let descriptor: FileDescriptor

  /// - Throws: `DistributionReason.busy` at once when another process, or another point of this one, has it.
  init(_ layout: LibraryLayout) throws(Refusal) {
    let path = layout.lock
    let descriptor = try FileError.catching("open", path) {
      try FileDescriptor.open(
        path, .readWrite, options: [.create, .noFollow, .closeOnExec],
        permissions: LibraryFiles.permissions)
    }
    while flock(descriptor.rawValue, LOCK_EX | LOCK_NB) != 0 {
      let error = Errno.current
      if error == .interrupted { continue }
      try? descriptor.close()  // nothing was written
      guard error == .wouldBlock else { throw FileError.refusal("lock", path, error) }
      throw Refusal(
        DistributionReason.busy, path.text, seen: "a lock of another process", expected: "no lock")
    }
    self.descriptor = descriptor
  }

  /// Runs `body` while the lock is held.
  func holding<Value>(_ body: () throws(Refusal) -> Value) throws(Refusal) -> Value {
    try body()
  }

  deinit { try? descriptor.close() }  // nothing was written
}
