// SPDX-License-Identifier: Apache-2.0
import Glibc
package import Intents
package import SystemPackage

/// Room on file systems, as statvfs(3) tells it.
package enum DiskSpace {
  /// Bytes that an ordinary user may still write where `path` lies, or where the nearest folder above it lies
  /// while it does not exist.
  package static func free(at path: FilePath) throws(Refusal) -> Int64 {
    let buffer = try look(at: path)
    let (bytes, overflows) = UInt64(buffer.f_bavail).multipliedReportingOverflow(
      by: UInt64(buffer.f_frsize))
    return overflows ? .max : Int64(clamping: bytes)
  }

  /// Whether there is not even room for the memory that SQLite shares between processes: it tells that as a fault of
  /// the disk. False where it cannot be told.
  package static func isExhausted(at path: FilePath) -> Bool {
    // Where it cannot be told, the failure at hand is the one to tell.
    guard let free = try? free(at: path) else { return false }
    return free < 64 << 10
  }

  /// Whether two paths lie on one file system, so that what one takes the other lacks.
  package static func isShared(_ first: FilePath, _ second: FilePath) throws(Refusal) -> Bool {
    try look(at: first).f_fsid == look(at: second).f_fsid
  }

  private static func look(at path: FilePath) throws(Refusal) -> statvfs {
    var place = path
    var buffer = statvfs()
    while place.withPlatformString({ statvfs($0, &buffer) }) != 0 {
      let error = Errno.current
      if error == .interrupted { continue }
      let parent = place.removingLastComponent()
      guard error == .noSuchFileOrDirectory, parent != place, !parent.isEmpty else {
        throw FileError.refusal("ask for free space", place, error)
      }
      place = parent
    }
    return buffer
  }
}
