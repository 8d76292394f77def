// SPDX-License-Identifier: Apache-2.0
import Bundles
import Intents
import SystemPackage
import Trust

/// Copies the blobs that a content lacks, on both cores. A blob gets its name only after its bytes were hashed and
/// synced, with many others in one sync of the file system.
struct BlobStage {
  let files: LibraryFiles

  /// A blob to copy. Its source is closed with the last use.
  private final class Job: Sendable {
    let file: ContentFile
    let source: FileDescriptor
    /// Where the copy lies until it gets its name.
    let path: FilePath

    init(_ file: ContentFile, from source: FileDescriptor, to path: FilePath) {
      self.file = file
      self.source = source
      self.path = path
    }

    deinit { try? source.close() }  // opened for reading only
  }

  private var layout: LibraryLayout { files.layout }

  /// - Returns: how many blobs were copied.
  func fill(from request: ContentRequest) throws(Refusal) -> Int64 {
    var batch: [ContentFile] = []
    var bytes: Int64 = 0
    var count: Int64 = 0
    var seen: Set<Digest> = []
    try request.walk { (file) throws(Refusal) in
      let held = FileQuery.status(layout.blob(file.digest))
      if held?.kind == .regular, held?.length == file.length { return }
      guard seen.insert(file.digest).inserted else { return }
      batch.append(file)
      bytes += file.length
      count += 1
      guard
        bytes >= DistributionLimits.batchBytes || batch.count >= DistributionLimits.batchFiles
      else { return }
      try take(batch, from: request)
      batch.removeAll()
      bytes = 0
    }
    try take(batch, from: request)
    return count
  }

  private func path(of digest: Digest) -> FilePath { layout.staged.appending(digest.hex) }

  private func take(_ batch: [ContentFile], from request: ContentRequest) throws(Refusal) {
    guard !batch.isEmpty else { return }
    var rest = batch.makeIterator()
    try OrderedPipeline<Job, FilePath>().run(
      makeWorker: {
        let hash = FileHash()
        return { (job: Job) throws(Refusal) in
          try BlobStage.copy(job.file, from: job.source, to: job.path, with: hash)
          return job.path
        }
      },
      next: { () throws(Refusal) in
        guard let file = rest.next() else { return nil }
        let job = Job(file, from: try request.open(file), to: path(of: file.digest))
        try files.observe(.started(job.path))
        return job
      },
      take: { (path) throws(Refusal) in try files.observe(.written(path)) })
    try publish(batch.map(\.digest))
  }

  private func publish(_ digests: [Digest]) throws(Refusal) {
    try FileSystem.synchronize(layout.root)
    for digest in digests {
      try files.ensureFolder(layout.blobFolder(digest))
      try DurableFile.move(path(of: digest), to: layout.blob(digest))
      try files.observe(.renamed(layout.blob(digest)))
    }
  }

  private static func copy(
    _ file: ContentFile, from source: FileDescriptor, to path: FilePath, with hash: FileHash
  ) throws(Refusal) {
    let target = try DurableFile.create(path, permissions: LibraryFiles.permissions)
    do throws(Refusal) {
      try copy(file, from: source, to: target, naming: path, with: hash)
    } catch {
      try? target.close()  // the first failure is the one to tell
      throw error
    }
    FileSystem.beginWriting(target)
    try target.closing(naming: path)
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
