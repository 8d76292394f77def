// SPDX-License-Identifier: Apache-2.0
import Bundles
import Intents
import SystemPackage
import Trust

/// Encodes and decodes the files of a new tree that differ from those of the same name in an old one.
struct Deltas {
  private let encoder: DeltaEncoder
  private let plainEncoder: FrameEncoder
  private let decoder: FrameDecoder
  private let effort: Effort
  private var tables = Stopwatch()
  private var encoding: [String: Stopwatch] = [:]
  private var decoding: [String: Stopwatch] = [:]

  /// Bytes of a frame, as an export cuts them.
  private static let frame = 16 << 20
  /// Shorter files travel in frames together, without a reference.
  private static let shortest = 65_536

  init(effort: Effort) throws {
    self.effort = effort
    encoder = try DeltaEncoder(effort: effort)
    plainEncoder = try FrameEncoder(level: effort.level)
    decoder = try FrameDecoder()
  }

  mutating func add(_ old: FilePath, _ new: FilePath) throws {
    guard let status = FileQuery.status(new), status.kind == .regular,
      status.length >= Deltas.shortest, FileQuery.status(old)?.kind == .regular
    else { return }
    let reference = try load(old)
    let file = try load(new)
    guard !reference.bytes.elementsEqual(file.bytes) else { return }
    let table = tables.measure(reference.count) { AnchorTable(reference, effort: effort) }
    let whole = FrameReference(
      file: .sha256([]), from: 0, length: Int64(reference.count), of: Int64(reference.count))
    for start in stride(from: 0, to: file.count, by: Deltas.frame) {
      let end = min(file.count, start + Deltas.frame)
      try frame(UnsafeRawBufferPointer(rebasing: file.bytes[start..<end]), reference, whole, table)
    }
  }

  private mutating func frame(
    _ part: UnsafeRawBufferPointer, _ reference: ReferenceBytes, _ whole: FrameReference,
    _ table: AnchorTable
  ) throws {
    var kept: (encoding: FrameEncoding, stored: [UInt8])?
    var watch = Stopwatch()
    try watch.measure(part.count) {
      let isMade = try encoder.encode(part, against: reference, whole, table: table) {
        kept = ($0, Array($1))
      }
      guard !isMade else { return }
      try plainEncoder.encode(part) { (encoding, stored) throws(Refusal) in
        kept = (encoding, Array(stored))
      }
    }
    guard let kept else { return }
    let name = kept.encoding.name
    encoding[name, default: Stopwatch()].join(watch, wrote: kept.stored.count)
    var other = Stopwatch()
    let isSame = try other.measure(part.count) {
      try kept.stored.withBytes { (stored) throws(Refusal) in
        try decoder.decode(
          stored, kept.encoding, plain: Int64(part.count),
          reference: kept.encoding.reference == nil ? nil : reference.bytes, named: name
        ) { (bytes) throws(Refusal) in bytes.elementsEqual(part) }
      }
    }
    precondition(isSame, "what comes out is what went in")
    decoding[name, default: Stopwatch()].join(other, wrote: 0)
  }

  var rows: [String] {
    [tables.row("anchors of the old file")]
      + encoding.sorted { $0.key < $1.key }.map { $0.value.row("encode \($0.key)") }
      + decoding.sorted { $0.key < $1.key }.map { $0.value.row("decode \($0.key)") }
  }

  private func load(_ path: FilePath) throws -> ReferenceBytes {
    let source = try FileSource(path)
    return try ReferenceBytes(count: Int(source.length)) { (buffer) throws(Refusal) in
      _ = try source.fill(buffer, at: 0)
    }
  }
}
