// SPDX-License-Identifier: Apache-2.0
package import Intents
package import SystemPackage
package import Trust

/// Reads a listing (FORMAT.md, 2) line by line in bounded memory and takes nothing but its exact layout.
///
///     let listing = try ListingReader(path, listName: "files")
///     try check(listing.header)
///     while let element = try listing.next() { … }
package final class ListingReader {
  /// The members before the list; the list itself is there and empty.
  package let header: JSONField
  private let name: String
  private var lines: LineReader
  private var state = State.first

  private enum State { case first, afterComma, afterLast, done }

  /// Reads the first line.
  package init(_ source: any ByteSource, listName: String) throws(Refusal) {
    name = source.name
    lines = LineReader(source)
    guard let line = try lines.next() else {
      throw Refusal(
        BundleReason.listingLayout, source.name, seen: "no bytes", expected: "a listing")
    }
    let opening = JSONValue.string(listName).encoded + Array(":[".utf8)
    let before = line.dropLast(opening.count).last
    guard line.suffix(opening.count) == opening[...],
      before == UInt8(ascii: ",") || before == UInt8(ascii: "{")
    else {
      throw Refusal(
        BundleReason.listingLayout, "\(source.name), line 1", seen: Self.excerpt(line.suffix(80)),
        expected: "an object up to \(String(decoding: opening, as: UTF8.self))")
    }
    header = try JSONField(parsing: line + Array("]}".utf8), named: source.name)
    guard try header[listName].array().isEmpty else { throw try header[listName].wrong("the list") }
  }

  /// Opens the regular file at `path`.
  package convenience init(_ path: FilePath, listName: String) throws(Refusal) {
    try self.init(FileSource(path), listName: listName)
  }

  /// The next element, an object; nil once, after the last line and the end of the file were seen.
  package func next() throws(Refusal) -> JSONField? {
    if state == .done { return nil }
    guard var line = try lines.next() else { throw wrong("the end of the file", "a line ]}") }
    if line == Self.closing {
      guard state != .afterComma else { throw wrong("]} behind a comma", "an element") }
      guard try lines.next() == nil else { throw wrong("bytes behind ]}", "the end of the file") }
      state = .done
      return nil
    }
    guard state != .afterLast else { throw wrong(Self.excerpt(line.prefix(80)), "a line ]}") }
    state = .afterLast
    if line.last == UInt8(ascii: ",") {
      line.removeLast()
      state = .afterComma
    }
    guard line.first == UInt8(ascii: "{"), line.last == UInt8(ascii: "}") else {
      throw wrong(Self.excerpt(line.prefix(80)), "one object a line, nothing around it")
    }
    return try JSONField(parsing: line, named: "\(name), line \(lines.number)")
  }

  private static let closing = Array("]}".utf8)

  private static func excerpt(_ bytes: ArraySlice<UInt8>) -> String {
    String(decoding: bytes, as: UTF8.self)
  }

  private func wrong(_ seen: String, _ expected: String) -> Refusal {
    Refusal(
      BundleReason.listingLayout, "\(name), line \(lines.number)", seen: seen, expected: expected)
  }
}
