// SPDX-License-Identifier: Apache-2.0
private import CSodium
private import Glibc
package import Intents

/// A passphrase in guarded memory, at most 1,024 bytes, at least one.
package final class Passphrase: Sendable {
  private let memory: GuardedMemory
  private let count: Int

  /// Reads from a file descriptor up to a newline, which is left out, or to the end; not a byte further.
  ///
  /// - Throws: `TrustReason.missingPassphrase` when nothing can be read or it is too long.
  package init(reading descriptor: Int32) throws(Refusal) {
    var memory = try GuardedMemory(count: TrustLimits.passphrase)
    count = try memory.write { (buffer) throws(Refusal) -> Int in
      var count = 0
      while count < TrustLimits.passphrase {
        let got = Glibc.read(descriptor, buffer + count, 1)
        if got < 0, errno == EINTR { continue }
        guard got >= 0 else {
          throw Passphrase.missing("descriptor \(descriptor): \(String(cString: strerror(errno)))")
        }
        if got == 0 || buffer[count] == UInt8(ascii: "\n") { break }
        count += 1
      }
      guard count < TrustLimits.passphrase else {
        throw Passphrase.missing("\(count) bytes or more")
      }
      guard count > 0 else { throw Passphrase.missing("nothing") }
      return count
    }
    self.memory = memory
  }

  /// Takes and wipes bytes that lie in an array already, as those of a terminal prompt or a test do.
  ///
  /// - Throws: `TrustReason.missingPassphrase` when there are none or too many.
  package init(wiping bytes: inout [UInt8]) throws(Refusal) {
    defer { wipe(&bytes) }
    guard (1..<TrustLimits.passphrase).contains(bytes.count) else {
      throw Passphrase.missing("\(bytes.count) bytes")
    }
    var memory = try GuardedMemory(count: TrustLimits.passphrase)
    memory.write { $0.update(from: bytes, count: bytes.count) }
    count = bytes.count
    self.memory = memory
  }

  /// Whether `other` is the same, in a time that does not depend on where they differ.
  package func isEqual(to other: Passphrase) -> Bool {
    memory.read { own in
      other.memory.read { sodium_memcmp(own, $0, TrustLimits.passphrase) == 0 }
    }
  }

  /// The 32 bytes that Argon2id makes of this passphrase and a salt of 16 bytes.
  ///
  /// - Throws: `TrustReason.noGuardedMemory` when the `bytes` of working memory cannot be had.
  func key(salt: [UInt8], passes: Int64, memory bytes: Int64) throws(Refusal) -> GuardedMemory {
    var key = try GuardedMemory(count: 32)
    let status = key.write { key in
      memory.read { text in
        text.withMemoryRebound(to: CChar.self, capacity: count) { text in
          crypto_pwhash(
            key, 32, text, UInt64(count), salt, UInt64(passes), Int(bytes),
            crypto_pwhash_alg_argon2id13())
        }
      }
    }
    guard status == 0 else {
      throw Refusal(
        TrustReason.noGuardedMemory, "Argon2id", seen: "\(status)", expected: "\(bytes) bytes")
    }
    return key
  }

  /// Whether both are the same; takes as long whatever they hold.
  package func matches(_ other: Passphrase) -> Bool {
    guard count == other.count else { return false }
    return memory.read { own in
      other.memory.read { sodium_memcmp(own, $0, count) == 0 }
    }
  }

  private static func missing(_ seen: String) -> Refusal {
    Refusal(
      TrustReason.missingPassphrase, "passphrase", seen: seen,
      expected: "1 to \(TrustLimits.passphrase - 1) bytes")
  }
}
