// SPDX-License-Identifier: Apache-2.0
package import Intents
package import Trust

/// The archive that is an orders file or a volume: its blocks verified, then, where it is sealed, opened.
package enum PieceStream {
  /// - Parameters:
  ///   - copies: of the file, of any length and under any name, the likeliest first.
  ///   - identity: what opens sealed files; nil where none can come.
  /// - Throws: what `VerifiedPieceReader` and `AgeOpener` throw; `TrustReason.sealedToAnother` (12) without an
  ///   identity.
  package static func open(
    copies: [any ByteSource], as file: Waybill.File, of waybill: Waybill,
    for identity: AgeIdentity?
  ) throws(Refusal) -> any ByteStream {
    let blocks = try VerifiedPieceReader(copies: copies, as: file, blockSize: waybill.blockSize)
    guard waybill.isSealed else { return blocks }
    guard let identity else {
      throw Refusal(
        TrustReason.sealedToAnother, file.name, seen: "sealed", expected: "plain, or a key to open")
    }
    return try UnsealedStream(blocks, for: identity)
  }
}

/// The plain bytes of a sealed file. No byte reaches the opener whose block is not what the waybill says (M34).
private final class UnsealedStream: ByteStream {
  let name: String
  private let opener: AgeOpener

  init(_ sealed: any ByteStream, for identity: AgeIdentity) throws(Refusal) {
    name = sealed.name
    opener = try AgeOpener(identity, named: sealed.name) { () throws(Refusal) in
      try sealed.next()
    }
  }

  func next() throws(Refusal) -> UnsafeRawBufferPointer? { try opener.next() }
}
