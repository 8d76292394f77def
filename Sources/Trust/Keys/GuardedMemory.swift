// SPDX-License-Identifier: Apache-2.0
private import CSodium
import Intents
private import Synchronization

/// The one-time start of libsodium; every use of it in this module comes after `start`.
enum Sodium {
  private static let isReady = sodium_init() >= 0

  /// Cheap after the first call, and safe from any thread.
  static func start() { precondition(isReady, "libsodium found no source of randomness") }
}

/// Bytes between guard pages, locked into memory, readable only inside `read` and writable only inside
/// `write`, wiped when released (libsodium, "Secure memory").
///
/// Unchecked because of the pointer: it has one owner, `write` is exclusive by the rules of the language, and
/// `gate` lets one thread at a time change the protection of the page and read.
struct GuardedMemory: ~Copyable, @unchecked Sendable {
  private let base: UnsafeMutableRawPointer
  private let gate = Mutex(())
  let count: Int

  /// `count` zero bytes, at least one.
  ///
  /// - Throws: `TrustReason.noGuardedMemory`.
  init(count: Int) throws(Refusal) {
    precondition(count > 0, "guarded memory of no bytes")
    Sodium.start()
    guard let base = sodium_malloc(count) else {
      throw Refusal(
        TrustReason.noGuardedMemory, "secret", seen: "none", expected: "\(count) bytes")
    }
    sodium_memzero(base, count)
    sodium_mprotect_noaccess(base)
    self.base = base
    self.count = count
  }

  deinit { sodium_free(base) }

  /// Lends `count` bytes for reading.
  borrowing func read<Result, Failure: Error>(
    _ body: (UnsafePointer<UInt8>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    var result: Result?
    try gate.withLock { (_) throws(Failure) in
      sodium_mprotect_readonly(base)
      defer { sodium_mprotect_noaccess(base) }
      result = try body(UnsafePointer(base.assumingMemoryBound(to: UInt8.self)))
    }
    guard let result else { preconditionFailure("a body that does not throw returns") }
    return result
  }

  /// Lends `count` bytes for writing.
  mutating func write<Result, Failure: Error>(
    _ body: (UnsafeMutablePointer<UInt8>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    sodium_mprotect_readwrite(base)
    defer { sodium_mprotect_noaccess(base) }
    return try body(base.assumingMemoryBound(to: UInt8.self))
  }
}

/// Overwrites `bytes` with zeros in a way that no optimiser removes; the array must not be shared.
func wipe(_ bytes: inout [UInt8]) {
  bytes.withUnsafeMutableBytes { buffer in
    if let base = buffer.baseAddress { sodium_memzero(base, buffer.count) }
  }
}
