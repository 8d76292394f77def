// SPDX-License-Identifier: Apache-2.0
package import Intents

/// A frame that is to be written: what the index will say of it, and where its stored bytes are.
package struct FrameSource: Sendable {
  /// SHA-256 of the stored bytes.
  package let frame: Digest
  package let encoding: FrameEncoding
  /// Stored bytes.
  package let length: Int64
  /// Plain bytes.
  package let plain: Int64
  package let pieces: [IndexEntry.Piece]
  /// Opens the stored bytes; called once, when the frame's turn comes.
  package let open: @Sendable () throws(Refusal) -> any ByteSource

  package init(
    frame: Digest, encoding: FrameEncoding, length: Int64, plain: Int64,
    pieces: [IndexEntry.Piece], open: @escaping @Sendable () throws(Refusal) -> any ByteSource
  ) {
    self.frame = frame
    self.encoding = encoding
    self.length = length
    self.plain = plain
    self.pieces = pieces
    self.open = open
  }
}

/// An entry of orders that is to be written.
package struct OrdersEntry: Sendable {
  /// As `TarRules` of the bundle's kind allow it.
  package let name: String
  package let source: any ByteSource

  package init(name: String, source: any ByteSource) {
    self.name = name
    self.source = source
  }
}
