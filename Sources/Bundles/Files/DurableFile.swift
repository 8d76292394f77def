// SPDX-License-Identifier: Apache-2.0
package import Intents
package import SystemPackage

/// Writing files so that they survive a power cut: temporary name, fsync, rename, fsync of the folder.
package enum DurableFile {
  /// Replaces `path` by `bytes` in one step: after a crash the old or the new file is there, whole.
  ///
  /// - Parameter permissions: of the new file, whatever the umask.
  package static func write(
    _ bytes: [UInt8], to path: FilePath, permissions: FilePermissions = [.ownerReadWrite]
  ) throws(Refusal) {
    let temporary = path.appendingSuffix(".part")
    try unlinkIfPresent(temporary)
    let descriptor = try create(temporary, permissions: permissions)
    do throws(Refusal) {
      try descriptor.writeAll(bytes, naming: temporary)
      try descriptor.synchronize(naming: temporary)
      try descriptor.closing(naming: temporary)
    } catch {
      try? descriptor.close()  // the first failure is the one to tell
      try? unlinkIfPresent(temporary)  // the same: a left-over is overwritten by the next try
      throw error
    }
    try rename(temporary, to: path)
  }

  /// Creates `path`, which must not exist, without following a link.
  package static func create(
    _ path: FilePath, permissions: FilePermissions = [.ownerReadWrite]
  ) throws(Refusal) -> FileDescriptor {
    try FileError.catching("create", path) {
      let descriptor = try FileDescriptor.open(
        path, .writeOnly, options: [.create, .exclusiveCreate, .noFollow, .closeOnExec],
        permissions: permissions)
      _ = fchmodPermissions(descriptor, permissions)
      return descriptor
    }
  }

  /// Renames within one file system; the new name is durable once its folder, or all of the file system, is synced.
  package static func move(_ source: FilePath, to target: FilePath) throws(Refusal) {
    try FileError.checking("rename", target) { renamePath(source, target) }
  }

  /// Renames within one file system and makes the new name durable.
  package static func rename(_ source: FilePath, to target: FilePath) throws(Refusal) {
    try FileError.checking("rename", target) { renamePath(source, target) }
    try synchronizeFolder(of: target)
  }

  /// Removes a file; one that is not there is fine.
  package static func unlinkIfPresent(_ path: FilePath) throws(Refusal) {
    try FileError.checking("remove", path, accepting: .noSuchFileOrDirectory) { unlinkPath(path) }
  }

  /// Removes an empty folder; one that is not there is fine.
  package static func removeFolder(_ folder: FilePath) throws(Refusal) {
    try FileError.checking("remove folder", folder, accepting: .noSuchFileOrDirectory) {
      removeFolderPath(folder)
    }
  }

  /// Makes the entries of the folder that holds `path` durable.
  package static func synchronizeFolder(of path: FilePath) throws(Refusal) {
    try synchronizeFolder(path.removingLastComponent())
  }

  /// Makes the entries of `folder` durable.
  package static func synchronizeFolder(_ folder: FilePath) throws(Refusal) {
    let place = folder.isEmpty ? FilePath(".") : folder
    let descriptor = try FileError.catching("open", place) {
      try FileDescriptor.open(place, .readOnly, options: [.directory, .closeOnExec])
    }
    defer { try? descriptor.close() }  // opened for reading only: nothing to lose
    try descriptor.synchronize(naming: place)
  }

  /// Creates `folder` and the missing folders above it, each durable in its parent.
  ///
  /// - Parameter permissions: of those that are new, whatever the umask.
  package static func makeFolder(
    _ folder: FilePath, permissions: FilePermissions = [.ownerReadWriteExecute]
  ) throws(Refusal) {
    if folder.isEmpty || FileQuery.isFolder(folder) { return }
    let parent = folder.removingLastComponent()
    if parent != folder { try makeFolder(parent, permissions: permissions) }
    try makeOneFolder(folder, permissions: permissions)
    try synchronizeFolder(of: folder)
  }

  /// Creates `folder` in a folder that is there; durable once that is synced. One that is there already stays
  /// as it is.
  package static func makeOneFolder(
    _ folder: FilePath, permissions: FilePermissions
  ) throws(Refusal) {
    var isNew = true
    try FileError.checking("create folder", folder) {
      if makePath(folder, permissions) == 0 { return 0 }
      isNew = Errno.current != .fileExists
      return isNew ? -1 : 0
    }
    guard isNew else { return }
    // mkdir(2) takes the umask off. FAT keeps no modes and refuses: then those of the mount hold.
    _ = changeMode(folder, permissions)
  }
}

extension FilePath {
  /// The same path with `suffix` behind its last component.
  package func appendingSuffix(_ suffix: String) -> FilePath { FilePath(string + suffix) }

  /// The path as text; bytes that are no UTF-8 are replaced.
  package var text: String { String(decoding: self) }
}

extension FileDescriptor {
  /// Writes all of `bytes`, also over short writes.
  package func writeAll(_ bytes: [UInt8], naming path: FilePath) throws(Refusal) {
    try FileError.catching("write", path) { _ = try writeAll(bytes) }
  }

  /// Writes all of `bytes`, also over short writes.
  package func writeAll(_ bytes: UnsafeRawBufferPointer, naming path: FilePath) throws(Refusal) {
    try FileError.catching("write", path) {
      var rest = bytes
      while !rest.isEmpty {
        let count = try write(rest)
        rest = UnsafeRawBufferPointer(rebasing: rest[count...])
      }
    }
  }

  /// fsync. A failure is never tried again: the kernel may have dropped the pages.
  package func synchronize(naming path: FilePath) throws(Refusal) {
    try FileError.checking("sync", path) { fsyncDescriptor(self) }
  }

  package func closing(naming path: FilePath) throws(Refusal) {
    try FileError.catching("close", path) { try close() }
  }
}
