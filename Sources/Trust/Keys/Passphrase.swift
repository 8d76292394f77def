// SPDX-License-Identifier: Apache-2.0
private import CSodium
private import Glibc
package import Intents
private import Synchronization

/// A passphrase in guarded memory, at most 1,024 bytes, at least one.
package final class Passphrase: Sendable {
  private struct Text: ~Copyable, Sendable {
    var memory: GuardedMemory
    var count: Int
    /// How often it may still be typed anew.
    var tries = 0
  }

  private let text: Mutex<Text>
  /// Has it typed anew; nil where nobody can.
  private let again: (@Sendable () throws(Refusal) -> Passphrase)?

  private init(
    _ text: consuming Text, again: (@Sendable () throws(Refusal) -> Passphrase)? = nil
  ) {
    self.text = Mutex(text)
    self.again = again
  }

  /// Reads from a file descriptor up to a newline, which is left out, or to the end; not a byte further.
  ///
  /// - Throws: `TrustReason.missingPassphrase` when nothing can be read or it is too long.
  package convenience init(reading descriptor: Int32) throws(Refusal) {
    var memory = try GuardedMemory(count: TrustLimits.passphrase)
    let count = try memory.write { (buffer) throws(Refusal) -> Int in
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
    self.init(Text(memory: memory, count: count))
  }

  /// Takes and wipes bytes that lie in an array already, as those of a terminal prompt or a test do.
  ///
  /// - Throws: `TrustReason.missingPassphrase` when there are none or too many.
  package convenience init(wiping bytes: inout [UInt8]) throws(Refusal) {
    defer { wipe(&bytes) }
    guard (1..<TrustLimits.passphrase).contains(bytes.count) else {
      throw Passphrase.missing("\(bytes.count) bytes")
    }
    var memory = try GuardedMemory(count: TrustLimits.passphrase)
    memory.write { $0.update(from: bytes, count: bytes.count) }
    self.init(Text(memory: memory, count: bytes.count))
  }

  /// One that a person types; where it opens nothing it is typed anew (P09).
  ///
  /// - Parameters:
  ///   - tries: how often in all.
  ///   - typing: asks the person; told whether what was typed before opened nothing.
  package convenience init(
    tries: Int, typing: @escaping @Sendable (_ isAgain: Bool) throws(Refusal) -> Passphrase
  ) throws(Refusal) {
    var first = try typing(false).copied()
    first.tries = tries - 1
    self.init(first) { () throws(Refusal) in try typing(true) }
  }

  private func copied() throws(Refusal) -> Text {
    var copy = Text(memory: try GuardedMemory(count: TrustLimits.passphrase), count: 0)
    text.withLock { text in
      copy.count = text.count
      text.memory.read { own in
        copy.memory.write { $0.update(from: own, count: TrustLimits.passphrase) }
      }
    }
    return copy
  }

  /// Has it typed anew, for all that hold it.
  ///
  /// - Returns: false when nobody can, or did often enough.
  func isTypedAnew() throws(Refusal) -> Bool {
    guard let again, text.withLock({ $0.tries > 0 }) else { return false }
    let fresh = try again()
    try text.withLock { (text) throws(Refusal) in
      var next = try fresh.copied()
      next.tries = text.tries - 1
      text = next
    }
    return true
  }

  /// The 32 bytes that Argon2id makes of this passphrase and a salt of 16 bytes.
  ///
  /// - Throws: `TrustReason.noGuardedMemory` when the `bytes` of working memory cannot be had.
  func key(salt: [UInt8], passes: Int64, memory bytes: Int64) throws(Refusal) -> GuardedMemory {
    var key = try GuardedMemory(count: 32)
    let own = try copied()
    let status = key.write { key in
      own.memory.read { text in
        text.withMemoryRebound(to: CChar.self, capacity: own.count) { text in
          crypto_pwhash(
            key, 32, text, UInt64(own.count), salt, UInt64(passes), Int(bytes),
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
  package func matches(_ other: Passphrase) throws(Refusal) -> Bool {
    let mine = try copied()
    let theirs = try other.copied()
    let isEqual = mine.memory.read { own in
      theirs.memory.read { sodium_memcmp(own, $0, TrustLimits.passphrase) == 0 }
    }
    return isEqual && mine.count == theirs.count
  }

  private static func missing(_ seen: String) -> Refusal {
    Refusal(
      TrustReason.missingPassphrase, "passphrase", seen: seen,
      expected: "1 to \(TrustLimits.passphrase - 1) bytes")
  }
}
