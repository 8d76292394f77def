// SPDX-License-Identifier: Apache-2.0
package import Bundles
import Trust

/// The bytes of orders and volumes, and what a waybill lists of them.
package enum ForgedPieces {
  package typealias Entry = (name: String, bytes: [UInt8])

  /// Small enough to be met by small bundles.
  package static let blockSize: Int64 = 64 << 10

  /// An archive with `entries` in their order, and where the data of each begins.
  package static func archive(
    _ name: String, _ entries: [Entry]
  ) throws -> (bytes: [UInt8], offsets: [Int64]) {
    var bytes: [UInt8] = []
    let tar = try TarWriter(name: name) { bytes += Array($0) }
    let offsets = try entries.map { try tar.append($0.name, $0.bytes) }
    try tar.finish()
    return (bytes, offsets)
  }

  /// Volumes of at most `count` frames each, and the index of them.
  package static func volumes(
    _ frames: [ForgedFrame], of count: Int
  ) throws -> (volumes: [[UInt8]], index: [IndexEntry]) {
    var volumes: [[UInt8]] = []
    var index: [IndexEntry] = []
    for start in stride(from: 0, to: frames.count, by: count) {
      let part = frames[start..<min(start + count, frames.count)]
      let (bytes, offsets) = try archive("volume", part.map { ("f/\($0.digest)", $0.stored) })
      volumes.append(bytes)
      for (frame, offset) in zip(part, offsets) {
        index.append(
          IndexEntry(
            volume: volumes.count, offset: offset, length: Int64(frame.stored.count),
            frame: frame.digest, encoding: frame.encoding, plain: frame.plain,
            pieces: frame.pieces))
      }
    }
    return (volumes, index)
  }

  package static func index(_ entries: [IndexEntry]) throws -> [UInt8] {
    var bytes: [UInt8] = []
    var writer = try IndexWriter { bytes += $0 }
    for entry in entries { try writer.append(entry) }
    try writer.finish()
    return bytes
  }

  /// What a waybill lists of a file.
  package static func listed(_ name: String, _ bytes: [UInt8]) -> Waybill.File {
    var hasher = BlockHasher(blockSize: blockSize)
    bytes.withUnsafeBytes { hasher.update($0) }
    return Waybill.File(
      name: name, length: hasher.length, sha256: .sha256(bytes), blocks: hasher.finish())
  }

  /// `SHA256SUMS` over the files of a folder.
  package static func sums(_ files: [String: [UInt8]]) -> [UInt8] {
    SumsFile(files.map { SumsFile.Line(name: $0.key, digest: .sha256($0.value)) }).bytes
  }

  /// Stands for the page for people, whose words are no part of the format.
  package static let page = Array(
    "<!DOCTYPE html><title>A golden bundle: no person needs to do anything</title>\n".utf8)
}
