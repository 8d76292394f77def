// SPDX-License-Identifier: Apache-2.0
package import Intents

/// Makes frames against references. One for each thread.
package final class DeltaEncoder {
  private let zstd: ZstdCompressor
  private let effort: Effort
  private var streams = ScratchMemory()
  private var first = ScratchMemory()
  private var second = ScratchMemory()

  package init(effort: Effort) throws(Refusal) {
    zstd = try ZstdCompressor()
    self.effort = effort
  }

  /// Hands the smallest stored form that the effort allows to `body`; nil when a plain frame is as good.
  ///
  /// - Parameters:
  ///   - plain: 1 to `BundleLimits.framePlain` bytes.
  ///   - table: of the reference's range; nil where bytes are compressed already and shift by bits, not by bytes.
  ///   - body: gets memory that is gone when it returns.
  package func encode(
    _ plain: UnsafeRawBufferPointer, against bytes: ReferenceBytes, _ reference: FrameReference,
    table: AnchorTable?, _ body: (FrameEncoding, UnsafeRawBufferPointer) throws(Refusal) -> Void
  ) throws(Refusal) -> Bool {
    precondition(Int64(bytes.count) == reference.length, "the reference has its length")
    let alignment = table.map { Alignment(of: plain, to: $0, effort) }
    var best: (encoding: FrameEncoding, stored: UnsafeRawBufferPointer)?
    if let alignment, alignment.isWorthWhile(of: plain.count),
      let stored = try additive(plain, alignment, bytes.bytes)
    {
      best = (
        .additive(window: try DeltaEncoder.window(of: stored), reference), stored
      )
    }
    if best == nil || effort.triesAll {
      let room = best?.stored.count ?? plain.count - (plain.count + 63) / 64
      let target = second.lend(room)
      if let count = try zstd.compress(
        plain, level: effort.level, after: bytes.bytes, into: target)
      {
        let stored = UnsafeRawBufferPointer(rebasing: target[..<count])
        best = (
          .reference(window: try ZstdFrame(stored, named: "frame").windowLog, reference), stored
        )
      }
    }
    guard let best else { return false }
    try body(best.encoding, best.stored)
    return true
  }

  /// Control, differences and literals, each as a Zstandard frame, one behind the other.
  private func additive(
    _ plain: UnsafeRawBufferPointer, _ alignment: Alignment, _ reference: UnsafeRawBufferPointer
  ) throws(Refusal) -> UnsafeRawBufferPointer? {
    guard alignment.operations.count <= BundleLimits.additiveOperations else { return nil }
    let control = AdditiveControl.encoded(alignment.operations)
    guard control.count <= BundleLimits.additiveControl else { return nil }
    let memory = streams.lend(plain.count)
    let differences = UnsafeMutableRawBufferPointer(rebasing: memory[..<alignment.copied])
    let literals = UnsafeMutableRawBufferPointer(rebasing: memory[alignment.copied...])
    alignment.split(plain, reference, differences, literals)
    let target = first.lend(plain.count)
    var length = 0
    let head: Int? = try control.withBytes { (control) throws(Refusal) in
      try zstd.compress(control, level: effort.level, into: target)
    }
    guard let head else { return nil }
    length += head
    let prefix = UnsafeRawBufferPointer(rebasing: reference.suffix(effort.literalPrefix))
    for (stream, prefix) in [(differences, nil), (literals, prefix)] {
      let room = UnsafeMutableRawBufferPointer(rebasing: target[length...])
      guard
        let count = try zstd.compress(
          UnsafeRawBufferPointer(stream), level: effort.level, after: prefix, into: room)
      else { return nil }
      length += count
    }
    return UnsafeRawBufferPointer(rebasing: target[..<length])
  }

  private static func window(of stored: UnsafeRawBufferPointer) throws(Refusal) -> Int {
    try AdditiveStreams(stored, named: "frame").all.map(\.frame.windowLog).max() ?? 0
  }
}

extension Alignment {
  /// Whether so much lies over the reference that differences beat references to runs.
  func isWorthWhile(of plain: Int) -> Bool { copied >= plain / 2 }

  /// Fills the two streams: differences of what lies over the reference, and the rest as it is.
  func split(
    _ plain: UnsafeRawBufferPointer, _ reference: UnsafeRawBufferPointer,
    _ differences: UnsafeMutableRawBufferPointer, _ literals: UnsafeMutableRawBufferPointer
  ) {
    var (at, cursor, difference, literal) = (0, 0, 0, 0)
    for operation in operations {
      subtract(
        UnsafeRawBufferPointer(rebasing: plain[at..<at + operation.copied]),
        UnsafeRawBufferPointer(rebasing: reference[cursor..<cursor + operation.copied]),
        into: UnsafeMutableRawBufferPointer(
          rebasing: differences[difference..<difference + operation.copied]))
      at += operation.copied
      difference += operation.copied
      UnsafeMutableRawBufferPointer(rebasing: literals[literal..<literal + operation.literal])
        .copyMemory(from: UnsafeRawBufferPointer(rebasing: plain[at..<at + operation.literal]))
      at += operation.literal
      literal += operation.literal
      cursor += operation.copied + operation.seek
    }
  }

  private func subtract(
    _ new: UnsafeRawBufferPointer, _ old: UnsafeRawBufferPointer,
    into target: UnsafeMutableRawBufferPointer
  ) {
    guard let new = new.baseAddress, let old = old.baseAddress, let out = target.baseAddress
    else { return }
    for index in 0..<target.count {
      out.storeBytes(of: new.byte(index) &- old.byte(index), toByteOffset: index, as: UInt8.self)
    }
  }
}
