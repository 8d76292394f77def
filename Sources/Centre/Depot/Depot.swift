// SPDX-License-Identifier: Apache-2.0
package import Bundles
import Foundation
import GRDB
package import Intents
import Synchronization
package import SystemPackage
import Trust

/// The centre's content: frames named by their SHA-256, and which bytes of which file lie in which frame.
///
/// A frame is on disk, synced, before the ledger speaks of it, so a crash leaves at most frames that nobody
/// names; adding again writes them anew.
package struct Depot {
  /// A frame as the ledger knows it.
  package struct Frame: Sendable, Hashable {
    package let digest: Digest
    package let encoding: FrameEncoding
    /// Stored bytes.
    package let length: Int64
    /// Plain bytes.
    package let plain: Int64
    package let pieces: [IndexEntry.Piece]
  }

  let folder: FilePath
  let ledger: Ledger

  init(of profile: CentreProfile) {
    folder = profile.depotFolder
    ledger = profile.ledger
  }

  func path(of frame: Digest) -> FilePath {
    folder.appending("frames").appending(String(frame.hex.prefix(2))).appending(frame.hex)
  }

  package func path(ofManifest manifest: Digest) -> FilePath {
    folder.appending("manifests").appending("\(manifest.hex).json")
  }

  /// Puts a frame on disk, not synced: `synchronize` comes before the ledger speaks of it. Whatever lies there under
  /// its name, the ledger does not know, so it is written anew.
  func write(_ stored: UnsafeRawBufferPointer, named digest: Digest) throws(Refusal) {
    let path = path(of: digest)
    try place { (descriptor, part) throws(Refusal) in
      try descriptor.writeAll(stored, naming: part)
      return path
    }
  }

  /// Puts a file into the depot, not synced: it lies in `incoming` until it is whole.
  ///
  /// - Parameter write: writes all of it, and says where it goes.
  func place(
    _ write: (FileDescriptor, FilePath) throws(Refusal) -> FilePath
  ) throws(Refusal) {
    let part = Depot.incoming(in: folder)
    let descriptor = try DurableFile.create(part)
    let path: FilePath
    do throws(Refusal) {
      path = try write(descriptor, part)
      FileSystem.beginWriting(descriptor)
      try descriptor.closing(naming: part)
    } catch {
      try? descriptor.close()  // the first failure is the one to tell
      try? DurableFile.unlinkIfPresent(part)  // the same
      throw error
    }
    try DurableFile.makeOneFolder(
      path.removingLastComponent(), permissions: [.ownerReadWriteExecute])
    try DurableFile.move(part, to: path)
  }

  /// A path that no other thread uses, where a file lies until it is whole.
  private static func incoming(in folder: FilePath) -> FilePath {
    let number = Depot.incomingNumber.add(1, ordering: .relaxed).newValue
    return folder.appending("incoming").appending("\(number)")
  }

  private static let incomingNumber = Atomic<Int>(0)

  /// Makes the folders that files go to, and clears what an aborted run left (F13). One process writes at a time.
  func prepare() throws(Refusal) {
    for name in ["frames", "originals", "incoming"] {
      try DurableFile.makeFolder(folder.appending(name))
    }
    let incoming = folder.appending("incoming")
    for name in try FileQuery.names(in: incoming) {
      try DurableFile.unlinkIfPresent(incoming.appending(name))
    }
  }

  /// Makes durable what was written to the depot.
  func synchronize() throws(Refusal) { try FileSystem.synchronize(folder) }

  /// Whether a file of the frame's name and length is there.
  func hasFile(of frame: Frame) -> Bool {
    FileQuery.status(path(of: frame.digest))?.length == frame.length
  }

  /// The stored bytes of a frame, re-hashed.
  ///
  /// - Throws: `CentreReason.depotDamaged`.
  package func stored(_ frame: Frame) throws(Refusal) -> [UInt8] {
    let path = path(of: frame.digest)
    guard FileQuery.status(path)?.length == frame.length else {
      throw Refusal(
        CentreReason.depotDamaged, path.text,
        seen: FileQuery.status(path).map { "\($0.length) bytes" } ?? "no file",
        expected: "\(frame.length) bytes")
    }
    let bytes = try FileQuery.contents(of: path, cap: frame.length)
    let digest = Digest.sha256(bytes)
    guard digest == frame.digest else {
      throw Refusal(
        CentreReason.depotDamaged, path.text, seen: digest.hex, expected: frame.digest.hex)
    }
    return bytes
  }

  /// The manifest of a content version, without its files.
  package func manifest(_ digest: Digest) throws(Refusal) -> ContentManifest {
    try ManifestDocument.manifest(try files(of: digest).header)
  }

  /// The manifest of a content version as a listing of its files.
  func files(of manifest: Digest) throws(Refusal) -> ListingReader {
    try ListingReader(path(ofManifest: manifest), listName: ManifestDocument.list)
  }

  /// Whether the depot has the whole file.
  func holds(_ file: Digest, in database: Database) throws -> Bool {
    if try Depot.original(file, in: database) != nil { return true }
    let statement = try database.cachedStatement(
      sql: "SELECT start, length, of FROM pieces WHERE file = ? ORDER BY start")
    var next: Int64 = 0
    for row in try Row.fetchAll(statement, arguments: [file.hex])
    where (row["start"] as Int64) == next {
      next += row["length"] as Int64
      if next == row["of"] as Int64 { return true }
    }
    return false
  }
}
