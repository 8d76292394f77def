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

/// A new file on the medium: small writes gathered, everything hashed.
private final class PieceOutput {
  private let path: FilePath
  private var descriptor: FileDescriptor?
  private var hasher: BlockHasher
  private var buffer: [UInt8] = []

  private static let chunk = 1 << 18

  init(_ path: FilePath, blockSize: Int64) throws(Refusal) {
    self.path = path
    hasher = BlockHasher(blockSize: blockSize)
    descriptor = try DurableFile.create(path, permissions: BundleWriter.filePermissions)
    buffer.reserveCapacity(2 * Self.chunk)
  }

  deinit { try? descriptor?.close() }  // given up before its end: nothing to keep

  func write(_ bytes: UnsafeRawBufferPointer) throws(Refusal) {
    if bytes.count < Self.chunk {
      buffer += bytes
      if buffer.count >= Self.chunk { try flush() }
    } else {
      try flush()
      try put(bytes)
    }
  }

  func finish(name: String) throws(Refusal) -> Waybill.File {
    try flush()
    if let open = descriptor {
      try open.synchronize(naming: path)
      descriptor = nil
      try open.closing(naming: path)
    }
    return hasher.finish(name: name)
  }

  private func flush() throws(Refusal) {
    guard !buffer.isEmpty else { return }
    let bytes = buffer
    buffer.removeAll(keepingCapacity: true)
    try bytes.withBytes { (bytes) throws(Refusal) in try put(bytes) }
  }

  private func put(_ bytes: UnsafeRawBufferPointer) throws(Refusal) {
    guard let descriptor else { return }
    hasher.update(bytes)
    try descriptor.writeAll(bytes, naming: path)
  }
}
