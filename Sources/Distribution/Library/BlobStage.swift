// SPDX-License-Identifier: Apache-2.0
import Bundles
import Intents
import SystemPackage
import Trust

/// Copies the blobs that a content lacks. A blob gets its name only after its bytes were hashed and synced, with many
/// others in one sync of the file system.
struct BlobStage {
  let files: LibraryFiles

  private var layout: LibraryLayout { files.layout }

  /// - Returns: how many blobs were copied.
  func fill(from request: ContentRequest) throws(Refusal) -> Int64 {
    let hash = FileHash()
    var waiting: [Digest] = []
    var bytes: Int64 = 0
    var count: Int64 = 0
    var seen: Set<Digest> = []
    try request.walk { (file) throws(Refusal) in
      let held = FileQuery.status(layout.blob(file.digest))
      if held?.kind == .regular, held?.length == file.length { return }
      guard seen.insert(file.digest).inserted else { return }
      try stage(file, from: request, with: hash)
      waiting.append(file.digest)
      bytes += file.length
      count += 1
      guard
        bytes >= DistributionLimits.batchBytes || waiting.count >= DistributionLimits.batchFiles
      else { return }
      try publish(waiting)
      waiting.removeAll()
      bytes = 0
    }
    try publish(waiting)
    return count
  }

  private func path(of digest: Digest) -> FilePath { layout.staged.appending(digest.hex) }

  private func stage(
    _ file: ContentFile, from request: ContentRequest, with hash: FileHash
  ) throws(Refusal) {
    let source = try request.open(file)
    defer { try? source.close() }  // opened for reading only
    let path = path(of: file.digest)
    let target = try DurableFile.create(path, permissions: LibraryFiles.permissions)
    do throws(Refusal) {
      try files.observe(.started(path))
      try BlobStage.copy(file, from: source, to: target, naming: path, with: hash)
    } catch {
      try? target.close()  // the first failure is the one to tell
      throw error
    }
    try target.closing(naming: path)
    try files.observe(.written(path))
  }

  private func publish(_ digests: [Digest]) throws(Refusal) {
    guard !digests.isEmpty else { return }
    try FileSystem.synchronize(layout.root)
    for digest in digests {
      try files.ensureFolder(layout.blobFolder(digest))
      try DurableFile.move(path(of: digest), to: layout.blob(digest))
      try files.observe(.renamed(layout.blob(digest)))
    }
  }

  /// Copies the bytes of `file`, and refuses others.
  static func copy(
    _ file: ContentFile, from source: FileDescriptor, to target: FileDescriptor,
    naming temporary: FilePath, with hash: FileHash
  ) throws(Refusal) {
    var length: Int64 = 0
    let seen = try hash.read(source, naming: FilePath(file.path)) { (piece) throws(Refusal) in
      length += Int64(piece.count)
      guard length <= file.length else {
        throw differs(file, seen: "more than \(file.length) bytes")
      }
      try target.writeAll(piece, naming: temporary)
    }
    guard seen.length == file.length, seen.digest == file.digest else {
      throw differs(file, seen: "\(seen.length) bytes with SHA-256 \(seen.digest)")
    }
  }

  private static func differs(_ file: ContentFile, seen: String) -> Refusal {
    Refusal(
      DistributionReason.contentDiffers, file.path, seen: seen,
      expected: "\(file.length) bytes with SHA-256 \(file.digest)",
      changed: "the content is not visible at the distribution point")
  }
}
