// SPDX-License-Identifier: Apache-2.0
import Bundles
package import Intents
import Synchronization
import SystemPackage
import Trust

/// Puts files into a content store, whole or from parts in any order, from any thread.
///
/// A file gets its name only when all its bytes are there, have the right hash and are synced: `publish` does that for
/// all that came since the last time, with one sync of the file system. A sync a file takes ten times as long.
package final class StoreWriter: Sendable {
  private let store: ContentStore
  private let state = Mutex(State())

  private struct State {
    /// Bytes that came of files that are not whole.
    var partial: [Digest: Int64] = [:]
    /// Whole files without a name, and their bytes.
    var ready: [Digest] = []
    var readyBytes: Int64 = 0
    /// All files that are whole or being made so.
    var claimed: Set<Digest> = []
  }

  package init(_ store: ContentStore) throws(Refusal) {
    self.store = store
    try store.clearIncoming()
  }

  /// Takes bytes `offset`… of the file with SHA-256 `digest` and `total` bytes; each byte comes once.
  ///
  /// - Returns: whether all of the file is there now, with the right hash.
  /// - Throws: `SiteReason.contentDiffers` when a part does not fit or the whole has another hash.
  @discardableResult
  package func receive(
    _ bytes: UnsafeRawBufferPointer, of digest: Digest, at offset: Int64, total: Int64
  ) throws(Refusal) -> Bool {
    guard offset >= 0, offset <= total, Int64(bytes.count) <= total - offset else {
      throw differs(
        digest, "bytes \(offset) to \(offset + Int64(bytes.count))", "at most to \(total)")
    }
    let path = store.incoming.appending(digest.hex)
    guard bytes.count == total else { return try receivePart(bytes, digest, offset, total, path) }
    guard state.withLock({ $0.claimed.insert(digest).inserted }) else { return true }
    let seen = Digest.sha256(bytes)
    guard seen == digest else { throw differs(digest, seen.hex, digest.hex) }
    let descriptor = try DurableFile.create(path)
    try write(bytes, to: descriptor, at: 0, path)
    ready(digest, total)
    return true
  }

  /// Gives every whole file its name, durably.
  package func publish() throws(Refusal) {
    let files = state.withLock { state in
      let files = state.ready
      state.ready = []
      state.readyBytes = 0
      return files
    }
    guard !files.isEmpty else { return }
    try FileSystem.synchronize(store.incoming)
    for digest in files {
      let target = store.path(of: digest)
      try DurableFile.makeOneFolder(
        target.removingLastComponent(), permissions: [.ownerReadWriteExecute])
      try DurableFile.move(store.incoming.appending(digest.hex), to: target)
    }
    try FileSystem.synchronize(store.folder)
  }

  /// Publishes when so much waits that a crash would cost much work.
  package func publishWhenDue() throws(Refusal) {
    let isDue = state.withLock {
      $0.readyBytes >= SiteLimits.batchBytes || $0.ready.count >= SiteLimits.batchFiles
    }
    if isDue { try publish() }
  }

  /// Makes every name durable. Files of which parts are missing are dropped.
  package func finish() throws(Refusal) {
    for digest in state.withLock({ Array($0.partial.keys) }) { try drop(digest) }
    try publish()
  }

  private func receivePart(
    _ bytes: UnsafeRawBufferPointer, _ digest: Digest, _ offset: Int64, _ total: Int64,
    _ path: FilePath
  ) throws(Refusal) -> Bool {
    let descriptor = try openPart(digest, path)
    try write(bytes, to: descriptor, at: offset, path)
    let received = state.withLock { state in
      let received = (state.partial[digest] ?? 0) + Int64(bytes.count)
      state.partial[digest] = received
      return received
    }
    guard received >= total else { return false }
    let whole = try FileQuery.openRegular(path)
    defer { try? whole.close() }  // opened for reading only
    let seen = try FileHash.of(whole, path)
    guard seen == digest else {
      try drop(digest)
      throw differs(digest, seen.hex, digest.hex)
    }
    state.withLock { $0.partial[digest] = nil }
    ready(digest, total)
    return true
  }

  /// The file that parts go to, created with the first of them.
  private func openPart(_ digest: Digest, _ path: FilePath) throws(Refusal) -> FileDescriptor {
    let result = state.withLock { state in
      Result { () throws(Refusal) -> FileDescriptor in
        if state.partial[digest] == nil {
          state.partial[digest] = 0
          return try DurableFile.create(path)
        }
        return try FileError.catching("open", path) {
          try FileDescriptor.open(path, .writeOnly, options: [.noFollow, .closeOnExec])
        }
      }
    }
    return try result.get()
  }

  private func write(
    _ bytes: UnsafeRawBufferPointer, to descriptor: FileDescriptor, at offset: Int64,
    _ path: FilePath
  ) throws(Refusal) {
    do throws(Refusal) {
      try FileError.catching("write", path) {
        var rest = bytes
        var position = offset
        while !rest.isEmpty {
          let count = try descriptor.write(toAbsoluteOffset: position, rest)
          rest = UnsafeRawBufferPointer(rebasing: rest[count...])
          position += Int64(count)
        }
      }
      FileSystem.beginWriting(descriptor)
      try descriptor.closing(naming: path)
    } catch {
      try? descriptor.close()  // the first failure is the one to tell
      throw error
    }
  }

  private func ready(_ digest: Digest, _ length: Int64) {
    state.withLock { state in
      state.claimed.insert(digest)
      state.ready.append(digest)
      state.readyBytes += length
    }
  }

  private func drop(_ digest: Digest) throws(Refusal) {
    state.withLock { $0.partial[digest] = nil }
    try DurableFile.unlinkIfPresent(store.incoming.appending(digest.hex))
  }

  private func differs(_ digest: Digest, _ seen: String, _ expected: String) -> Refusal {
    Refusal(SiteReason.contentDiffers, "file \(digest)", seen: seen, expected: expected)
  }
}
