// SPDX-License-Identifier: Apache-2.0
import Bundles
import Intents
import SystemPackage
import Trust

/// Reading a file once, in bounded memory, for its digest.
///
/// A class, so that the buffer is one, however often its owner is copied.
final class FileHash {
  private var buffer = [UInt8](repeating: 0, count: DistributionLimits.buffer)

  /// The digest of what is left to read, and how many bytes that was.
  ///
  /// - Parameter each: gets the bytes piece by piece.
  func read(
    _ descriptor: FileDescriptor, naming path: FilePath,
    each: (UnsafeRawBufferPointer) throws(Refusal) -> Void = { (_) throws(Refusal) in }
  ) throws(Refusal) -> (digest: Digest, length: Int64) {
    var stream = SHA256Stream()
    var length: Int64 = 0
    while true {
      let count = try FileError.catching("read", path) {
        try buffer.withUnsafeMutableBytes { try descriptor.read(into: $0) }
      }
      if count == 0 { return (stream.finalize(), length) }
      length += Int64(count)
      try buffer.withUnsafeBufferPointer { (bytes) throws(Refusal) in
        let piece = UnsafeRawBufferPointer(UnsafeBufferPointer(rebasing: bytes[..<count]))
        stream.update(piece)
        try each(piece)
      }
    }
  }

  /// The digest and length of a regular file; nil when there is none.
  func file(
    _ path: FilePath, counted meter: PhaseMeter? = nil
  ) throws(Refusal) -> (digest: Digest, length: Int64)? {
    guard FileQuery.status(path)?.kind == .regular else { return nil }
    let descriptor = try FileQuery.openRegular(path)
    defer { try? descriptor.close() }  // opened for reading only
    return try read(descriptor, naming: path) { (bytes) throws(Refusal) in
      meter?.add(Int64(bytes.count))
    }
  }
}
