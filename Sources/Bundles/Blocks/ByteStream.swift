// SPDX-License-Identifier: Apache-2.0
package import Intents

/// Bytes that come one buffer after the other, as a parser wants them.
package protocol ByteStream: AnyObject {
  /// What the bytes are, for refusals.
  var name: String { get }

  /// The next bytes, never none; nil at the end.
  ///
  /// - Returns: memory that stays as it is until the next call or the end of the stream's life.
  func next() throws(Refusal) -> UnsafeRawBufferPointer?
}

/// Memory for a stream: allocated once, freed with its owner.
final class StreamBuffer {
  let bytes: UnsafeMutableRawBufferPointer

  init(count: Int) { bytes = LargeMemory.allocate(count) }
  deinit { bytes.deallocate() }
}

/// A source read from its start to its end, as it is: for private files and memory, whose bytes were
/// verified before.
package final class SourceStream: ByteStream {
  private let source: any ByteSource
  private let buffer: StreamBuffer
  private var offset: Int64 = 0

  package init(_ source: any ByteSource) {
    self.source = source
    buffer = StreamBuffer(count: Int(min(max(source.length, 512), 1 << 20)))
  }

  package var name: String { source.name }

  package func next() throws(Refusal) -> UnsafeRawBufferPointer? {
    let count = try source.fill(buffer.bytes, at: offset)
    offset += Int64(count)
    return count == 0 ? nil : UnsafeRawBufferPointer(rebasing: buffer.bytes[..<count])
  }
}
