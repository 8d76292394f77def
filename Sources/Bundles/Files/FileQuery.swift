// SPDX-License-Identifier: Apache-2.0
import Glibc
package import Intents
package import SystemPackage

/// Looking at files without changing or following anything.
package enum FileQuery {
  package enum Kind: Sendable { case regular, folder, link, other }

  package struct Status: Sendable {
    package let kind: Kind
    /// Bytes.
    package let length: Int64
    /// Permission bits, setuid and sticky included.
    package let mode: UInt32
    /// Seconds since 1970, UTC.
    package let modified: Int64
  }

  /// What stands at `path` itself, not behind a link; nil when nothing does or it cannot be seen.
  package static func status(_ path: FilePath) -> Status? {
    var buffer = stat()
    guard path.withPlatformString({ lstat($0, &buffer) }) == 0 else { return nil }
    return status(buffer)
  }

  /// What stands behind an open descriptor.
  package static func status(of descriptor: FileDescriptor) -> Status? {
    var buffer = stat()
    guard fstat(descriptor.rawValue, &buffer) == 0 else { return nil }
    return status(buffer)
  }

  package static func isFolder(_ path: FilePath) -> Bool {
    var buffer = stat()
    guard path.withPlatformString({ stat($0, &buffer) }) == 0 else { return false }
    return buffer.st_mode & S_IFMT == Glibc.S_IFDIR
  }

  /// The names in a folder, `.` and `..` left out, sorted by their bytes. Names that are no UTF-8 come with
  /// replacement characters and cannot be opened by that name.
  ///
  /// - Parameter most: the count at which reading stops with `BundleReason.tooManyEntries`.
  package static func names(in folder: FilePath, most: Int = .max) throws(Refusal) -> [String] {
    guard let stream = folder.withPlatformString({ opendir($0) }) else {
      throw FileError.refusal("read folder", folder, .current)
    }
    defer { closedir(stream) }
    var names: [String] = []
    errno = 0
    while let entry = readdir(stream) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
        pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name != "." && name != ".." { names.append(name) }
      guard names.count <= most else {
        throw Refusal(
          BundleReason.tooManyEntries, folder.text, seen: "more than \(most) entries",
          expected: "at most \(most)")
      }
      errno = 0
    }
    guard errno == 0 else { throw FileError.refusal("read folder", folder, .current) }
    names.sort { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    return names
  }

  /// Opens a regular file for reading without following a link at its end; anything else is refused.
  package static func openRegular(_ path: FilePath) throws(Refusal) -> FileDescriptor {
    let descriptor = try FileError.catching("open", path) {
      try FileDescriptor.open(
        path, .readOnly, options: [.noFollow, .closeOnExec, .nonBlocking])
    }
    guard status(of: descriptor)?.kind == .regular else {
      try? descriptor.close()  // nothing was written
      throw Refusal(
        BundleReason.notRegular, path.text, seen: "no regular file", expected: "a regular file")
    }
    return descriptor
  }

  /// The whole of a regular file of at most `cap` bytes.
  package static func contents(of path: FilePath, cap: Int64) throws(Refusal) -> [UInt8] {
    let descriptor = try openRegular(path)
    defer { try? descriptor.close() }  // opened for reading only
    guard let length = status(of: descriptor)?.length, length <= cap else {
      throw Refusal(
        BundleReason.fileTooLarge, path.text,
        seen: "\(status(of: descriptor)?.length ?? 0) bytes", expected: "at most \(cap)")
    }
    return try FileError.catching("read", path) {
      var bytes = [UInt8](repeating: 0, count: Int(length))
      var filled = 0
      while filled < bytes.count {
        let count = try bytes.withUnsafeMutableBytes { buffer in
          try descriptor.read(
            fromAbsoluteOffset: Int64(filled),
            into: UnsafeMutableRawBufferPointer(rebasing: buffer[filled...]))
        }
        if count == 0 { break }
        filled += count
      }
      bytes.removeLast(bytes.count - filled)
      return bytes
    }
  }

  private static func status(_ buffer: stat) -> Status {
    let kind: Kind =
      switch buffer.st_mode & Glibc.S_IFMT {
      case Glibc.S_IFREG: .regular
      case Glibc.S_IFDIR: .folder
      case Glibc.S_IFLNK: .link
      default: .other
      }
    return Status(
      kind: kind, length: Int64(buffer.st_size), mode: buffer.st_mode & 0o7777,
      modified: Int64(buffer.st_mtim.tv_sec))
  }
}
