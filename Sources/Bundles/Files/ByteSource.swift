// SPDX-License-Identifier: Apache-2.0
package import Intents
package import SystemPackage

/// Bytes that can be read at any place: a file on a medium, or memory.
package protocol ByteSource: Sendable {
  /// What the bytes are, for refusals: a path or the name of an entry.
  var name: String { get }
  /// Bytes, as seen when the source was opened.
  var length: Int64 { get }

  /// Reads some bytes from `offset` on into `buffer`.
  ///
  /// - Returns: the count, 0 only at the end of the source or for an empty buffer.
  func read(at offset: Int64, into buffer: UnsafeMutableRawBufferPointer) throws(Refusal) -> Int
}

extension ByteSource {
  /// Fills `buffer` from `offset` on; a smaller count than its own says that the source ended.
  package func fill(
    _ buffer: UnsafeMutableRawBufferPointer, at offset: Int64
  ) throws(Refusal) -> Int {
    var filled = 0
    while filled < buffer.count {
      let count = try read(
        at: offset + Int64(filled), into: UnsafeMutableRawBufferPointer(rebasing: buffer[filled...])
      )
      if count == 0 { break }
      filled += count
    }
    return filled
  }

  /// The first `count` bytes, fewer when the source is shorter.
  package func prefix(_ count: Int) throws(Refusal) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: Int(min(Int64(count), max(length, 0))))
    let filled = try bytes.withMutableBytes { (buffer) throws(Refusal) in
      try fill(buffer, at: 0)
    }
    bytes.removeLast(bytes.count - filled)
    return bytes
  }
}

/// A regular file, open for reading as long as this lives.
package final class FileSource: ByteSource {
  package let path: FilePath
  package let length: Int64
  private let descriptor: FileDescriptor

  /// Opens `path` without following a link at its end; only a regular file is taken.
  package convenience init(_ path: FilePath) throws(Refusal) {
    self.init(try FileQuery.openRegular(path), naming: path)
  }

  /// Takes over a descriptor that is open for reading, and closes it in the end.
  package init(_ descriptor: FileDescriptor, naming path: FilePath) {
    self.path = path
    self.descriptor = descriptor
    length = FileQuery.status(of: descriptor)?.length ?? 0
  }

  deinit { try? descriptor.close() }  // opened for reading only: nothing to lose

  package var name: String { path.text }

  package func read(
    at offset: Int64, into buffer: UnsafeMutableRawBufferPointer
  ) throws(Refusal) -> Int {
    do {
      return try descriptor.read(fromAbsoluteOffset: offset, into: buffer)
    } catch let error as Errno {
      throw FileError.refusal("read", path, error)
    } catch {
      throw FileError.refusal("read", path, .ioError)
    }
  }

  /// Asks the kernel to forget what it holds of the file, so that the next read comes from the device.
  package func dropCached() { _ = dropCache(descriptor) }
}

/// Bytes in memory.
package struct MemorySource: ByteSource {
  package let name: String
  private let bytes: ArraySlice<UInt8>

  package init(_ bytes: ArraySlice<UInt8>, name: String) {
    self.bytes = bytes
    self.name = name
  }

  package init(_ bytes: [UInt8], name: String) { self.init(bytes[...], name: name) }

  package var length: Int64 { Int64(bytes.count) }

  package func read(
    at offset: Int64, into buffer: UnsafeMutableRawBufferPointer
  ) throws(Refusal) -> Int {
    guard offset >= 0, offset < length else { return 0 }
    let rest = bytes.dropFirst(Int(offset)).prefix(buffer.count)
    buffer.copyBytes(from: rest)
    return rest.count
  }
}
