// SPDX-License-Identifier: Apache-2.0
import Intents
import TestKit
import Trust

/// Sound inputs, each made by the writer that the programs use. The same each time.
enum Samples {
  static let site = known(SiteID("fjord-3"))
  static let now = known(Instant("2026-11-01T00:00:00Z"))
  static let random = known(RandomID("000102030405060708090a0b0c0d0e0f"))
  static let digest = Digest.sha256(Array("sample".utf8))

  /// What a sample is made of is well formed.
  static func known<Value>(_ value: Value?) -> Value {
    guard let value else { preconditionFailure("a sample is made of sound values") }
    return value
  }

  static var courier: MinisignSecretKey {
    get throws {
      let id = known(MinisignKeyID(Array(1...8)))
      return try MinisignSecretKey(seed: Digest.sha256(Array("courier".utf8)).bytes, id: id)
    }
  }

  /// The open part of key files: without a secret, and with checksums that `checked` adds.
  static let keyFiles: [[UInt8]] = {
    let open: [(String, JSONValue)] = [
      ("_type", "waybill-key"), ("format", 1), ("public", .string(digest.hex)),
    ]
    let plain: [(String, JSONValue)] = [
      ("encryption", "none"), ("keytype", "ed25519"), ("keyid", .string(digest.hex)),
    ]
    let sealed: [(String, JSONValue)] = [
      ("encryption", "argon2id-xchacha20poly1305"), ("keytype", "minisign"),
      ("keyid", "0102030405060708"), ("memory", .integer(TrustLimits.argonMemory)),
      ("passes", .integer(TrustLimits.argonPasses)), ("salt", .string(random.text)),
      ("nonce", .string(String(repeating: "0b", count: 24))),
      ("ciphertext", .string(String(repeating: "0c", count: 48))),
    ]
    return [plain, sealed].map { JSONValue.object(JSONObject(open + $0)).encoded }
  }()
}
