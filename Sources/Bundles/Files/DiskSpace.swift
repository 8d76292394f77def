// SPDX-License-Identifier: Apache-2.0
import Glibc
package import Intents
package import SystemPackage

/// Room on file systems.
package enum DiskSpace {
  /// Bytes that an ordinary user may still write on the file system of `path`, statvfs(3).
  package static func free(at path: FilePath) throws(Refusal) -> Int64 {
    var buffer = statvfs()
    try FileError.checking("look at the room of", path) {
      path.withPlatformString { statvfs($0, &buffer) }
    }
    let (bytes, overflow) = UInt64(buffer.f_bavail).multipliedReportingOverflow(
      by: UInt64(buffer.f_frsize))
    return overflow ? .max : Int64(clamping: bytes)
  }
}
