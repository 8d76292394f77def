// SPDX-License-Identifier: Apache-2.0
package import Intents
package import Trust

/// Writes a listing (FORMAT.md, 2): a JSON object with one long list, one element a line, so that it can be
/// read line by line. Memory stays flat whatever the count of elements.
///
///     var writer = ListingWriter(header: header, listName: "files") { try file.write($0) }
///     try writer.headerLine()
///     for file in files { try writer.element(file.json) }
///     try writer.end()
package struct ListingWriter {
  /// Takes the next bytes of the listing.
  package typealias Output = (_ bytes: [UInt8]) throws(Refusal) -> Void

  private let header: JSONObject
  private let listName: String
  private let output: Output
  private var isFirst = true
  private var buffer: [UInt8] = []

  /// - Parameter header: every member but the list itself.
  package init(header: JSONObject, listName: String, output: @escaping Output) {
    precondition(header[listName] == nil, "the list is written by element(_:)")
    self.header = header
    self.listName = listName
    self.output = output
  }

  /// Writes the first line; to be called once, before any element.
  package mutating func headerLine() throws(Refusal) {
    var line = JSONValue.object(header).encoded.dropLast()
    if !header.members.isEmpty { line.append(UInt8(ascii: ",")) }
    line += JSONValue.string(listName).encoded
    line += Array(":[\n".utf8)
    try checkLength(line.count)
    buffer += line
    try flush(above: Self.chunk)
  }

  /// Writes one element of the list, an object.
  package mutating func element(_ value: JSONValue) throws(Refusal) {
    let line = value.encoded
    precondition(line.first == UInt8(ascii: "{"), "an element of a listing is an object")
    try checkLength(line.count + 2)
    if !isFirst { buffer += Array(",\n".utf8) }
    isFirst = false
    buffer += line
    try flush(above: Self.chunk)
  }

  /// Writes the last line and all that is still held; to be called once, last.
  package mutating func end() throws(Refusal) {
    buffer += Array((isFirst ? "]}\n" : "\n]}\n").utf8)
    try flush(above: 0)
  }

  private static var chunk: Int { 1 << 16 }

  private mutating func flush(above least: Int) throws(Refusal) {
    guard buffer.count > least else { return }
    try output(buffer)
    buffer.removeAll(keepingCapacity: true)
  }

  private func checkLength(_ count: Int) throws(Refusal) {
    guard count <= BundleLimits.listingLine else {
      throw Refusal(
        BundleReason.lineTooLong, listName, seen: "a line of \(count) bytes",
        expected: "at most \(BundleLimits.listingLine)")
    }
  }
}
