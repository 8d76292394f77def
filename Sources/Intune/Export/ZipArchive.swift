// SPDX-License-Identifier: Apache-2.0
import Intents

/// A zip in memory, read by its central directory: stored and deflated entries, no encryption, no zip64, one
/// volume. Names are looked at and never used as paths. Source: PKWARE's APPNOTE, 4.3 and 4.4.
struct ZipArchive {
  /// One entry as the central directory lists it.
  struct Entry {
    let name: String
    fileprivate let rawName: [UInt8]
    fileprivate let method: Int
    fileprivate let sum: UInt32
    fileprivate let packed: Int
    /// Bytes that it unpacks to.
    let size: Int
    fileprivate let header: Int
  }

  let entries: [Entry]
  private let bytes: LittleEndian
  private let place: String
  /// Where the central directory begins; no entry reaches into it.
  private let directory: Int

  /// - Throws: `IntuneReason.exportUnusable`, or `.tooMuch` for more entries, size or ratio than an export has.
  init(_ bytes: [UInt8], named place: String) throws(Refusal) {
    self.place = place
    self.bytes = LittleEndian(bytes: bytes)
    guard let end = ZipArchive.endRecord(self.bytes) else {
      throw ZipArchive.damaged(place, "no end of central directory")
    }
    let count = self.bytes.short(end + 10)
    directory = self.bytes.long(end + 16)
    guard self.bytes.short(end + 4) == 0, self.bytes.short(end + 6) == 0,
      self.bytes.short(end + 8) == count, directory <= end,
      self.bytes.long(end + 12) == end - directory
    else { throw ZipArchive.damaged(place, "a directory of several volumes or of zip64") }
    guard count <= IntuneLimits.zipEntries else {
      throw ZipArchive.tooMuch(place, "\(count) entries", "at most \(IntuneLimits.zipEntries)")
    }
    var entries: [Entry] = []
    var position = directory
    for _ in 0..<count {
      let (entry, next) = try ZipArchive.entry(self.bytes, at: position, before: end, place)
      entries.append(entry)
      position = next
    }
    guard position == end else { throw ZipArchive.damaged(place, "bytes behind the directory") }
    self.entries = entries
  }

  /// The bytes of an entry, compared with its sum.
  ///
  /// - Throws: `IntuneReason.exportUnusable`.
  func contents(of entry: Entry) throws(Refusal) -> [UInt8] {
    let header = entry.header
    guard header <= directory - 30, bytes.long(header) == 0x0403_4B50,
      bytes.short(header + 8) == entry.method
    else { throw ZipArchive.damaged(place, "no header of \(entry.name)") }
    let name = header + 30
    let start = name + bytes.short(header + 26) + bytes.short(header + 28)
    guard bytes.short(header + 26) == entry.rawName.count, start <= directory,
      entry.packed <= directory - start,
      bytes.bytes[name..<name + entry.rawName.count].elementsEqual(entry.rawName)
    else { throw ZipArchive.damaged(place, "another header of \(entry.name)") }
    let packed = bytes.bytes[start..<start + entry.packed]
    let contents: [UInt8]
    do throws(Inflate.Damage) {
      contents = entry.method == 0 ? Array(packed) : try Inflate.unpack(packed, to: entry.size)
    } catch {
      throw ZipArchive.damaged(place, "\(entry.name): \(error.what)")
    }
    guard contents.count == entry.size, CRC32.sum(contents) == entry.sum else {
      throw ZipArchive.damaged(place, "\(entry.name) with another sum")
    }
    return contents
  }

  /// The last record that ends the file with its comment.
  private static func endRecord(_ bytes: LittleEndian) -> Int? {
    guard bytes.count >= 22 else { return nil }
    let first = max(0, bytes.count - 22 - 0xFFFF)
    return (first...bytes.count - 22).last { position in
      bytes.long(position) == 0x0605_4B50
        && bytes.short(position + 20) == bytes.count - position - 22
    }
  }

  private static func entry(
    _ bytes: LittleEndian, at position: Int, before end: Int, _ place: String
  ) throws(Refusal) -> (Entry, next: Int) {
    guard position <= end - 46, bytes.long(position) == 0x0201_4B50 else {
      throw damaged(place, "no entry in the directory")
    }
    let name = position + 46
    let nameCount = bytes.short(position + 28)
    let next = name + nameCount + bytes.short(position + 30) + bytes.short(position + 32)
    guard next <= end else { throw damaged(place, "an entry beyond the directory") }
    let rawName = Array(bytes.bytes[name..<name + nameCount])
    let entry = Entry(
      name: String(decoding: rawName, as: UTF8.self), rawName: rawName,
      method: bytes.short(position + 10), sum: UInt32(bytes.long(position + 16)),
      packed: bytes.long(position + 20), size: bytes.long(position + 24),
      header: bytes.long(position + 42))
    guard bytes.short(position + 8) & 1 == 0, [0, 8].contains(entry.method) else {
      throw damaged(place, "\(entry.name) encrypted or packed by method \(entry.method)")
    }
    let most = max(IntuneLimits.zipSmall, IntuneLimits.zipRatio * entry.packed)
    guard entry.size <= min(most, IntuneLimits.zipUnpacked) else {
      throw tooMuch(
        place, "\(entry.name) of \(entry.packed) bytes for \(entry.size)",
        "at most \(IntuneLimits.zipRatio) times as many and \(IntuneLimits.zipUnpacked)")
    }
    return (entry, next)
  }

  private static func damaged(_ place: String, _ seen: String) -> Refusal {
    Refusal(IntuneReason.exportUnusable, place, seen: seen, expected: "a whole zip")
  }

  private static func tooMuch(_ place: String, _ seen: String, _ expected: String) -> Refusal {
    Refusal(IntuneReason.tooMuch, place, seen: seen, expected: expected)
  }
}

/// Numbers in bytes. What would lie behind the end reads as zero, which no signature is.
private struct LittleEndian {
  let bytes: [UInt8]
  var count: Int { bytes.count }

  func short(_ position: Int) -> Int { number(position, 2) }
  func long(_ position: Int) -> Int { number(position, 4) }

  private func number(_ position: Int, _ width: Int) -> Int {
    guard position >= 0, position <= bytes.count - width else { return 0 }
    return bytes[position..<position + width].reversed().reduce(0) { $0 << 8 | Int($1) }
  }
}

/// The sum of zip: CRC-32 of ISO 3309, reflected, as in RFC 1952, 8.
package enum CRC32 {
  private static let table: [UInt32] = (0..<256).map { index in
    (0..<8).reduce(UInt32(index)) { sum, _ in
      sum & 1 == 1 ? 0xEDB8_8320 ^ (sum >> 1) : sum >> 1
    }
  }

  package static func sum(_ bytes: [UInt8]) -> UInt32 {
    let table = table
    var sum = UInt32.max
    for byte in bytes { sum = table[Int((sum ^ UInt32(byte)) & 255)] ^ (sum >> 8) }
    return ~sum
  }
}
