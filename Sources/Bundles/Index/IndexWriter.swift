// SPDX-License-Identifier: Apache-2.0
package import Intents
import Trust

/// Writes `index.json` line by line (FORMAT.md, 7).
package struct IndexWriter {
  static let listName = "frames"
  static let type = "waybill-index"

  private var listing: ListingWriter

  /// Begins the index; `output` takes its bytes.
  package init(output: @escaping ListingWriter.Output) throws(Refusal) {
    listing = ListingWriter(
      header: JSONObject([("_type", .string(Self.type)), ("format", 1)]), listName: Self.listName,
      output: output)
    try listing.headerLine()
  }

  /// Adds a frame; frames come by volume and offset.
  package mutating func append(_ entry: IndexEntry) throws(Refusal) {
    try listing.element(entry.json)
  }

  /// Ends the index; to be called once, last.
  package mutating func finish() throws(Refusal) { try listing.end() }
}
