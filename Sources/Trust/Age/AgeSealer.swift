// SPDX-License-Identifier: Apache-2.0
package import Intents

/// Seals a stream to one or more recipients (age v1, C2SP age). Every run draws fresh keys and nonces: what was
/// interrupted is started anew, never continued. Holds 2 MiB.
package final class AgeSealer {
  package typealias Output = (UnsafeRawBufferPointer) throws(Refusal) -> Void

  private let payload: AgePayload
  private let output: Output
  private let plain: UnsafeMutableRawBufferPointer
  private let sealed: UnsafeMutableRawBufferPointer
  private var count = 0
  private var chunk: UInt64 = 0

  private static let batch = 16

  /// Writes the header at once.
  package init(to recipients: [AgeRecipient], output: @escaping Output) throws(Refusal) {
    precondition(
      (1...TrustLimits.ageStanzas).contains(recipients.count), "sealed to one at least")
    let key = try AgeFileKey.generate()
    let nonce = RandomBytes.generate(count: AgePayload.nonceLength)
    payload = try AgePayload(key, nonce: nonce)
    self.output = output
    plain = .allocate(byteCount: Self.batch * AgePayload.plainChunk, alignment: 64)
    sealed = .allocate(byteCount: Self.batch * AgePayload.sealedChunk, alignment: 64)
    let header = try key.header(for: recipients) + nonce
    sealed.copyBytes(from: header)
    try output(UnsafeRawBufferPointer(rebasing: sealed[..<header.count]))
  }

  deinit {
    plain.deallocate()
    sealed.deallocate()
  }

  package func write(_ bytes: UnsafeRawBufferPointer) throws(Refusal) {
    var rest = bytes
    while !rest.isEmpty {
      // A full batch waits for the next byte: it may hold the last chunk.
      if count == plain.count { try flush(isEnd: false) }
      let part = min(rest.count, plain.count - count)
      UnsafeMutableRawBufferPointer(rebasing: plain[count...])
        .copyMemory(from: UnsafeRawBufferPointer(rebasing: rest[..<part]))
      count += part
      rest = UnsafeRawBufferPointer(rebasing: rest[part...])
    }
  }

  /// The most plain bytes of which no more than `length` come to lie on the medium.
  package static func plainLength(within length: Int64, recipients: Int) -> Int64 {
    // A stanza is 54 characters of type and share and 44 of body; the rest is 22 and 48, and the nonce.
    let head = Int64(22 + 98 * recipients + 48 + AgePayload.nonceLength)
    let chunk = Int64(AgePayload.sealedChunk)
    let whole = max(0, length - head) / chunk
    let rest = max(0, (length - head) % chunk - Int64(AgePayload.tag))
    return whole * Int64(AgePayload.plainChunk) + rest
  }

  /// Seals what is left; nothing can be written afterwards.
  package func finish() throws(Refusal) { try flush(isEnd: true) }

  private func flush(isEnd: Bool) throws(Refusal) {
    let length = payload.seal(
      UnsafeRawBufferPointer(rebasing: plain[..<count]), into: sealed, first: chunk, isEnd: isEnd)
    chunk += UInt64(Self.batch)
    count = 0
    try output(UnsafeRawBufferPointer(rebasing: sealed[..<length]))
  }
}
