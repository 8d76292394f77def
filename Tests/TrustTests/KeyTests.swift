// SPDX-License-Identifier: Apache-2.0
import Intents
import TestKit
import Testing
import Trust

struct KeyTests {
  /// RFC 8032, 7.1, tests 1 to 3: seed, public key, message, signature.
  static let vectors: [(String, String, String, String)] = [
    (
      "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
      "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
      "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46b"
        + "d25bf5f0595bbe24655141438e7a100b"
    ),
    (
      "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
      "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
      "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c"
        + "387b2eaeb4302aeeb00d291612bb0c00"
    ),
    (
      "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
      "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
      "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc659"
        + "4a7c15e9716ed28dc027beceea1ec40a"
    ),
  ]

  @Test("a key signs as RFC 8032 says", arguments: vectors)
  func signs(seed: String, open: String, message: String, signature: String) throws {
    let seedBytes = try #require(Hex.decode(seed))
    let key = try SecretKey(seed: seedBytes)
    let text = try #require(Hex.decode(message))
    let openBytes = try #require(Hex.decode(open))
    #expect(key.publicKey.material == .ed25519(openBytes))
    #expect(key.sign(text) == Hex.decode(signature))
    #expect(key.publicKey.isValid(key.sign(text), over: text))
  }

  @Test("two fresh keys differ")
  func fresh() throws {
    #expect(try SecretKey.generate().id != SecretKey.generate().id)
    #expect(RandomID.generate() != RandomID.generate())
  }

  @Test("T30: low-order keys and non-canonical signatures are not valid")
  func edgeCases() throws {
    func bytes(_ hex: String) throws -> [UInt8] { try #require(Hex.decode(hex)) }
    let message = Array("message".utf8)
    let lowOrder = [
      "0100000000000000000000000000000000000000000000000000000000000000",
      "0000000000000000000000000000000000000000000000000000000000000000",
      "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
      "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    ]
    for hex in lowOrder {
      let key = try #require(PublicKey(ed25519: bytes(hex)))
      let zero = try bytes(hex + String(repeating: "0", count: 64))
      #expect(!key.isValid(zero, over: message))
      #expect(!key.isValid([UInt8](repeating: 0, count: 64), over: message))
    }
    let key = try PapersForge.key("a")
    var signature = key.sign(message)
    // S + L, the same point for a lax verifier.
    let order = try bytes("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010")
    var carry = 0
    for index in 0..<32 {
      let sum = Int(signature[32 + index]) + Int(order[index]) + carry
      signature[32 + index] = UInt8(truncatingIfNeeded: sum)
      carry = sum >> 8
    }
    #expect(!key.publicKey.isValid(signature, over: message))
    #expect(!key.publicKey.isValid([], over: message))
    #expect(!key.publicKey.isValid(key.sign(message) + [0], over: message))
  }

  @Test("T07: a key id that is not the SHA-256 of the key is refused with both values")
  func enforcedKeyID() throws {
    let key = try PapersForge.key("a").publicKey
    let other = try PapersForge.key("b").id.hex
    let refusal = refusal { () throws(Refusal) in
      _ = try PublicKey(JSONField(key.json, at: "keys"), listedAs: other)
    }
    #expect(refusal?.code == "WB1107")
    #expect(refusal?.seen == other)
    #expect(refusal?.expected == key.id.hex)
    #expect(try PublicKey(JSONField(key.json, at: "keys"), listedAs: key.id.hex) == key)
  }

  /// The id that securesystemslib gives the key of RFC 8032, test 1.
  @Test("a key id is the SHA-256 of canonical keytype, keyval and scheme")
  func keyID() throws {
    let open = Self.vectors[0].1
    let bytes = try #require(Hex.decode(open))
    let key = try #require(PublicKey(ed25519: bytes))
    let text =
      "{\"keytype\":\"ed25519\",\"keyval\":{\"public\":\"\(open)\"},\"scheme\":\"ed25519\"}"
    #expect(key.id.digest == .sha256(Array(text.utf8)))
  }

  @Test("T29: a key of an unknown type is kept and verifies nothing")
  func unknownType() throws {
    let json: JSONValue = [
      "keytype": "falcon", "scheme": "falcon-512", "keyval": ["public": "x"],
    ]
    let key = try PublicKey(JSONField(json, at: "keys"))
    #expect(key.material == .unknown(keytype: "falcon", scheme: "falcon-512"))
    #expect(!key.isSupported && !key.isValid([UInt8](repeating: 0, count: 64), over: []))
  }

  @Test("a seed of another length makes no key", arguments: [0, 31, 33])
  func seeds(count: Int) {
    let refusal = refusal { () throws(Refusal) in
      _ = try SecretKey(seed: [UInt8](repeating: 7, count: count))
    }
    #expect(refusal?.code == "WB7002")
  }

  @Test("one key signs on many threads at once")
  func threads() async throws {
    let key = try PapersForge.key("a")
    let expected = key.sign([1, 2, 3])
    await withTaskGroup(of: Bool.self) { group in
      for _ in 0..<8 {
        group.addTask { (0..<200).allSatisfy { _ in key.sign([1, 2, 3]) == expected } }
      }
      for await same in group { #expect(same) }
    }
  }
}
