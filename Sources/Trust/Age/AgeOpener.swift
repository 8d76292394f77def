// SPDX-License-Identifier: Apache-2.0
package import Intents

/// Opens a stream that was sealed to `identity`, chunk by chunk: a byte is handed out once its chunk is known
/// to be what was sealed in its place. Holds 2 MiB.
package final class AgeOpener {
  /// The next sealed bytes; nil at their end, and again when asked again.
  package typealias Input = () throws(Refusal) -> UnsafeRawBufferPointer?

  private let name: String
  private let input: Input
  private let payload: AgePayload
  private let plain: UnsafeMutableRawBufferPointer
  private let sealed: UnsafeMutableRawBufferPointer
  private var rest = UnsafeRawBufferPointer(start: nil, count: 0)
  private var count = 0
  private var chunk: UInt64 = 0
  private var isOver = false

  private static let batch = 16
  private static let batchLength = batch * AgePayload.sealedChunk

  /// Reads the header.
  ///
  /// - Throws: `TrustReason.malformedAge` (10), `.ageHeaderTooLarge` (22), `.sealedToAnother` (12), or what
  ///   `input` throws.
  package init(
    _ identity: AgeIdentity, named name: String, input: @escaping Input
  ) throws(Refusal) {
    self.name = name
    self.input = input
    var start: [UInt8] = []
    var header: AgeHeader?
    while header.map({ start.count < $0.length + AgePayload.nonceLength }) ?? true {
      guard let bytes = try input() else {
        throw Refusal(
          TrustReason.malformedAge, name, seen: "an end after \(start.count) bytes",
          expected: "a header and \(AgePayload.nonceLength) bytes")
      }
      rest = bytes
      // Copied no further than a header may reach; the rest of the buffer is taken where it lies.
      let part = min(bytes.count, TrustLimits.ageHeader + AgePayload.nonceLength - start.count)
      start += bytes[..<part]
      rest = UnsafeRawBufferPointer(rebasing: bytes[part...])
      if header == nil { header = try AgeHeader(parsing: start, named: name) }
    }
    guard let header else { preconditionFailure("the loop ends with a header") }
    let end = header.length + AgePayload.nonceLength
    let key = try AgeFileKey.open(header, for: identity, named: name)
    payload = try AgePayload(key, nonce: Array(start[header.length..<end]))
    plain = .allocate(byteCount: Self.batch * AgePayload.plainChunk, alignment: 64)
    sealed = .allocate(byteCount: Self.batchLength + TrustLimits.ageHeader, alignment: 64)
    count = start.count - end
    start[end...].withUnsafeBytes { sealed.copyMemory(from: $0) }
  }

  deinit {
    plain.deallocate()
    sealed.deallocate()
  }

  /// The next plain bytes, never none; nil at the end.
  ///
  /// - Returns: memory that stays as it is until the next call.
  /// - Throws: `TrustReason.malformedAge` (10), or what `input` throws.
  package func next() throws(Refusal) -> UnsafeRawBufferPointer? {
    if isOver { return nil }
    // One byte beyond the batch tells that its last chunk is not the last of all.
    while count <= Self.batchLength {
      if rest.isEmpty {
        guard let bytes = try input() else {
          isOver = true
          break
        }
        rest = bytes
      }
      let part = min(rest.count, sealed.count - count)
      UnsafeMutableRawBufferPointer(rebasing: sealed[count...])
        .copyMemory(from: UnsafeRawBufferPointer(rebasing: rest[..<part]))
      count += part
      rest = UnsafeRawBufferPointer(rebasing: rest[part...])
    }
    return try isOver ? openRest() : openBatch()
  }

  private func openBatch() throws(Refusal) -> UnsafeRawBufferPointer {
    let opened = try open(0..<Self.batchLength, isEnd: false)
    let left = sealed[Self.batchLength..<count]
    UnsafeMutableRawBufferPointer(rebasing: sealed[..<left.count])
      .copyMemory(from: UnsafeRawBufferPointer(rebasing: left))
    count = left.count
    return opened
  }

  /// What is left fills a batch at most once and a half: a header may have brought some.
  private func openRest() throws(Refusal) -> UnsafeRawBufferPointer? {
    if count > Self.batchLength {
      isOver = false
      return try openBatch()
    }
    guard chunk == 0 || count > AgePayload.tag else { throw damaged("an empty last chunk") }
    let opened = try open(0..<count, isEnd: true)
    return opened.isEmpty ? nil : opened
  }

  private func open(_ range: Range<Int>, isEnd: Bool) throws(Refusal) -> UnsafeRawBufferPointer {
    let length = payload.open(
      UnsafeRawBufferPointer(rebasing: sealed[range]), into: plain, first: chunk, isEnd: isEnd)
    guard let length else {
      throw damaged("a chunk from \(chunk) on that does not open")
    }
    chunk += UInt64(Self.batch)
    return UnsafeRawBufferPointer(rebasing: plain[..<length])
  }

  private func damaged(_ seen: String) -> Refusal {
    Refusal(TrustReason.malformedAge, name, seen: seen, expected: "what was sealed")
  }
}
