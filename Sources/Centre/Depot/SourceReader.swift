// SPDX-License-Identifier: Apache-2.0
import Bundles
import Intents
import SystemPackage

/// Reads a source file chunk by chunk, and refuses one that is not as it was found.
final class SourceReader {
  private let item: SourceFolder.Item
  private let descriptor: FileDescriptor
  private let meter: PhaseMeter?
  private let chunk: Int
  private var position: Int64 = 0

  /// - Parameters:
  ///   - meter: counts the bytes that are read.
  ///   - chunk: bytes a chunk; all but the last have so many.
  init(
    _ item: SourceFolder.Item, _ meter: PhaseMeter?, chunk: Int = 1 << 20
  ) throws(Refusal) {
    self.item = item
    self.meter = meter
    self.chunk = chunk
    descriptor = try FileQuery.openRegular(item.location)
    try checkUnchanged()
  }

  deinit { try? descriptor.close() }  // opened for reading only

  /// The next bytes; nil at the end, when the file still is as it was found.
  func next() throws(Refusal) -> [UInt8]? {
    let wanted = Int(min(Int64(chunk), item.length - position))
    if wanted == 0 {
      try checkUnchanged()
      return nil
    }
    let bytes = try FileError.catching("read", item.location) {
      try [UInt8](unsafeUninitializedCapacity: wanted) { buffer, count in
        while count < wanted {
          let read = try descriptor.read(
            fromAbsoluteOffset: position + Int64(count),
            into: UnsafeMutableRawBufferPointer(
              rebasing: UnsafeMutableRawBufferPointer(buffer)[count...]))
          if read == 0 { break }
          count += read
        }
      }
    }
    guard bytes.count == wanted else { throw changed("\(position + Int64(bytes.count)) bytes") }
    position += Int64(wanted)
    meter?.add(Int64(wanted))
    return bytes
  }

  private func checkUnchanged() throws(Refusal) {
    guard let status = FileQuery.status(of: descriptor), status.length == item.length,
      Instant(clamping: status.modified) == item.modified
    else { throw changed("another length or time") }
  }

  private func changed(_ seen: String) -> Refusal {
    Refusal(
      CentreReason.changedWhileReading, item.location.text, seen: seen,
      expected: "\(item.length) bytes of \(item.modified)")
  }
}
