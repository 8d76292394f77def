// SPDX-License-Identifier: Apache-2.0
private import CLinux
package import Intents
package import SystemPackage

/// What concerns a whole file system, or copies within it.
package enum FileSystem {
  /// Makes everything durable that was written to the file system of `folder`, names too (syncfs(2)). For thousands of
  /// files this takes a tenth of the time that a sync of each one takes.
  package static func synchronize(_ folder: FilePath) throws(Refusal) {
    let descriptor = try FileError.catching("open", folder) {
      try FileDescriptor.open(folder, .readOnly, options: [.directory, .closeOnExec])
    }
    defer { try? descriptor.close() }  // opened for reading only: nothing to lose
    try FileError.checking("sync", folder) { CLinux.syncfs(descriptor.rawValue) }
  }

  /// Asks the kernel to begin writing what was written to a file, so that the sync at the end finds little left to do.
  /// A wish: where it fails, the sync tells.
  package static func beginWriting(_ descriptor: FileDescriptor) {
    let write: CUnsignedInt = 2  // SYNC_FILE_RANGE_WRITE
    _ = CLinux.sync_file_range(descriptor.rawValue, 0, 0, write)
  }
}
