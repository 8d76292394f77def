// SPDX-License-Identifier: Apache-2.0
package import Intents
package import Trust

/// One frame as the index lists it (FORMAT.md, 7): where it lies, how it is stored, what its bytes are.
package struct IndexEntry: Hashable, Sendable {
  /// A part of a file within the plain bytes of a frame.
  package struct Piece: Hashable, Sendable {
    /// Where it begins in the plain frame, bytes.
    package let at: Int64
    /// SHA-256 of the whole file.
    package let file: Digest
    /// Where it begins in the file, bytes.
    package let from: Int64
    /// Bytes, at least 1.
    package let length: Int64
    /// Bytes of the whole file.
    package let of: Int64

    package init(at: Int64, file: Digest, from: Int64, length: Int64, of: Int64) {
      self.at = at
      self.file = file
      self.from = from
      self.length = length
      self.of = of
    }

    /// Whether this is the whole file.
    package var isWhole: Bool { from == 0 && length == of }
  }

  /// From 1.
  package let volume: Int
  /// Where the stored bytes begin in the volume.
  package let offset: Int64
  /// Stored bytes.
  package let length: Int64
  /// SHA-256 of the stored bytes.
  package let frame: Digest
  package let encoding: FrameEncoding
  /// Plain bytes.
  package let plain: Int64
  /// Contiguous from 0 to `plain`.
  package let pieces: [Piece]

  package init(
    volume: Int, offset: Int64, length: Int64, frame: Digest, encoding: FrameEncoding, plain: Int64,
    pieces: [Piece]
  ) {
    self.volume = volume
    self.offset = offset
    self.length = length
    self.frame = frame
    self.encoding = encoding
    self.plain = plain
    self.pieces = pieces
  }

  /// The name of the frame's entry in its volume.
  package var entryName: String { "f/\(frame.hex)" }

  /// The element of `index.json`.
  package var json: JSONValue {
    var members: [(String, JSONValue)] = [
      ("volume", .integer(Int64(volume))), ("offset", .integer(offset)),
      ("length", .integer(length)), ("frame", .string(frame.hex)), ("plain", .integer(plain)),
      ("pieces", .array(pieces.map(\.json))),
    ]
    members.append(("encoding", .string(encoding.name)))
    if let window = encoding.window { members.append(("window", .integer(Int64(window)))) }
    if let reference = encoding.reference { members.append(("reference", reference.json)) }
    return .object(JSONObject(members))
  }
}

extension IndexEntry.Piece {
  fileprivate var json: JSONValue {
    [
      "at": .integer(at), "file": .string(file.hex), "from": .integer(from),
      "length": .integer(length), "of": .integer(of),
    ]
  }
}

extension FrameReference {
  fileprivate var json: JSONValue {
    [
      "file": .string(file.hex), "from": .integer(from), "length": .integer(length),
      "of": .integer(of),
    ]
  }
}
