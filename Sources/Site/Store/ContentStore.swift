// SPDX-License-Identifier: Apache-2.0
import Bundles
package import Intents
package import SystemPackage
import Trust

/// Files by their SHA-256: `ab/<sha256>`, each complete, synced and of the right hash when it got its name.
///
/// That a file is there says nothing about its bytes today: they are hashed again before each use.
package struct ContentStore: Sendable {
  package let folder: FilePath

  package init(_ folder: FilePath) { self.folder = folder }

  /// Where files lie while they are put together.
  package var incoming: FilePath { folder.appending("incoming") }

  package func path(of digest: Digest) -> FilePath {
    let hex = digest.hex
    return folder.appending(String(hex.prefix(2))).appending(hex)
  }

  /// Whether a file of that name and length is there.
  package func holds(_ digest: Digest, length: Int64?) -> Bool {
    guard let status = FileQuery.status(path(of: digest)), status.kind == .regular else {
      return false
    }
    return length.map { $0 == status.length } ?? true
  }

  /// Opens a held file at its beginning, not looked at; nil when it is not there.
  package func open(_ digest: Digest) throws(Refusal) -> FileDescriptor? {
    guard holds(digest, length: nil) else { return nil }
    return try FileQuery.openRegular(path(of: digest))
  }

  /// Whether the file is there with the right bytes. One that is there with others is taken away (S25).
  package func verify(_ digest: Digest) throws(Refusal) -> Bool {
    guard let descriptor = try open(digest) else { return false }
    defer { try? descriptor.close() }  // opened for reading only
    if try FileHash.of(descriptor, path(of: digest)) == digest { return true }
    try remove(digest)
    return false
  }

  package func remove(_ digest: Digest) throws(Refusal) {
    try DurableFile.unlinkIfPresent(path(of: digest))
  }

  /// Makes durable what was removed.
  package func synchronize() throws(Refusal) { try FileSystem.synchronize(folder) }

  /// Prepares for writing and removes what aborted runs left half put together (F13).
  package func clearIncoming() throws(Refusal) {
    try DurableFile.makeFolder(incoming)
    for name in try FileQuery.names(in: incoming) {
      try DurableFile.unlinkIfPresent(incoming.appending(name))
    }
  }

  /// Count and bytes of the files held.
  package func usage() throws(Refusal) -> (files: Int64, bytes: Int64) {
    var files: Int64 = 0
    var bytes: Int64 = 0
    try each { (_, length) throws(Refusal) in
      files += 1
      bytes += length
    }
    return (files, bytes)
  }

  /// Hands out every file held, ascending by digest.
  package func each(_ body: (Digest, Int64) throws(Refusal) -> Void) throws(Refusal) {
    guard FileQuery.isFolder(folder) else { return }
    for prefix in try FileQuery.names(in: folder) where prefix.utf8.count == 2 {
      let shelf = folder.appending(prefix)
      guard FileQuery.isFolder(shelf) else { continue }
      for name in try FileQuery.names(in: shelf) {
        guard let digest = Digest(hex: name),
          let status = FileQuery.status(shelf.appending(name)), status.kind == .regular
        else { continue }
        try body(digest, status.length)
      }
    }
  }
}

/// SHA-256 of files.
enum FileHash {
  /// Reads `descriptor` from its beginning to its end; leaves its position where it was.
  static func of(_ descriptor: FileDescriptor, _ path: FilePath) throws(Refusal) -> Digest {
    try FileError.catching("read", path) {
      var stream = SHA256Stream()
      var offset: Int64 = 0
      let buffer = UnsafeMutableRawBufferPointer.allocate(
        byteCount: SiteLimits.chunk, alignment: 64)
      defer { buffer.deallocate() }
      while true {
        let count = try descriptor.read(fromAbsoluteOffset: offset, into: buffer)
        if count == 0 { return stream.finalize() }
        stream.update(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
        offset += Int64(count)
      }
    }
  }
}
