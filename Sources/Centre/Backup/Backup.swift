// SPDX-License-Identifier: Apache-2.0
import Bundles
package import Intents
package import SystemPackage
import Trust

/// One file with all that a centre cannot make again: ledger, key files as they lie, high-water files.
package enum Backup {
  /// What was written.
  package struct Result: Sendable {
    package let fileCount: Int
    /// Bytes of the backup.
    package let length: Int64
    package let digest: Digest
  }

  /// - Parameter hasDepot: whether the content goes along; else it is added again from its sources.
  /// - Throws: `CentreReason.alreadyThere` when `file` is there.
  package static func write(
    _ profile: CentreProfile, to file: FilePath, withDepot hasDepot: Bool, at now: Instant
  ) throws(Refusal) -> Result {
    guard FileQuery.status(file) == nil else {
      throw Refusal(CentreReason.alreadyThere, file.text, seen: "a file", expected: "a new file")
    }
    // Said before the copy is made, so that the copy tells of itself.
    try profile.ledger.log(
      "centre.backed-up", ["depot": hasDepot ? "true" : "false"], at: now)
    let copy = profile.workFolder.appending("backup.sqlite")
    try DurableFile.unlinkIfPresent(copy)
    try Ledger.copying(profile.ledger, to: copy)
    // A left-over is overwritten by the next backup.
    defer { try? DurableFile.unlinkIfPresent(copy) }
    var places: [(name: String, path: FilePath)] = [(BackupListing.ledger, copy)]
    for folder in BackupListing.folders where folder != "depot" || hasDepot {
      try collect(folder, at: profile.folder.appending(folder), into: &places)
    }
    var files: [BackupListing.File] = []
    for (name, path) in places {
      let (digest, length) = try FileCopy.read(path) { (_) throws(Refusal) in }
      files.append(BackupListing.File(name: name, length: length, digest: digest))
    }
    return try write(BackupListing(made: now, files: files), places.map(\.path), to: file)
  }

  private static func write(
    _ listing: BackupListing, _ paths: [FilePath], to file: FilePath
  ) throws(Refusal) -> Result {
    let part = file.appendingSuffix(".part")
    try DurableFile.unlinkIfPresent(part)
    let output = try DurableFile.create(part)
    var stream = SHA256Stream()
    var length: Int64 = 0
    do throws(Refusal) {
      let head = listing.encoded
      try output.writeAll(head, naming: part)
      stream.update(head)
      length += Int64(head.count)
      for (path, entry) in zip(paths, listing.files) {
        let read = try FileCopy.read(path) { (piece) throws(Refusal) in
          try output.writeAll(piece, naming: part)
          stream.update(piece)
        }
        guard read.digest == entry.digest else {
          throw Refusal(
            CentreReason.changedWhileReading, path.text, seen: read.digest.hex,
            expected: entry.digest.hex)
        }
        length += read.length
      }
      try output.synchronize(naming: part)
      try output.closing(naming: part)
    } catch {
      try? output.close()  // the first failure is the one to tell
      try? DurableFile.unlinkIfPresent(part)  // the same
      throw error
    }
    try DurableFile.rename(part, to: file)
    return Result(fileCount: paths.count, length: length, digest: stream.finalize())
  }

  private static func collect(
    _ name: String, at folder: FilePath, into places: inout [(name: String, path: FilePath)]
  ) throws(Refusal) {
    guard FileQuery.isFolder(folder) else { return }
    for entry in try FileQuery.names(in: folder) {
      let path = folder.appending(entry)
      let inner = "\(name)/\(entry)"
      if FileQuery.status(path)?.kind == .folder {
        try collect(inner, at: path, into: &places)
      } else if !entry.hasSuffix(".part") {
        places.append((inner, path))
      }
    }
  }
}

/// A file read once from its start, in bounded memory.
enum FileCopy {
  static func read(
    _ path: FilePath, each: (UnsafeRawBufferPointer) throws(Refusal) -> Void
  ) throws(Refusal) -> (digest: Digest, length: Int64) {
    let stream = SourceStream(try FileSource(path))
    var digest = SHA256Stream()
    var length: Int64 = 0
    while let piece = try stream.next() {
      digest.update(piece)
      length += Int64(piece.count)
      try each(piece)
    }
    return (digest.finalize(), length)
  }
}
