// SPDX-License-Identifier: Apache-2.0
import Bundles
import Glibc
import Intents
package import SystemPackage

/// One change that a library point has just made to its folder. Tests stop after any of them.
package enum LibraryStep: Hashable, Sendable {
  /// The temporary file may be there, and half written.
  case started(FilePath)
  /// The temporary file is whole and not yet under its name.
  case written(FilePath)
  case renamed(FilePath)
  case removed(FilePath)
  case folderMade(FilePath)
}

/// The few ways in which a library point changes files. One temporary name, so that what a crash leaves
/// behind is one file, which the next effect removes.
struct LibraryFiles {
  typealias Observer = (LibraryStep) throws(Refusal) -> Void

  /// When a written file must be on the disk.
  enum Durability { case atOnce, atTheEnd }

  static let permissions: FilePermissions = [.ownerReadWrite, .groupRead]
  static let folderPermissions: FilePermissions = [
    .ownerReadWriteExecute, .groupRead, .groupExecute,
  ]

  let layout: LibraryLayout
  let observer: Observer?

  /// Makes `path` hold `bytes`; says whether it had to be written.
  @discardableResult
  func ensure(
    _ bytes: [UInt8], at path: FilePath, _ durability: Durability = .atOnce
  ) throws(Refusal) -> Bool {
    if let held = contents(of: path), held == bytes { return false }
    try replace(path, durability) { (descriptor, temporary) throws(Refusal) in
      try descriptor.writeAll(bytes, naming: temporary)
    }
    return true
  }

  /// Writes a new file and gives it its name in one step.
  ///
  /// A file that takes another's place is always synced first: a power cut must not leave it empty.
  func replace(
    _ path: FilePath, _ durability: Durability,
    _ write: (FileDescriptor, FilePath) throws(Refusal) -> Void
  ) throws(Refusal) {
    let temporary = layout.incoming
    try DurableFile.unlinkIfPresent(temporary)
    let descriptor = try DurableFile.create(temporary, permissions: LibraryFiles.permissions)
    do throws(Refusal) {
      try observe(.started(path))
      try write(descriptor, temporary)
      if durability == .atOnce || FileQuery.status(path) != nil {
        try descriptor.synchronize(naming: temporary)
      }
    } catch {
      try? descriptor.close()  // the first failure is the one to tell
      throw error
    }
    try descriptor.closing(naming: temporary)
    try observe(.written(path))
    try FileError.checking("rename", path) {
      temporary.withPlatformString { from in path.withPlatformString { Glibc.rename(from, $0) } }
    }
    try observe(.renamed(path))
    if durability == .atOnce { try DurableFile.synchronizeFolder(of: path) }
  }

  /// Removes a file; one that is not there is fine.
  func remove(_ path: FilePath) throws(Refusal) {
    guard FileQuery.status(path) != nil else { return }
    try DurableFile.unlinkIfPresent(path)
    try observe(.removed(path))
  }

  /// Removes a folder when it is empty.
  func removeFolderIfEmpty(_ path: FilePath) throws(Refusal) {
    guard FileQuery.status(path)?.kind == .folder, try FileQuery.names(in: path).isEmpty else {
      return
    }
    try FileError.checking("remove folder", path, accepting: .noSuchFileOrDirectory) {
      path.withPlatformString { Glibc.rmdir($0) }
    }
    try observe(.removed(path))
  }

  /// Makes a folder and those above it, down to the root; durable when their folders are synced.
  func ensureFolder(_ path: FilePath) throws(Refusal) {
    if FileQuery.status(path)?.kind == .folder || path == layout.root { return }
    try ensureFolder(path.removingLastComponent())
    try DurableFile.makeOneFolder(path, permissions: LibraryFiles.folderPermissions)
    try observe(.folderMade(path))
  }

  /// The bytes of a small file; nil when it is not there or is no regular file of that size.
  func contents(of path: FilePath, cap: Int64 = DistributionLimits.record) -> [UInt8]? {
    guard FileQuery.status(path)?.kind == .regular else { return nil }
    return try? FileQuery.contents(of: path, cap: cap)  // what cannot be read is written anew
  }

  /// What the INI of one file in DataLib says; nil when it does not say it as it should.
  func information(of path: FilePath) -> FileInformation? {
    contents(of: path, cap: DistributionLimits.informationFile)
      .flatMap { InformationFile(parsing: $0) }.flatMap { FileInformation($0) }
  }

  /// The lines of a users file; none when there is no such file, nil when it cannot be read.
  func users(of digest: Digest) -> [String]? {
    let path = layout.users(digest)
    guard FileQuery.status(path) != nil else { return [] }
    guard let bytes = contents(of: path, cap: DistributionLimits.informationFile),
      let section = InformationFile(parsing: bytes)?["Users"]
    else { return nil }
    return section.entries.map(\.name)
  }

  /// Writes the users file of a blob, ascending, each content once.
  @discardableResult
  func ensureUsers(
    _ contents: some Sequence<String>, of digest: Digest, _ durability: Durability
  ) throws(Refusal) -> Bool {
    let names = Set(contents).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    let file = InformationFile(sections: [InformationFile.names(names, section: "Users")])
    return try ensure(file.encoded, at: layout.users(digest), durability)
  }

  func observe(_ step: LibraryStep) throws(Refusal) { try observer?(step) }
}
