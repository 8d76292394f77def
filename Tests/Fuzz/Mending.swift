// SPDX-License-Identifier: Apache-2.0
import Intents
import Trust

/// Puts right the sums of tar archives, so that a change in a header or in data is seen by what lies behind
/// the check of the sum.
enum Mending {
  private static let block = 512

  /// Each ustar header with the checksum that fits it.
  static func checksums(_ archive: [UInt8]) -> [UInt8] {
    var archive = archive
    forEachEntry(of: archive) { header, _ in sum(&archive, at: header) }
    return archive
  }

  /// Each entry under the name of a frame with its bytes, and with the checksum that fits.
  static func frameNames(_ archive: [UInt8]) -> [UInt8] {
    var archive = archive
    forEachEntry(of: archive) { header, data in
      let name = "f/\(Digest.sha256(Array(archive[data])))"
      archive.replaceSubrange(header..<header + name.utf8.count, with: name.utf8)
      sum(&archive, at: header)
    }
    return archive
  }

  /// Where each header begins and where its data lies, as far as the archive goes.
  private static func forEachEntry(of archive: [UInt8], _ body: (Int, Range<Int>) -> Void) {
    var offset = 0
    while offset + block <= archive.count, archive[offset] != 0 {
      let size = archive[offset + 124..<offset + 135].reduce(0) { $0 << 3 | Int($1 & 7) }
      let start = offset + block
      guard size <= archive.count - start else { return body(offset, start..<archive.count) }
      body(offset, start..<start + size)
      offset = start + (size + block - 1) / block * block
    }
  }

  /// POSIX.1-1988: the sum of all bytes, those of the checksum itself taken as blanks.
  private static func sum(_ archive: inout [UInt8], at header: Int) {
    for index in 148..<156 { archive[header + index] = 32 }
    let sum = archive[header..<header + block].reduce(0) { $0 + Int($1) }
    for digit in 0..<6 { archive[header + 148 + digit] = UInt8(48 + sum >> (3 * (5 - digit)) & 7) }
    archive[header + 154] = 0
  }
}
