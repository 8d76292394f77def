// SPDX-License-Identifier: Apache-2.0
package import Intents

/// Decodes frames, one after the other, each in one step into memory of exactly its plain length. The stored
/// bytes must be verified before they come here.
package final class FrameDecoder {
  private let zstd: ZstdDecompressor
  private var buffer = ScratchMemory()
  private var streams = ScratchMemory()

  package init() throws(Refusal) { zstd = try ZstdDecompressor() }

  /// Hands the plain bytes of a frame to `body`.
  ///
  /// - Parameters:
  ///   - plain: length that the index lists, 1 to `BundleLimits.framePlain`.
  ///   - reference: the range that the encoding names, verified; nil where it names none.
  ///   - name: what the frame is, for refusals.
  ///   - body: gets memory that is gone when it returns.
  /// - Throws: `frameForbidden` (22) for a window, dictionary, skippable or second frame; `frameDamaged` (10)
  ///   when the bytes are not that frame.
  package func decode<Value>(
    _ stored: UnsafeRawBufferPointer, _ encoding: FrameEncoding, plain: Int64,
    reference: UnsafeRawBufferPointer? = nil, named name: String,
    _ body: (UnsafeRawBufferPointer) throws(Refusal) -> Value
  ) throws(Refusal) -> Value {
    guard (1...BundleLimits.framePlain).contains(plain) else {
      throw Refusal(
        BundleReason.valueAboveLimit, name, seen: "\(plain) plain bytes",
        expected: "1 to \(BundleLimits.framePlain)")
    }
    guard Int64(reference?.count ?? 0) == encoding.reference?.length ?? 0 else {
      throw damaged(
        name, "\(reference?.count ?? 0) bytes of reference",
        "\(encoding.reference?.length ?? 0)")
    }
    let count = Int(plain)
    switch encoding {
    case .raw:
      guard stored.count == count else { throw damaged(name, "\(stored.count) bytes", "\(plain)") }
      return try body(stored)
    case .zstd(let window):
      try ZstdFrame(stored, named: name)
        .check(stored, plain: count, window: min(window, BundleLimits.zstdWindows.upperBound), name)
      return try body(try decompress(stored, count, after: nil, name))
    case .reference(let window, _):
      try ZstdFrame(stored, named: name).check(stored, plain: count, window: window, name)
      return try body(try decompress(stored, count, after: reference, name))
    case .additive(let window, _):
      let streams = try AdditiveStreams(stored, named: name)
      return try body(try decode(streams, window, count, reference, name))
    }
  }

  private func decompress(
    _ stored: UnsafeRawBufferPointer, _ count: Int, after prefix: UnsafeRawBufferPointer?,
    _ name: String
  ) throws(Refusal) -> UnsafeRawBufferPointer {
    let target = buffer.lend(count)
    try zstd.decompress(stored, after: prefix, into: target, named: name)
    return UnsafeRawBufferPointer(target)
  }

  /// All lengths are checked against each other before a byte of the frame is made (H34).
  private func decode(
    _ parts: AdditiveStreams, _ window: Int, _ plain: Int, _ reference: UnsafeRawBufferPointer?,
    _ name: String
  ) throws(Refusal) -> UnsafeRawBufferPointer {
    guard let reference else { throw damaged(name, "no reference", "a reference") }
    let control = try parts.control.length(upTo: BundleLimits.additiveControl)
    let differences = try parts.differences.length(upTo: plain)
    let literals = try parts.literals.length(upTo: plain - differences)
    guard differences + literals == plain else {
      throw damaged(name, "\(differences) and \(literals) bytes", "\(plain) in both")
    }
    for part in parts.all { try part.frame.checkForm(window: window, part.name) }
    let memory = streams.lend(control + plain)
    let controlBytes = UnsafeMutableRawBufferPointer(rebasing: memory[..<control])
    let differenceBytes = UnsafeMutableRawBufferPointer(
      rebasing: memory[control..<control + differences])
    let literalBytes = UnsafeMutableRawBufferPointer(rebasing: memory[(control + differences)...])
    try zstd.decompress(parts.control.stored, into: controlBytes, named: parts.control.name)
    let steps = try AdditiveControl(
      parsing: UnsafeRawBufferPointer(controlBytes), plain: plain, reference: reference.count,
      named: name)
    guard steps.copied == differences else {
      throw damaged(name, "\(differences) bytes of differences", "\(steps.copied)")
    }
    try zstd.decompress(
      parts.differences.stored, into: differenceBytes, named: parts.differences.name)
    try zstd.decompress(
      parts.literals.stored, after: reference, into: literalBytes, named: parts.literals.name)
    let target = buffer.lend(plain)
    steps.join(
      UnsafeRawBufferPointer(differenceBytes), UnsafeRawBufferPointer(literalBytes), reference,
      into: target)
    return UnsafeRawBufferPointer(target)
  }

  private func damaged(_ name: String, _ seen: String, _ expected: String) -> Refusal {
    Refusal(BundleReason.frameDamaged, name, seen: seen, expected: expected)
  }
}
