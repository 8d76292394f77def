// SPDX-License-Identifier: Apache-2.0
import Intents

/// One walk over the headers of papers.
struct PapersWalk {
  let bytes: [UInt8]
  let name: String
  private var offset = 0

  private static let block = PapersHeader.blockSize

  init(bytes: [UInt8], name: String) {
    self.bytes = bytes
    self.name = name
  }

  /// All entries behind the first, in order; the first one was looked at before.
  mutating func entries() throws(Refusal) -> [Papers.Entry] {
    var entries: [Papers.Entry] = []
    while let entry = try next() {
      guard entries.count < BundleLimits.papersEntries else {
        throw Refusal(
          BundleReason.papersTooLarge, name, seen: "more than \(entries.count) entries",
          expected: "at most \(BundleLimits.papersEntries)")
      }
      if let last = entries.last, entries.count > 1 {
        guard last.name.utf8.lexicographicallyPrecedes(entry.name.utf8) else {
          throw Refusal(
            BundleReason.papersEntries, name, seen: "\(entry.name) behind \(last.name)",
            expected: "each entry once, in the order of their names")
        }
      }
      entries.append(entry)
    }
    return Array(entries.dropFirst())
  }

  private mutating func next() throws(Refusal) -> Papers.Entry? {
    guard bytes.count - offset >= Self.block else {
      throw wrong("the end of the file", "two blocks of NUL at the end")
    }
    let header = bytes[offset..<offset + Self.block]
    if RawBytes.areZero(header) { return try end() }
    let size = try size(header)
    let nameBytes = header.prefix(100).prefix { $0 != 0 }
    guard let entryName = Self.entryName(nameBytes) else {
      throw wrong(
        "name \(String(decoding: nameBytes, as: UTF8.self))", "1 to 100 of a-z, 0-9, dot, - and /")
    }
    try compare(header, with: PapersHeader.bytes(name: entryName, size: size), of: entryName)
    let start = offset + Self.block
    guard size <= bytes.count - start else {
      throw wrong("\(entryName) of \(size) bytes", "at most \(bytes.count - start), the rest")
    }
    let padded = (size + Self.block - 1) / Self.block * Self.block
    guard padded <= bytes.count - start,
      RawBytes.areZero(bytes[start + size..<start + padded])
    else { throw wrong("\(entryName) without its padding", "NUL up to 512 bytes") }
    offset = start + padded
    return Papers.Entry(name: entryName, range: start..<start + size)
  }

  private func end() throws(Refusal) -> Papers.Entry? {
    let rest = bytes[(offset + Self.block)...]
    guard rest.count == Self.block, RawBytes.areZero(rest) else {
      throw wrong(
        "\(rest.count) bytes behind the first block of NUL", "one more block of NUL, then the end")
    }
    return nil
  }

  /// The size field. What is well written but absurd is a limit (H06), all else a wrong form.
  private func size(_ header: ArraySlice<UInt8>) throws(Refusal) -> Int {
    let field = header[header.startIndex + 124..<header.startIndex + 136]
    let digits = field.dropLast()
    var size: Int64 = 0
    if field.first == 0x80 {
      size = field.dropFirst(4).reduce(0) { $0 << 8 | Int64($1) }
      if field.dropFirst().prefix(3).contains(where: { $0 != 0 }) || size < 0 { size = .max }
    } else {
      guard field.last == 0, digits.allSatisfy({ (48...55).contains($0) }) else {
        throw wrong("a size that is no number", "11 octal digits and NUL")
      }
      size = digits.reduce(0) { $0 << 3 | Int64($1 & 7) }
    }
    let isExtension = "xgXLKS".utf8.contains(header[header.startIndex + 156])
    let most = isExtension ? BundleLimits.foreignName : BundleLimits.papersLength
    guard size <= most else {
      throw Refusal(
        BundleReason.papersTooLarge, "\(name), byte \(offset)", seen: "an entry of \(size) bytes",
        expected: "at most \(most)")
    }
    return Int(size)
  }

  private func compare(
    _ header: ArraySlice<UInt8>, with expected: [UInt8], of entry: String
  ) throws(Refusal) {
    if RawBytes.areEqual(header, expected[...]) { return }
    // The checksum is told last: another field is what made it wrong.
    let differing = zip(header, expected).enumerated().filter { $0.element.0 != $0.element.1 }
      .map(\.offset)
    guard let first = differing.first(where: { !(148..<156).contains($0) }) ?? differing.first
    else { return }
    let field = PapersHeader.field(at: first)
    let seen = first == 156 ? Self.kind(header[header.startIndex + 156]) : "another \(field)"
    throw wrong("\(entry): \(seen)", "the \(field) that the format fixes, at byte \(first)")
  }

  private static func kind(_ flag: UInt8) -> String {
    switch flag {
    case UInt8(ascii: "1"): "a hard link"
    case UInt8(ascii: "2"): "a symbolic link"
    case UInt8(ascii: "3"), UInt8(ascii: "4"): "a device"
    case UInt8(ascii: "5"): "a folder"
    case UInt8(ascii: "6"): "a pipe"
    case UInt8(ascii: "x"), UInt8(ascii: "g"): "a pax header"
    case UInt8(ascii: "L"), UInt8(ascii: "K"), UInt8(ascii: "S"): "a GNU header"
    default: "kind \(flag)"
    }
  }

  private static func entryName(_ bytes: ArraySlice<UInt8>) -> String? {
    guard !bytes.isEmpty,
      bytes.allSatisfy({
        (97...122).contains($0) || (48...57).contains($0) || (45...47).contains($0)
      })
    else { return nil }
    return String(decoding: bytes, as: UTF8.self)
  }

  private func wrong(_ seen: String, _ expected: String) -> Refusal {
    Refusal(BundleReason.papersForm, "\(name), byte \(offset)", seen: seen, expected: expected)
  }
}
