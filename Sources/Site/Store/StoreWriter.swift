// SPDX-License-Identifier: Apache-2.0
import Bundles
import Glibc
package import Intents
import SystemPackage
import Trust

/// Puts files into a content store, from whole pieces or from parts that come in ascending order.
///
/// A file gets its name only when all its bytes are there, have the right hash and are synced. Names are
/// durable after `finish`.
package final class StoreWriter {
  private let store: ContentStore
  /// Files of which some bytes are there.
  private var partial: [Digest: Part] = [:]
  /// Folders with names that are not durable yet.
  private var touched: Set<String> = []

  private struct Part {
    var hash = SHA256Stream()
    var offset: Int64 = 0
  }

  package init(_ store: ContentStore) throws(Refusal) {
    self.store = store
    try store.clearIncoming()
  }

  /// Takes bytes `offset`… of the file with SHA-256 `digest` and `total` bytes.
  ///
  /// - Returns: whether the file is complete now.
  /// - Throws: `SiteReason.contentDiffers` when a part is out of order or the whole has another hash.
  @discardableResult
  package func receive(
    _ bytes: UnsafeRawBufferPointer, of digest: Digest, at offset: Int64, total: Int64
  ) throws(Refusal) -> Bool {
    var part = partial[digest] ?? Part()
    guard part.offset == offset, Int64(bytes.count) <= total - offset else {
      throw Refusal(
        SiteReason.contentDiffers, "file \(digest)",
        seen: "bytes \(offset) to \(offset + Int64(bytes.count)) of \(total)",
        expected: "bytes from \(part.offset) on, at most to \(total)")
    }
    part.hash.update(bytes)
    part.offset += Int64(bytes.count)
    let isLast = part.offset == total
    if isLast {
      let seen = part.hash.finalize()
      guard seen == digest else {
        try drop(digest)
        throw Refusal(
          SiteReason.contentDiffers, "file \(digest)", seen: seen.hex, expected: digest.hex)
      }
    }
    try write(bytes, of: digest, at: offset, isLast: isLast)
    partial[digest] = isLast ? nil : part
    return isLast
  }

  /// Makes every name durable. Files of which parts are missing are dropped.
  package func finish() throws(Refusal) {
    for digest in Array(partial.keys) { try drop(digest) }
    try synchronizeFolders()
  }

  private func write(
    _ bytes: UnsafeRawBufferPointer, of digest: Digest, at offset: Int64, isLast: Bool
  ) throws(Refusal) {
    let path = store.incoming.appending(digest.hex)
    let descriptor: FileDescriptor
    if offset == 0 {
      try DurableFile.unlinkIfPresent(path)
      descriptor = try DurableFile.create(path)
    } else {
      descriptor = try FileError.catching("open", path) {
        try FileDescriptor.open(path, .writeOnly, options: [.noFollow, .closeOnExec, .append])
      }
    }
    do throws(Refusal) {
      try descriptor.writeAll(bytes, naming: path)
      if isLast { try descriptor.synchronize(naming: path) }
      try descriptor.closing(naming: path)
    } catch {
      try? descriptor.close()  // the first failure is the one to tell
      throw error
    }
    if isLast { try publish(path, digest) }
  }

  private func publish(_ path: FilePath, _ digest: Digest) throws(Refusal) {
    let target = store.path(of: digest)
    let shelf = target.removingLastComponent()
    try DurableFile.makeFolder(shelf)
    try FileError.checking("rename", target) {
      path.withPlatformString { from in target.withPlatformString { rename(from, $0) } }
    }
    touched.insert(shelf.string)
    if touched.count >= SiteLimits.foldersOfBatch { try synchronizeFolders() }
  }

  private func drop(_ digest: Digest) throws(Refusal) {
    partial[digest] = nil
    try DurableFile.unlinkIfPresent(store.incoming.appending(digest.hex))
  }

  private func synchronizeFolders() throws(Refusal) {
    for folder in touched.sorted() { try DurableFile.synchronizeFolder(FilePath(folder)) }
    touched.removeAll()
  }
}
