// SPDX-License-Identifier: Apache-2.0
import Glibc
package import Intents
package import SystemPackage

/// An exclusive flock(2) on a file; given up when the value goes, or by the kernel when the process dies.
///
/// It is given up by name, not by closing alone: a child that was forked at that moment still has the descriptor.
package struct FileLock: ~Copyable {
  private let descriptor: FileDescriptor

  /// Takes the lock at once or not at all.
  ///
  /// - Parameters:
  ///   - path: made where it is missing.
  ///   - now: written into the file beside the process id, for the message that another process shows.
  ///   - busy: the refusal when another has the lock, from what it wrote.
  package init(
    _ path: FilePath, now: Instant? = nil, busy: (_ holder: String) -> Refusal
  ) throws(Refusal) {
    descriptor = try FileLock.take(path, busy: busy)
    guard let now else { return }
    let text = "process \(getpid()) since \(now)\n"
    // The file only decorates a message: the lock holds without it.
    _ = try? descriptor.resize(to: 0)
    _ = try? descriptor.writeAll(toAbsoluteOffset: 0, text.utf8)
  }

  /// Runs `body` while the lock is held.
  package func holding<Value>(_ body: () throws(Refusal) -> Value) throws(Refusal) -> Value {
    try body()
  }

  deinit {
    _ = flock(descriptor.rawValue, LOCK_UN)  // what fails here ends with the process
    try? descriptor.close()  // nothing in the file needs to last
  }

  private static func take(
    _ path: FilePath, busy: (_ holder: String) -> Refusal
  ) throws(Refusal) -> FileDescriptor {
    let descriptor = try FileError.catching("open", path) {
      try FileDescriptor.open(
        path, .readWrite, options: [.create, .noFollow, .closeOnExec],
        permissions: [.ownerReadWrite])
    }
    while flock(descriptor.rawValue, LOCK_EX | LOCK_NB) != 0 {
      let error = Errno.current
      if error == .interrupted { continue }
      let holder = FileLock.holder(descriptor)
      try? descriptor.close()  // the refusal below is what matters
      guard error == .wouldBlock else { throw FileError.refusal("lock", path, error) }
      throw busy(holder)
    }
    return descriptor
  }

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
