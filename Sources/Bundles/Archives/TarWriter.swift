// SPDX-License-Identifier: Apache-2.0
private import CArchive
import Glibc
package import Intents

/// Writes orders and volumes: ustar as libarchive writes it, with fixed owner, mode and time and no padding
/// behind the two end blocks (FORMAT.md, 5). The bytes depend on names and contents alone.
package final class TarWriter {
  /// Takes the next bytes of the archive.
  package typealias Output = (_ bytes: UnsafeRawBufferPointer) throws(Refusal) -> Void

  /// Bytes of a header, and what data is padded to.
  package static let blockSize: Int64 = 512
  /// Bytes behind the last entry.
  package static let endLength: Int64 = 1024

  private let archive: OpaquePointer
  private let entry: OpaquePointer
  private let sink: TarSink
  private let name: String
  /// Bytes of the open entry that are still to come.
  private var missing: Int64 = 0

  /// - Parameter name: what is written, for refusals.
  package init(name: String, output: @escaping Output) throws(Refusal) {
    guard let archive = archive_write_new(), let entry = archive_entry_new() else {
      throw Refusal(
        BundleReason.libraryFailed, name, seen: "no memory for libarchive", expected: "a writer")
    }
    self.archive = archive
    self.entry = entry
    self.name = name
    sink = TarSink(output)
    try check(archive_write_set_format_ustar(archive))
    try check(archive_write_add_filter_none(archive))
    // Unblocked: each header and each piece of data goes on as it is, and nothing is padded.
    try check(archive_write_set_bytes_per_block(archive, 0))
    try check(
      archive_write_open(
        archive, Unmanaged.passUnretained(sink).toOpaque(), nil, writeToSink, nil))
  }

  deinit {
    sink.isClosed = true  // what is freed unfinished writes no end blocks
    archive_entry_free(entry)
    archive_write_free(archive)
  }

  /// Bytes written so far.
  package var position: Int64 { sink.position }

  /// Where the next header will begin: padding is written with it.
  package var alignedPosition: Int64 {
    (sink.position + Self.blockSize - 1) / Self.blockSize * Self.blockSize
  }

  /// Bytes that an entry of `size` bytes takes, header and padding included.
  package static func room(forEntryOf size: Int64) -> Int64 {
    blockSize + (size + blockSize - 1) / blockSize * blockSize
  }

  /// Begins an entry; the one before must be complete.
  ///
  /// - Returns: where its data begins in the archive.
  @discardableResult
  package func begin(_ entryName: String, size: Int64) throws(Refusal) -> Int64 {
    precondition(missing == 0, "an entry is written whole before the next begins")
    archive_entry_clear(entry)
    archive_entry_set_pathname(entry, entryName)
    archive_entry_set_filetype(entry, UInt32(Glibc.S_IFREG))
    archive_entry_set_perm(entry, 0o644)
    archive_entry_set_size(entry, size)
    archive_entry_set_uid(entry, 0)
    archive_entry_set_gid(entry, 0)
    archive_entry_set_mtime(entry, 0, 0)
    try check(archive_write_header(archive, entry))
    missing = size
    return sink.position
  }

  /// Writes the next bytes of the open entry.
  package func write(_ bytes: UnsafeRawBufferPointer) throws(Refusal) {
    precondition(bytes.count <= missing, "an entry has the size that was announced")
    var rest = bytes
    while !rest.isEmpty {
      let count = archive_write_data(archive, rest.baseAddress, rest.count)
      guard count > 0 else { throw failure() }
      missing -= Int64(count)
      rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(count))
    }
  }

  /// Writes an entry that is in memory.
  @discardableResult
  package func append(_ entryName: String, _ bytes: [UInt8]) throws(Refusal) -> Int64 {
    let offset = try begin(entryName, size: Int64(bytes.count))
    try bytes.withBytes { (buffer) throws(Refusal) in try write(buffer) }
    return offset
  }

  /// Writes the end; to be called once, last.
  package func finish() throws(Refusal) {
    precondition(missing == 0, "an entry is written whole before the end")
    try check(archive_write_close(archive))
  }

  private func check(_ code: CInt) throws(Refusal) {
    guard ArchiveResult(rawValue: code) == .ok else { throw failure() }
  }

  private func failure() -> Refusal {
    if let refusal = sink.refusal { return refusal }
    let text = archive_error_string(archive).map { String(cString: $0) } ?? "no reason given"
    return Refusal(BundleReason.libraryFailed, name, seen: text, expected: "libarchive to write")
  }
}

/// Where libarchive's callback puts the bytes, and the refusal that it cannot carry itself.
private final class TarSink {
  let output: TarWriter.Output
  var position: Int64 = 0
  var refusal: Refusal?
  var isClosed = false

  init(_ output: @escaping TarWriter.Output) { self.output = output }
}

private func writeToSink(
  _: OpaquePointer?, _ client: UnsafeMutableRawPointer?, _ bytes: UnsafeRawPointer?, _ count: Int
) -> Int {
  guard let client else { return -1 }
  let sink = Unmanaged<TarSink>.fromOpaque(client).takeUnretainedValue()
  guard sink.refusal == nil, !sink.isClosed else { return -1 }
  do throws(Refusal) {
    try sink.output(UnsafeRawBufferPointer(start: bytes, count: count))
  } catch {
    sink.refusal = error
    return -1
  }
  sink.position += Int64(count)
  return count
}
