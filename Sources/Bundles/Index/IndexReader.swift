// SPDX-License-Identifier: Apache-2.0
package import Intents
import Trust

/// Reads `index.json` line by line in bounded memory and checks every rule of FORMAT.md, 7 against the
/// lengths of the volumes that the waybill lists.
package final class IndexReader {
  private let listing: ListingReader
  private let name: String
  private let volumes: [Int64]
  /// Where the last frame ended: the next one must begin behind it.
  private var volume = 1
  private var end: Int64 = 0
  /// Files begun and not ended: bytes so far and in all.
  private var open: [Digest: (next: Int64, of: Int64)] = [:]

  /// - Parameters:
  ///   - source: verified bytes of `index.json`.
  ///   - volumes: of the waybill, in order.
  package init(
    _ source: any ByteSource, volumes: some Sequence<Waybill.File>
  ) throws(Refusal) {
    name = source.name
    self.volumes = volumes.map(\.length)
    listing = try ListingReader(source, listName: IndexWriter.listName)
    try listing.header.expectType(IndexWriter.type, format: 1)
  }

  /// The next frame, nil after the last one, when every file that was begun must have ended.
  package func next() throws(Refusal) -> IndexEntry? {
    guard let field = try listing.next() else {
      if let (file, state) = open.first {
        throw Refusal(
          BundleReason.indexInvalid, name, seen: "\(state.next) bytes of file \(file)",
          expected: "\(state.of)")
      }
      return nil
    }
    let entry = try IndexEntry(field)
    try checkPlace(entry, at: field)
    for piece in entry.pieces where !piece.isWhole || !open.isEmpty {
      try follow(piece, at: field)
    }
    return entry
  }

  private func checkPlace(_ entry: IndexEntry, at field: JSONField) throws(Refusal) {
    guard entry.volume <= volumes.count else {
      throw wrong(field, "volume \(entry.volume)", "one of \(volumes.count) volumes")
    }
    let least = (entry.volume == volume ? end : 0) + TarWriter.blockSize
    guard entry.volume >= volume, entry.offset >= least,
      entry.offset.isMultiple(of: TarWriter.blockSize)
    else {
      throw wrong(
        field, "volume \(entry.volume), offset \(entry.offset)",
        "behind volume \(volume), byte \(least), at a multiple of 512")
    }
    let last = volumes[entry.volume - 1] - TarWriter.endLength
    let room = TarWriter.room(forEntryOf: entry.length) - TarWriter.blockSize
    guard entry.offset <= last, room <= last - entry.offset else {
      throw wrong(
        field, "bytes \(entry.offset) to \(entry.offset + room)",
        "inside the \(last) bytes of volume \(entry.volume)")
    }
    volume = entry.volume
    end = entry.offset + room
  }

  /// The pieces of a file come in ascending order and leave no gap.
  private func follow(_ piece: IndexEntry.Piece, at field: JSONField) throws(Refusal) {
    let state = open[piece.file] ?? (0, piece.of)
    guard piece.from == state.next, piece.of == state.of else {
      throw wrong(
        field, "bytes from \(piece.from) on, of \(piece.of), of file \(piece.file)",
        "from \(state.next) on, of \(state.of)")
    }
    let next = piece.from + piece.length
    open[piece.file] = next == piece.of ? nil : (next, piece.of)
    guard open.count <= BundleLimits.openFiles else {
      throw Refusal(
        BundleReason.valueAboveLimit, field.place, seen: "\(open.count) files begun",
        expected: "at most \(BundleLimits.openFiles) at one time")
    }
  }

  private func wrong(_ field: JSONField, _ seen: String, _ expected: String) -> Refusal {
    Refusal(BundleReason.indexInvalid, field.place, seen: seen, expected: expected)
  }
}
