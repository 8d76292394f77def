// SPDX-License-Identifier: Apache-2.0
import Bundles
import Glibc
package import Intents
import SystemPackage

/// The right to change a site's state; one process at a time has it (S21). Given up when the value goes, or the
/// process does.
package struct StateLock: ~Copyable {
  private let descriptor: FileDescriptor

  /// Takes the lock or says who has it.
  ///
  /// - Parameters:
  ///   - folder: whose `lock` file is used; flock(2) on it, so that a crash leaves nothing behind.
  ///   - now: written beside the process id, for the message that another process shows.
  /// - Throws: `SiteReason.stateHeld`, at once.
  package init(_ folder: StateFolder, now: Instant) throws(Refusal) {
    let path = folder.lock
    let descriptor = try FileError.catching("open", path) {
      try FileDescriptor.open(
        path, .readWrite, options: [.create, .noFollow, .closeOnExec],
        permissions: [.ownerReadWrite])
    }
    while flock(descriptor.rawValue, LOCK_EX | LOCK_NB) != 0 {
      let error = Errno.current
      if error == .interrupted { continue }
      let holder = StateLock.holder(descriptor)
      try? descriptor.close()  // the refusal below is what matters
      guard error == .wouldBlock else { throw FileError.refusal("lock", path, error) }
      throw Refusal(
        SiteReason.stateHeld, folder.path.text, seen: "held by \(holder)",
        expected: "no other process")
    }
    let text = "process \(getpid()) since \(now)\n"
    try FileError.catching("write", path) {
      try descriptor.resize(to: 0)
      try descriptor.writeAll(toAbsoluteOffset: 0, text.utf8)
    }
    self.descriptor = descriptor
  }

  deinit { try? descriptor.close() }  // nothing in the file needs to last

  private static func holder(_ descriptor: FileDescriptor) -> String {
    var bytes = [UInt8](repeating: 0, count: 100)
    let count =
      (try? bytes.withUnsafeMutableBytes { buffer in
        try descriptor.read(fromAbsoluteOffset: 0, into: buffer)
      }) ?? 0  // the file only decorates the message
    let text = String(decoding: bytes.prefix(count), as: UTF8.self)
      .split(whereSeparator: \.isNewline).first
    return text.map(String.init) ?? "another process"
  }
}
