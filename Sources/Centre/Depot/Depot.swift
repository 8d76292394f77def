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

  static func insert(_ frame: Frame, in database: Database) throws {
    try database.execute(
      sql:
        "INSERT OR IGNORE INTO frames(sha256, encoding, length, plain, window) VALUES (?, ?, ?, ?, ?)",
      arguments: [
        frame.digest.hex, frame.encoding.name, frame.length, frame.plain, frame.encoding.window,
      ])
    for piece in frame.pieces {
      try database.execute(
        sql: """
          INSERT OR IGNORE INTO pieces(frame, at, file, start, length, of) VALUES (?, ?, ?, ?, ?, ?)
          """,
        arguments: [
          frame.digest.hex, piece.at, piece.file.hex, piece.from, piece.length, piece.of,
        ])
    }
    if frame.pieces.count > 1 || frame.pieces.first.map({ $0.of < CentreLimits.smallFile }) ?? false
    {
      try database.execute(
        sql: "INSERT OR IGNORE INTO solids(key, frame) VALUES (?, ?)",
        arguments: [solidKey(frame.pieces.map(\.file)), frame.digest.hex])
    }
  }

  /// What a solid frame of these files, in this order, is found by.
  static func solidKey(_ files: [Digest]) -> String {
    Digest.sha256(files.flatMap(\.bytes)).hex
  }

  static func frame(_ digest: String, in database: Database) throws -> Frame {
    if let frame = try frameIfKnown(digest, in: database) { return frame }
    throw unknown(digest)
  }

  static func unknown(_ frame: String) -> Refusal {
    Refusal(
      CentreReason.ledgerDamaged, "ledger, frames", seen: "no frame \(frame)",
      expected: "the frame that a piece names")
  }

  /// A frame of its own or one against a reference.
  static func frameIfKnown(_ digest: String, in database: Database) throws -> Frame? {
    guard
      let row = try Row.fetchOne(
        database, sql: "SELECT * FROM frames WHERE sha256 = ?", arguments: [digest])
    else { return try deltaFrame(digest, in: database) }
    let pieces = try Row.fetchAll(
      database, sql: "SELECT * FROM pieces WHERE frame = ? ORDER BY at", arguments: [digest]
    ).map { piece in
      IndexEntry.Piece(
        at: piece["at"], file: try piece.parsed("file") { Digest(hex: $0) }, from: piece["start"],
        length: piece["length"], of: piece["of"])
    }
    let window: Int? = row["window"]
    return Frame(
      digest: try row.parsed("sha256") { Digest(hex: $0) },
      encoding: window.map { .zstd(window: $0) } ?? .raw, length: row["length"],
      plain: row["plain"], pieces: pieces)
  }

  /// The frames that hold `file`, in the order of its bytes: its own, or one solid frame; nil when there is a gap.
  static func frames(of file: Digest, in database: Database) throws -> [Frame]? {
    let rows = try Row.fetchAll(
      database,
      sql: "SELECT frame, start, length, of FROM pieces WHERE file = ? ORDER BY start, frame",
      arguments: [file.hex])
    var frames: [Frame] = []
    var next: Int64 = 0
    for row in rows where (row["start"] as Int64) == next {
      frames.append(try frame(row["frame"], in: database))
      next += row["length"] as Int64
      if next == row["of"] as Int64 { return frames }
    }
    return nil
  }
}
