// SPDX-License-Identifier: Apache-2.0
import Intents
import SystemPackage
import Trust

/// A piece of a bundle while it is written: an archive, sealed where there are recipients, hashed on its way
/// to a new file.
final class PieceFile {
  let name: String
  let tar: TarWriter
  private let output: PieceOutput
  private let sealer: AgeSealer?

  init(
    _ path: FilePath, name: String, blockSize: Int64, sealedTo recipients: [AgeRecipient]
  ) throws(Refusal) {
    self.name = name
    let output = try PieceOutput(path, blockSize: blockSize)
    self.output = output
    guard !recipients.isEmpty else {
      sealer = nil
      tar = try TarWriter(name: name) { (bytes) throws(Refusal) in try output.write(bytes) }
      return
    }
    let sealer = try AgeSealer(to: recipients) { (bytes) throws(Refusal) in
      try output.write(bytes)
    }
    self.sealer = sealer
    tar = try TarWriter(name: name) { (bytes) throws(Refusal) in try sealer.write(bytes) }
  }

  /// Copies `source` into a new entry and, where a digest is given, refuses other bytes.
  ///
  /// - Returns: where its data begins.
  func append(
    _ entryName: String, _ source: any ByteSource, length: Int64, expecting digest: Digest?,
    progress: (Int64) -> Void
  ) throws(Refusal) -> Int64 {
    guard source.length == length else {
      throw Refusal(
        BundleReason.frameDamaged, source.name, seen: "\(source.length) bytes",
        expected: "\(length)")
    }
    let offset = try tar.begin(entryName, size: length)
    let stream = SourceStream(source)
    var hash = ContentCheck(digest)
    while let bytes = try stream.next() {
      hash.update(bytes)
      try tar.write(bytes)
      progress(Int64(bytes.count))
    }
    try hash.finish(source.name)
    return offset
  }

  /// Ends the archive and makes it durable.
  func finish() throws(Refusal) -> Waybill.File {
    try tar.finish()
    try sealer?.finish()
    return try output.finish(name: name)
  }
}

/// Compares bytes with a digest, when there is one.
private struct ContentCheck {
  private let expected: Digest?
  private var stream = SHA256Stream()

  init(_ expected: Digest?) { self.expected = expected }

  mutating func update(_ bytes: UnsafeRawBufferPointer) {
    if expected != nil { stream.update(bytes) }
  }

  func finish(_ name: String) throws(Refusal) {
    guard let expected else { return }
    let seen = stream.finalize()
    guard seen == expected else {
      throw Refusal(BundleReason.frameDamaged, name, seen: seen.hex, expected: expected.hex)
    }
  }
}

/// A new file on the medium. Its blocks are hashed where the bytes are made; the whole is hashed and written on a
/// thread of its own, so that both cores work.
private final class PieceOutput {
  private let sink: PieceSink
  private let lane: ByteLane
  private var blocks: BlockHasher

  init(_ path: FilePath, blockSize: Int64) throws(Refusal) {
    let sink = try PieceSink(path)
    self.sink = sink
    lane = ByteLane { (bytes) throws(Refusal) in try sink.take(bytes) }
    blocks = BlockHasher(blockSize: blockSize)
  }

  deinit {
    // Given up before its end, there is nothing to keep; nobody writes to what is closed.
    lane.stop()
    sink.close()
  }

  func write(_ bytes: UnsafeRawBufferPointer) throws(Refusal) {
    blocks.update(bytes)
    try lane.write(bytes)
  }

  func finish(name: String) throws(Refusal) -> Waybill.File {
    try lane.finish()
    let sha256 = try sink.finish()
    return Waybill.File(
      name: name, length: blocks.length, sha256: sha256, blocks: blocks.finish())
  }
}

/// The end of a piece's lane. Unchecked: the lane's thread alone uses it, and its owner once that has ended.
private final class PieceSink: @unchecked Sendable {
  private let path: FilePath
  private var descriptor: FileDescriptor?
  private var hash = SHA256Stream()

  init(_ path: FilePath) throws(Refusal) {
    self.path = path
    descriptor = try DurableFile.create(path, permissions: BundleWriter.filePermissions)
  }

  func take(_ bytes: UnsafeRawBufferPointer) throws(Refusal) {
    guard let descriptor else { return }
    hash.update(bytes)
    try descriptor.writeAll(bytes, naming: path)
  }

  /// Makes the file durable; its digest.
  func finish() throws(Refusal) -> Digest {
    if let open = descriptor {
      try open.synchronize(naming: path)
      descriptor = nil
      try open.closing(naming: path)
    }
    return hash.finalize()
  }

  func close() {
    try? descriptor?.close()  // given up: a failure was told already
    descriptor = nil
  }
}
