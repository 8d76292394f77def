// SPDX-License-Identifier: Apache-2.0
package import Intents

/// A stream whose bytes are counted as they are read.
package final class MeteredStream: ByteStream {
  private let stream: any ByteStream
  private let meter: PhaseMeter

  package init(_ stream: any ByteStream, _ meter: PhaseMeter) {
    self.stream = stream
    self.meter = meter
  }

  package var name: String { stream.name }

  package func next() throws(Refusal) -> UnsafeRawBufferPointer? {
    let bytes = try stream.next()
    if let bytes { meter.add(Int64(bytes.count)) }
    return bytes
  }
}
