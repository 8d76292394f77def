// SPDX-License-Identifier: Apache-2.0
package import Intents

/// Lines of a source, each ended by LF and at most `BundleLimits.listingLine` long; holds one line and one chunk.
package struct LineReader {
  private let source: any ByteSource
  private var buffer: [UInt8] = []
  /// Where the next line begins in `buffer`, and how far it is filled.
  private var start = 0
  private var filled = 0
  /// Where the next chunk begins in `source`.
  private var offset: Int64 = 0
  /// The number of the line last handed out, from 1.
  private(set) var number = 0

  private static let chunk = 1 << 17

  package init(_ source: any ByteSource) { self.source = source }

  /// The next line without its LF, nil at the end of the source.
  package mutating func next() throws(Refusal) -> [UInt8]? {
    var searched = start
    while true {
      if let end = buffer[searched..<filled].firstIndex(of: 10) {
        try checkLength(end + 1 - start)
        let line = Array(buffer[start..<end])
        start = end + 1
        number += 1
        return line
      }
      try checkLength(filled - start)
      if start > 0 {
        buffer.removeSubrange(..<start)
        filled -= start
        start = 0
      }
      searched = filled
      if try !readChunk() { return try atEnd() }
    }
  }

  private mutating func readChunk() throws(Refusal) -> Bool {
    let wanted = filled + Int(min(Int64(Self.chunk), max(source.length - offset, 0)) + 1)
    if buffer.count < wanted {
      buffer.append(contentsOf: repeatElement(0, count: wanted - buffer.count))
    }
    let (source, position, place) = (source, offset, filled)
    let count = try buffer.withMutableBytes { (bytes) throws(Refusal) in
      try source.read(
        at: position, into: UnsafeMutableRawBufferPointer(rebasing: bytes[place..<wanted]))
    }
    filled += count
    offset += Int64(count)
    return count > 0
  }

  private func atEnd() throws(Refusal) -> [UInt8]? {
    guard filled == start else {
      throw Refusal(
        BundleReason.listingLayout, "\(source.name), line \(number + 1)",
        seen: "the end inside a line", expected: "LF at the end of every line")
    }
    return nil
  }

  private func checkLength(_ count: Int) throws(Refusal) {
    guard count <= BundleLimits.listingLine else {
      throw Refusal(
        BundleReason.lineTooLong, "\(source.name), line \(number + 1)",
        seen: "more than \(BundleLimits.listingLine) bytes",
        expected: "at most \(BundleLimits.listingLine)")
    }
  }
}
