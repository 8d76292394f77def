// SPDX-License-Identifier: Apache-2.0
import Bundles
import Foundation
import Intents
import SystemPackage
import TestKit
import Trust

/// A passphrase and a secret that tests know, looked for in everything that programs leave behind (P10).
enum Canary {
  static let phrase = "Kanarienvogel 7Q"
  private static let seed = Digest.sha256(Array("a secret that sings".utf8)).bytes

  static var key: SecretKey { get throws { try SecretKey(seed: seed) } }

  /// The key's file, protected by the passphrase.
  static var keyFile: [UInt8] {
    get throws {
      var bytes = Array(phrase.utf8)
      return try key.keyFile(protectedBy: try Passphrase(wiping: &bytes))
    }
  }

  /// Names of files below `folder` that hold a form of what is secret.
  ///
  /// - Parameter more: further secrets, as they would be written.
  static func leaks(in folder: FilePath, more: [String] = []) throws -> [String] {
    let plain =
      [
        Array(phrase.utf8), seed, Array(hex(seed).utf8), Array(Base64.encode(seed).utf8),
      ] + more.map { Array($0.utf8) }
    // As strace writes bytes: \x4b\x61…
    let traced = plain.map { $0.flatMap { Array("\\x\(hex([$0]))".utf8) } }
    let forms = (plain + traced).map { Data($0) }
    return try Files.tree(folder).filter { _, bytes in
      forms.contains { Data(bytes).range(of: $0) != nil }
    }.keys.sorted()
  }

  private static func hex(_ bytes: [UInt8]) -> String {
    bytes.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
  }
}
