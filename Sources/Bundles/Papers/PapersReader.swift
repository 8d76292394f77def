// SPDX-License-Identifier: Apache-2.0
package import Intents

/// Reads papers (FORMAT.md, 4) before anything vouches for them: each header is made anew from its name and
/// size and compared byte for byte, so there is nothing to interpret.
package enum PapersReader {
  /// Reads papers from a file: version first, then the size cap, then all of it.
  package static func read(_ source: any ByteSource) throws(Refusal) -> Papers {
    let start = try source.prefix(2 * PapersHeader.blockSize)
    try refuseNewer(start[...], named: source.name)
    try checkLength(source.length, named: source.name)
    return try read(try source.prefix(Int(source.length)), named: source.name)
  }

  /// Reads papers from memory.
  ///
  /// - Parameter name: what the bytes are, for refusals.
  package static func read(_ bytes: [UInt8], named name: String) throws(Refusal) -> Papers {
    let version = try refuseNewer(bytes[...], named: name)
    try checkLength(Int64(bytes.count), named: name)
    var walk = PapersWalk(bytes: bytes, name: name)
    let entries = try walk.entries()
    let kind = try Papers.kind(ofEntries: entries.map(\.name), in: name)
    return Papers(kind: kind, formatVersion: version, entries: entries, bytes: bytes)
  }

  /// Whether a file that begins with these bytes is taken for papers, whatever its name: the first header is
  /// that of `waybill-format` with a text of any plausible length. At least 512 bytes decide.
  package static func looksLikePapers(_ start: some Collection<UInt8>) -> Bool {
    let header = Array(start.prefix(PapersHeader.blockSize))
    return header == PapersHeader.waybillFormat || otherFormats.contains(header)
  }

  /// The number behind `waybill ` in the first entry.
  ///
  /// - Parameter start: at least the first 1,024 bytes.
  /// - Throws: `BundleReason.papersForm` when that entry is not the first or says something else.
  static func formatVersion(_ start: ArraySlice<UInt8>, named name: String) throws(Refusal) -> Int64
  {
    func refusal(_ seen: String, _ expected: String) -> Refusal {
      Refusal(BundleReason.papersForm, name, seen: seen, expected: expected)
    }
    guard looksLikePapers(start) else {
      throw refusal("another first entry", "entry \(PapersHeader.formatName) first")
    }
    let size = Int(start[start.startIndex + 133] & 7) << 3 | Int(start[start.startIndex + 134] & 7)
    let block = start.dropFirst(PapersHeader.blockSize).prefix(PapersHeader.blockSize)
    let text = String(decoding: block.prefix(size), as: UTF8.self)
    // By bytes: CR LF is one character of a `String`.
    guard block.count == PapersHeader.blockSize, RawBytes.areZero(block.dropFirst(size)),
      text.utf8.starts(with: "waybill ".utf8), text.utf8.last == 10,
      let version = PlainNumber.parse(
        String(decoding: text.utf8.dropFirst(8).dropLast(), as: UTF8.self))
    else { throw refusal("first entry says \(text)", "waybill and a number") }
    return version
  }

  /// Headers of the first entry of papers of other versions: texts of 11 to 25 bytes.
  private static let otherFormats = Set(
    (11...25).map { PapersHeader.bytes(name: PapersHeader.formatName, size: $0) })

  @discardableResult
  private static func refuseNewer(
    _ start: ArraySlice<UInt8>, named name: String
  ) throws(Refusal) -> Int64 {
    let version = try formatVersion(start, named: name)
    guard version == 1 else {
      throw Refusal(
        BundleReason.papersNewer, name, seen: "waybill \(version)", expected: "waybill 1")
    }
    return version
  }

  private static func checkLength(_ length: Int64, named name: String) throws(Refusal) {
    guard length <= BundleLimits.papersLength else {
      throw Refusal(
        BundleReason.papersTooLarge, name, seen: "\(length) bytes",
        expected: "at most \(BundleLimits.papersLength)")
    }
  }
}
