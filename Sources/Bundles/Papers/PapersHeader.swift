// SPDX-License-Identifier: Apache-2.0

/// The one ustar header that FORMAT.md, 4 allows for a name and a size.
package enum PapersHeader {
  /// Bytes of a header and of the unit that data is padded to (POSIX.1-1988, ustar).
  package static let blockSize = 512
  /// The name of the first entry of all papers.
  package static let formatName = "waybill-format"
  /// What the first entry of papers of version 1 says.
  package static let formatText = Array("waybill 1\n".utf8)
  /// The first 512 bytes of all papers of version 1.
  package static let waybillFormat = bytes(name: formatName, size: formatText.count)

  /// The header for `name`, at most 100 bytes, and `size`, at most 8 GiB - 1.
  package static func bytes(name: String, size: Int) -> [UInt8] {
    precondition((1...100).contains(name.utf8.count), "a name has 1 to 100 bytes")
    precondition((0..<1 << 33).contains(size), "a size has 11 octal digits")
    var header = fixedPart
    put(name.utf8, in: &header, at: 0)
    put(octal(size, digits: 11), in: &header, at: 124)
    let sum =
      fixedSum + header[..<100].reduce(0) { $0 + Int($1) }
      + header[124..<135].reduce(0) { $0 + Int($1) }
    put(octal(sum, digits: 6), in: &header, at: 148)
    header[154] = 0
    return header
  }

  /// All but name, size and checksum, which counts as blanks in its own sum.
  private static let fixedPart: [UInt8] = {
    var header = [UInt8](repeating: 0, count: blockSize)
    put("0000644".utf8, in: &header, at: 100)
    put("0000000".utf8, in: &header, at: 108)
    put("0000000".utf8, in: &header, at: 116)
    put("00000000000".utf8, in: &header, at: 136)
    put("        0".utf8, in: &header, at: 148)
    put("ustar\u{0}00".utf8, in: &header, at: 257)
    put("0000000".utf8, in: &header, at: 329)
    put("0000000".utf8, in: &header, at: 337)
    return header
  }()

  private static let fixedSum = fixedPart.reduce(0) { $0 + Int($1) }

  private static func put(_ text: some Sequence<UInt8>, in header: inout [UInt8], at offset: Int) {
    for (index, byte) in text.enumerated() { header[offset + index] = byte }
  }

  /// What a header that is not ours says at the first place where it differs, in the words of FORMAT.md, 4.
  static func field(at offset: Int) -> String {
    switch offset {
    case 0..<100: "name"
    case 100..<108: "mode"
    case 108..<124: "owner"
    case 124..<136: "size"
    case 136..<148: "time"
    case 148..<156: "checksum"
    case 156: "kind"
    case 157..<257: "link target"
    case 257..<265: "magic"
    case 265..<329: "names of owners"
    case 329..<345: "device numbers"
    default: "prefix"
    }
  }

  private static func octal(_ number: Int, digits: Int) -> [UInt8] {
    (0..<digits).map { UInt8(48 + number >> (3 * (digits - 1 - $0)) & 7) }
  }
}
