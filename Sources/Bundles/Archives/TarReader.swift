// SPDX-License-Identifier: Apache-2.0
private import CArchive
import Glibc
package import Intents

/// Reads orders and volumes through libarchive: its tar reader alone, no filter, nothing extracted. Its bytes
/// must be verified before they come here. Whatever is not a plain file of the expected form is refused, and a
/// read error is never taken for the end.
package final class TarReader {
  package struct Entry: Sendable {
    package let name: String
    /// Bytes.
    package let size: Int64
    /// Where its data begins in the archive.
    package let offset: Int64
  }

  private let archive: OpaquePointer
  private let feed: TarFeed
  private let rules: TarRules
  private var last: Entry?
  private var isAtEnd = false

  /// - Parameter stream: verified bytes from the first on; held as long as this lives.
  package init(_ stream: any ByteStream, rules: TarRules) throws(Refusal) {
    guard let archive = archive_read_new() else {
      throw Refusal(
        BundleReason.libraryFailed, stream.name, seen: "no memory for libarchive",
        expected: "a reader")
    }
    self.archive = archive
    self.rules = rules
    feed = TarFeed(stream)
    try check(archive_read_support_format_tar(archive))
    try check(
      archive_read_open(
        archive, Unmanaged.passUnretained(feed).toOpaque(), nil, readFromFeed, nil))
  }

  deinit { archive_read_free(archive) }

  /// The next entry, what is left of the one before skipped; nil at the end, which is checked to be exact.
  package func next() throws(Refusal) -> Entry? {
    if isAtEnd { return nil }
    var header: OpaquePointer?
    let result = ArchiveResult(rawValue: archive_read_next_header(archive, &header))
    if result == .end {
      try checkEnd()
      isAtEnd = true
      return nil
    }
    guard result == .ok, let header else { throw failure() }
    let entry = try entry(header)
    if let last, rules.isSorted {
      guard last.name.utf8.lexicographicallyPrecedes(entry.name.utf8) else {
        throw wrong("\(entry.name) behind \(last.name)", "each entry once, in the order of names")
      }
    }
    last = entry
    return entry
  }

  /// Gives on all data of the entry that `next` returned last, chunk by chunk.
  package func forEachChunk(
    _ body: (UnsafeRawBufferPointer) throws(Refusal) -> Void
  ) throws(Refusal) {
    guard let last else { return }
    var position: Int64 = 0
    while true {
      var bytes: UnsafeRawPointer?
      var count = 0
      var offset: Int64 = 0
      let code = archive_read_data_block(archive, &bytes, &count, &offset)
      let result = ArchiveResult(rawValue: code)
      if result == .end { break }
      guard result == .ok else { throw failure() }
      guard offset == position, Int64(count) <= last.size - position else {
        throw wrong("\(last.name) with a hole or too many bytes", "\(last.size) bytes")
      }
      position += Int64(count)
      try body(UnsafeRawBufferPointer(start: bytes, count: count))
    }
    guard position == last.size else {
      throw wrong("\(position) bytes of \(last.name)", "\(last.size)")
    }
  }

  /// Copies all data of the entry into `buffer`, which must have its size.
  package func read(into buffer: UnsafeMutableRawBufferPointer) throws(Refusal) {
    precondition(Int64(buffer.count) == last?.size, "the buffer has the entry's size")
    var position = 0
    try forEachChunk { (chunk) throws(Refusal) in
      UnsafeMutableRawBufferPointer(rebasing: buffer[position...]).copyMemory(from: chunk)
      position += chunk.count
    }
  }

  /// All data of the entry, when it has at most `cap` bytes.
  package func contents(cap: Int64) throws(Refusal) -> [UInt8] {
    guard let last else { return [] }
    guard last.size <= cap else {
      throw Refusal(
        BundleReason.fileTooLarge, "\(feed.name): \(last.name)", seen: "\(last.size) bytes",
        expected: "at most \(cap)")
    }
    var bytes = [UInt8](repeating: 0, count: Int(last.size))
    try bytes.withMutableBytes { (buffer) throws(Refusal) in try read(into: buffer) }
    return bytes
  }

  private func entry(_ header: OpaquePointer) throws(Refusal) -> Entry {
    guard let text = archive_entry_pathname(header) else {
      throw wrong("an entry without a readable name", rules.expected)
    }
    let name = String(cString: text)
    guard archive_entry_filetype(header) == UInt32(Glibc.S_IFREG),
      archive_entry_hardlink(header) == nil, archive_entry_symlink(header) == nil,
      archive_entry_sparse_count(header) == 0
    else { throw wrong("\(name), which is no plain file", "plain files only") }
    guard archive_format(archive) == ARCHIVE_FORMAT_TAR_USTAR else {
      let format = archive_format_name(archive).map { String(cString: $0) } ?? "another format"
      throw wrong("\(name) as \(format)", "POSIX ustar")
    }
    guard archive_entry_perm(header) == 0o644, archive_entry_uid(header) == 0,
      archive_entry_gid(header) == 0, archive_entry_mtime(header) == 0
    else { throw wrong("\(name) with an owner, mode or time of its own", "the fixed ones") }
    guard rules.allows(name) else { throw wrong("entry \(name)", rules.expected) }
    let size = archive_entry_size(header)
    let position = archive_read_header_position(archive)
    guard archive_entry_size_is_set(header) != 0, (0...BundleLimits.fileLength).contains(size),
      (0...BundleLimits.fileLength).contains(position)
    else {
      throw Refusal(
        BundleReason.valueAboveLimit, "\(feed.name): \(name)", seen: "\(size) bytes",
        expected: "at most \(BundleLimits.fileLength)")
    }
    return Entry(name: name, size: size, offset: position + TarWriter.blockSize)
  }

  /// libarchive takes an archive without end blocks, or with anything behind them; we do not.
  private func checkEnd() throws(Refusal) {
    try feed.drain()
    var end = TarWriter.endLength
    if let last { end += last.offset - 512 + TarWriter.room(forEntryOf: last.size) }
    guard feed.position == end else {
      throw wrong("\(feed.position) bytes", "\(end), with two blocks of NUL at the end")
    }
    guard feed.tail.allSatisfy({ $0 == 0 }) else {
      throw wrong("an end that is not NUL", "two blocks of NUL at the end")
    }
  }

  private func check(_ code: CInt) throws(Refusal) {
    guard ArchiveResult(rawValue: code) == .ok else { throw failure() }
  }

  private func failure() -> Refusal {
    if let refusal = feed.refusal { return refusal }
    let text = archive_error_string(archive).map { String(cString: $0) } ?? "no reason given"
    return wrong(text, "plain ustar")
  }

  private func wrong(_ seen: String, _ expected: String) -> Refusal {
    Refusal(BundleReason.archiveForm, feed.name, seen: seen, expected: expected)
  }
}

