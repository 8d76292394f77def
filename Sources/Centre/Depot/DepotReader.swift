// SPDX-License-Identifier: Apache-2.0
import Bundles
import GRDB
import Intents
import Trust

/// Reads files back out of the depot, any range of them. One for each thread.
final class DepotReader {
  private let depot: Depot
  private let decoder: FrameDecoder
  /// What is known of the file read last.
  private var last: (file: Digest, form: Form)?

  private enum Form {
    case original(FileSource)
    case frames([Depot.Frame])
  }

  init(_ depot: Depot) throws(Refusal) {
    self.depot = depot
    decoder = try FrameDecoder()
  }

  /// Fills `target` with the bytes from `offset` on.
  ///
  /// - Throws: `CentreReason.depotDamaged`.
  func read(
    _ file: Digest, from offset: Int64, into target: UnsafeMutableRawBufferPointer
  ) throws(Refusal) {
    switch try form(of: file) {
    case .original(let source):
      let count = try source.fill(target, at: offset)
      guard count == target.count else {
        throw damaged(source.name, "\(offset + Int64(count)) bytes", "more")
      }
    case .frames(let frames):
      try read(frames, from: offset, into: target)
    }
  }

  /// Refuses a file that is kept as it came and has other bytes now. Frames are hashed whenever they are read.
  func verify(_ file: Digest) throws(Refusal) {
    guard case .original = try form(of: file) else { return }
    try scan(file) { (_) throws(Refusal) in }
  }

  /// The same for a file whose bytes were all read just now.
  func verify(_ file: Digest, read bytes: UnsafeRawBufferPointer) throws(Refusal) {
    guard case .original(let source) = try form(of: file) else { return }
    let seen = Digest.sha256(bytes)
    guard seen == file else { throw damaged(source.name, seen.hex, file.hex) }
  }

  /// Hands on all bytes of a file in their order, and refuses in the end one that has other bytes now.
  func scan(
    _ file: Digest, _ body: (UnsafeRawBufferPointer) throws(Refusal) -> Void
  ) throws(Refusal) {
    switch try form(of: file) {
    case .original(let source):
      var hash = SHA256Stream()
      let stream = SourceStream(source)
      while let bytes = try stream.next() {
        hash.update(bytes)
        try body(bytes)
      }
      let seen = hash.finalize()
      guard seen == file else { throw damaged(source.name, seen.hex, file.hex) }
    case .frames(let frames):
      for frame in frames {
        guard let piece = frame.pieces.first(where: { $0.file == file }) else { continue }
        try depot.withPlain(frame, by: decoder) { (plain) throws(Refusal) in
          try body(
            UnsafeRawBufferPointer(
              rebasing: plain[Int(piece.at)..<Int(piece.at + piece.length)]))
        }
      }
    }
  }

  private func form(of file: Digest) throws(Refusal) -> Form {
    if let last, last.file == file { return last.form }
    let (length, frames) = try depot.ledger.read { database in
      let length = try Depot.original(file, in: database)
      return (length, length == nil ? try Depot.frames(of: file, in: database) : nil)
    }
    let form: Form
    if length != nil {
      form = .original(try FileSource(depot.path(ofOriginal: file)))
    } else if let frames {
      form = .frames(frames)
    } else {
      throw damaged("depot", "no whole copy of file \(file)", "frames or the file itself")
    }
    last = (file, form)
    return form
  }

  private func read(
    _ frames: [Depot.Frame], from offset: Int64, into target: UnsafeMutableRawBufferPointer
  ) throws(Refusal) {
    let end = offset + Int64(target.count)
    for frame in frames {
      guard let piece = frame.pieces.first, piece.from < end, piece.from + piece.length > offset
      else { continue }
      try depot.withPlain(frame, by: decoder) { (plain) throws(Refusal) in
        let from = max(offset, piece.from)
        let count = Int(min(end, piece.from + piece.length) - from)
        let start = Int(piece.at + from - piece.from)
        UnsafeMutableRawBufferPointer(rebasing: target[Int(from - offset)...])
          .copyMemory(from: UnsafeRawBufferPointer(rebasing: plain[start..<start + count]))
      }
    }
  }

  private func damaged(_ place: String, _ seen: String, _ expected: String) -> Refusal {
    Refusal(CentreReason.depotDamaged, place, seen: seen, expected: expected)
  }
}

extension Depot {
  /// Lends the plain bytes of a frame that stands alone.
  func withPlain<Value>(
    _ frame: Frame, by decoder: FrameDecoder,
    _ body: (UnsafeRawBufferPointer) throws(Refusal) -> Value
  ) throws(Refusal) -> Value {
    try stored(frame).withBytes { (stored) throws(Refusal) in
      try decoder.decode(
        stored, frame.encoding, plain: frame.plain, named: "frame \(frame.digest)", body)
    }
  }
}
