// SPDX-License-Identifier: Apache-2.0
private import CSodium
import Dispatch
import Intents
import Synchronization

/// The chunks behind the header (C2SP age, "Payload"): ChaCha20-Poly1305 over 64 KiB each, the nonce counting
/// up and marking the last. Many chunks at once go to two cores.
final class AgePayload: Sendable {
  static let plainChunk = 65_536
  static let tag = 16
  static let sealedChunk = plainChunk + tag
  static let nonceLength = 16
  private static let lanes = 2

  private let key: GuardedMemory

  init(_ fileKey: borrowing AgeFileKey, nonce: [UInt8]) throws(Refusal) {
    key = try fileKey.payloadKey(nonce: nonce)
  }

  /// Seals `plain`, whole chunks but for the last of all.
  ///
  /// - Parameters:
  ///   - sealed: has room for a tag for each chunk.
  ///   - first: the number of the first chunk.
  ///   - isEnd: whether the last chunk here is the last of the file; without bytes it is an empty one.
  /// - Returns: bytes in `sealed`.
  func seal(
    _ plain: UnsafeRawBufferPointer, into sealed: UnsafeMutableRawBufferPointer,
    first: UInt64, isEnd: Bool
  ) -> Int {
    let count = isEnd && plain.isEmpty ? 1 : Self.chunks(in: plain.count, of: Self.plainChunk)
    precondition(sealed.count >= plain.count + count * Self.tag, "room for every tag")
    let run = AgeRun(input: plain, output: sealed, first: first, end: isEnd ? count : nil)
    let isDone = key.read { key in
      let key = AgeChunkKey(bytes: key)
      return Self.forEach(count) { run.seal($0, under: key) }
    }
    precondition(isDone, "sealing cannot fail")
    return plain.count + count * Self.tag
  }

  /// Opens `sealed`, whole chunks but for the last of all.
  ///
  /// - Returns: bytes in `plain`; nil when a chunk is not what was sealed in its place.
  func open(
    _ sealed: UnsafeRawBufferPointer, into plain: UnsafeMutableRawBufferPointer, first: UInt64,
    isEnd: Bool
  ) -> Int? {
    let count = Self.chunks(in: sealed.count, of: Self.sealedChunk)
    let length = sealed.count - count * Self.tag
    // Only a file of no bytes at all has a chunk of none.
    let least = count == 1 ? 0 : (count - 1) * Self.plainChunk + 1
    guard count > 0, length >= least, plain.count >= length else { return nil }
    let run = AgeRun(input: sealed, output: plain, first: first, end: isEnd ? count : nil)
    let isWhole = key.read { key in
      let key = AgeChunkKey(bytes: key)
      return Self.forEach(count) { run.open($0, under: key) }
    }
    return isWhole ? length : nil
  }

  private static func chunks(in length: Int, of size: Int) -> Int { (length + size - 1) / size }

  /// Runs `body` for each chunk, on two lanes when that is worth it; whether all said true.
  private static func forEach(_ count: Int, _ body: @Sendable (_ index: Int) -> Bool) -> Bool {
    guard count >= 2 * lanes else { return (0..<count).allSatisfy(body) }
    let isWhole = Atomic(true)
    DispatchQueue.concurrentPerform(iterations: lanes) { lane in
      for index in stride(from: lane, to: count, by: lanes) where !body(index) {
        isWhole.store(false, ordering: .relaxed)
        return
      }
    }
    return isWhole.load(ordering: .relaxed)
  }
}

/// The key while it is lent. Unchecked because of the pointer: it is only read, and outlives the lanes.
private struct AgeChunkKey: @unchecked Sendable {
  let bytes: UnsafePointer<UInt8>
}

/// Chunks that lie one after the other in memory. Unchecked because of the pointers: each chunk is one lane's
/// alone, and both buffers outlive the lanes.
private struct AgeRun: @unchecked Sendable {
  let input: UnsafeRawBufferPointer
  let output: UnsafeMutableRawBufferPointer
  /// The number of the first chunk in its file.
  let first: UInt64
  /// How many chunks there are when the last of them ends the file.
  let end: Int?

  func seal(_ index: Int, under key: AgeChunkKey) -> Bool {
    let from = index * AgePayload.plainChunk
    guard let plain = input.bytes(at: from),
      let sealed = output.bytes(at: index * AgePayload.sealedChunk)
    else { return false }
    let length = min(AgePayload.plainChunk, input.count - from)
    return crypto_aead_chacha20poly1305_ietf_encrypt(
      sealed, nil, plain, UInt64(length), nil, 0, nil, nonce(index), key.bytes) == 0
  }

  func open(_ index: Int, under key: AgeChunkKey) -> Bool {
    let from = index * AgePayload.sealedChunk
    guard let sealed = input.bytes(at: from),
      let plain = output.bytes(at: index * AgePayload.plainChunk)
    else { return false }
    let length = min(AgePayload.sealedChunk, input.count - from)
    return crypto_aead_chacha20poly1305_ietf_decrypt(
      plain, nil, nil, sealed, UInt64(length), nil, 0, nonce(index), key.bytes) == 0
  }

  /// Eleven bytes that count up, then whether it is the last.
  private func nonce(_ index: Int) -> [UInt8] {
    let chunk = first + UInt64(index)
    return [0, 0, 0] + (0..<8).map { UInt8(truncatingIfNeeded: chunk >> (56 - 8 * UInt64($0))) }
      + [end == index + 1 ? 1 : 0]
  }
}

extension UnsafeRawBufferPointer {
  fileprivate func bytes(at offset: Int) -> UnsafePointer<UInt8>? {
    baseAddress.map { ($0 + offset).assumingMemoryBound(to: UInt8.self) }
  }
}

extension UnsafeMutableRawBufferPointer {
  fileprivate func bytes(at offset: Int) -> UnsafeMutablePointer<UInt8>? {
    baseAddress.map { ($0 + offset).assumingMemoryBound(to: UInt8.self) }
  }
}