/// What libarchive's callback reads from, and the refusal that it cannot carry itself.
private final class TarFeed {
  let stream: any ByteStream
  var refusal: Refusal?
  /// Bytes handed on so far.
  var position: Int64 = 0
  /// The last of them, up to the length of the end blocks.
  var tail: [UInt8] = []

  init(_ stream: any ByteStream) { self.stream = stream }

  var name: String { stream.name }

  func next() throws(Refusal) -> UnsafeRawBufferPointer? {
    if let refusal { throw refusal }
    do throws(Refusal) {
      guard let bytes = try stream.next() else { return nil }
      position += Int64(bytes.count)
      let kept = max(0, bytes.count - Int(TarWriter.endLength))
      tail += UnsafeRawBufferPointer(rebasing: bytes[kept...])
      tail.removeFirst(max(0, tail.count - Int(TarWriter.endLength)))
      return bytes
    } catch {
      refusal = error
      throw error
    }
  }

  func drain() throws(Refusal) {
    while try next() != nil {}
  }
}

private func readFromFeed(
  _ archive: OpaquePointer?, _ client: UnsafeMutableRawPointer?,
  _ result: UnsafeMutablePointer<UnsafeRawPointer?>?
) -> Int {
  guard let client, let result else { return -1 }
  let feed = Unmanaged<TarFeed>.fromOpaque(client).takeUnretainedValue()
  do throws(Refusal) {
    guard let bytes = try feed.next() else { return 0 }
    result.pointee = bytes.baseAddress
    return bytes.count
  } catch {
    return -1
  }
}
