// SPDX-License-Identifier: Apache-2.0
import Intents
import Trust

extension IndexEntry {
  /// Reads one element and checks all that it says by itself; its place among others is the reader's matter.
  init(_ field: JSONField) throws(Refusal) {
    volume = Int(try field["volume"].integer(in: 1...Int64(Int32.max)))
    offset = try field["offset"].integer(in: 0...TrustLimits.jsonInteger)
    frame = try field["frame"].digest()
    let lengthField = try field["length"]
    length = try lengthField.integer(upTo: BundleLimits.frameStored)
    let plainField = try field["plain"]
    plain = try plainField.integer(upTo: BundleLimits.framePlain)
    guard plain >= 1 else { throw plainField.invalid(.indexInvalid, "at least 1 byte") }
    guard length >= 1 else { throw lengthField.invalid(.indexInvalid, "at least 1 byte") }
    encoding = try FrameEncoding(field)
    guard encoding != .raw || length == plain else {
      throw lengthField.invalid(.indexInvalid, "\(plain), the plain length")
    }
    pieces = try Self.pieces(try field["pieces"], plain: plain)
  }

  private static func pieces(_ field: JSONField, plain: Int64) throws(Refusal) -> [Piece] {
    let elements = try field.array()
    guard elements.count <= BundleLimits.solidPieces else {
      throw Refusal(
        BundleReason.valueAboveLimit, field.place, seen: "\(elements.count) pieces",
        expected: "at most \(BundleLimits.solidPieces)")
    }
    guard elements.count < 2 || plain <= BundleLimits.solidPlain else {
      throw Refusal(
        BundleReason.valueAboveLimit, field.place, seen: "a solid frame of \(plain) bytes",
        expected: "at most \(BundleLimits.solidPlain)")
    }
    var pieces: [Piece] = []
    var end: Int64 = 0
    for element in elements {
      let piece = try Piece(element, from: end)
      // Both are below 2^53, so the sum is exact.
      end = piece.at + piece.length
      guard end <= plain, elements.count == 1 || piece.isWhole else {
        throw Refusal(
          BundleReason.indexInvalid, element.place,
          seen: "bytes \(piece.at) to \(end), part of a file of \(piece.of)",
          expected: "up to \(plain), and whole files where there are several")
      }
      pieces.append(piece)
    }
    guard end == plain else {
      throw Refusal(
        BundleReason.indexInvalid, field.place, seen: "pieces of \(end) bytes",
        expected: "\(plain), the whole frame")
    }
    return pieces
  }
}

extension IndexEntry.Piece {
  fileprivate init(_ field: JSONField, from end: Int64) throws(Refusal) {
    let all = 0...TrustLimits.jsonInteger
    at = try field["at"].integer(in: all)
    file = try field["file"].digest()
    from = try field["from"].integer(in: all)
    length = try field["length"].integer(in: 1...TrustLimits.jsonInteger)
    of = try field["of"].integer(in: 1...TrustLimits.jsonInteger)
    guard at == end else { throw try field["at"].invalid(.indexInvalid, "\(end)") }
    guard from <= of, length <= of - from else {
      throw try field["length"].invalid(.indexInvalid, "a part of \(of) bytes from \(from) on")
    }
  }
}

extension FrameEncoding {
  fileprivate init(_ field: JSONField) throws(Refusal) {
    let encoding = try field["encoding"]
    switch try encoding.string() {
    case "raw": self = .raw
    case "zstd": self = .zstd(window: try Self.window(field, in: BundleLimits.zstdWindows))
    case "zstd-ref":
      self = .reference(
        window: try Self.window(field, in: BundleLimits.referenceWindows),
        try FrameReference(try field["reference"]))
    case "zstd-add":
      self = .additive(
        window: try Self.window(field, in: BundleLimits.referenceWindows),
        try FrameReference(try field["reference"]))
    default:
      throw encoding.invalid(.encodingUnknown, "raw, zstd, zstd-ref or zstd-add")
    }
  }

  private static func window(
    _ field: JSONField, in range: ClosedRange<Int>
  ) throws(Refusal) -> Int {
    let field = try field["window"]
    let window = try field.integer(upTo: Int64(range.upperBound))
    guard window >= range.lowerBound else {
      throw field.invalid(.indexInvalid, "at least \(range.lowerBound)")
    }
    return Int(window)
  }
}

extension FrameReference {
  fileprivate init(_ field: JSONField) throws(Refusal) {
    file = try field["file"].digest()
    from = try field["from"].integer(in: 0...TrustLimits.jsonInteger)
    let lengthField = try field["length"]
    length = try lengthField.integer(upTo: BundleLimits.referenceLength)
    of = try field["of"].integer(in: 1...TrustLimits.jsonInteger)
    guard length >= 1, from <= of, length <= of - from else {
      throw lengthField.invalid(.indexInvalid, "a part of \(of) bytes from \(from) on")
    }
  }
}
