// SPDX-License-Identifier: Apache-2.0
import Intents
import TestKit
import Testing
import Trust

/// ECDSA P-256 and RSA-PSS keys, which repositories of others use. T05, T25, T29, T30.
struct OtherKeyTests {
  static let message = Array("waybill".utf8)

  static func key(
    _ keytype: String, _ scheme: String, _ pem: String, rules: KeyRules = .papers
  ) throws(Refusal) -> PublicKey {
    let json: JSONValue = [
      "keytype": .string(keytype), "scheme": .string(scheme), "keyval": ["public": .string(pem)],
    ]
    return try PublicKey(JSONField(json, at: "key"), rules: rules)
  }

  @Test("keys and signatures of securesystemslib are taken, under its ids")
  func securesystemslib() throws {
    let ecdsa = try Self.key("ecdsa", "ecdsa-sha2-nistp256", KeyVectors.ecdsa)
    let older = try Self.key("ecdsa-sha2-nistp256", "ecdsa-sha2-nistp256", KeyVectors.ecdsa)
    let rsa = try Self.key("rsa", "rsassa-pss-sha256", KeyVectors.rsa)
    #expect(ecdsa.id.hex == KeyVectors.ecdsaID && rsa.id.hex == KeyVectors.rsaID)
    for (key, hex) in [
      (ecdsa, KeyVectors.ecdsaSignature), (older, KeyVectors.ecdsaSignature),
      (rsa, KeyVectors.rsaSignature),
    ] {
      let signature = try #require(Hex.decode(hex))
      #expect(key.isValid(signature, over: Self.message))
      #expect(!key.isValid(signature, over: Self.message + [0]))
      for index in signature.indices {
        var changed = signature
        changed[index] ^= 1 << UInt8(index % 8)
        #expect(!key.isValid(changed, over: Self.message), "byte \(index)")
      }
      for count in 0..<min(signature.count, 80) {
        #expect(!key.isValid(Array(signature.prefix(count)), over: Self.message))
      }
      #expect(!key.isValid(signature + [0], over: Self.message))
    }
  }

  @Test("T05: one key in two spellings is one key", arguments: [true, false])
  func spellings(isECDSA: Bool) throws {
    let (one, other) =
      isECDSA
      ? (
        try Self.key("ecdsa", "ecdsa-sha2-nistp256", KeyVectors.ecdsa),
        try Self.key("ecdsa-sha2-nistp256", "ecdsa-sha2-nistp256", "\n" + KeyVectors.ecdsa + "\n")
      )
      : (
        try Self.key("rsa", "rsassa-pss-sha256", KeyVectors.rsa),
        try Self.key("rsa", "rsassa-pss-sha256", KeyVectors.rsaPKCS1)
      )
    #expect(one.id != other.id && one.material == other.material && one.isSameKey(as: other))
    let hex = isECDSA ? KeyVectors.ecdsaSignature : KeyVectors.rsaSignature
    let signature = try #require(Hex.decode(hex))
    var tally = SignatureTally(threshold: 2)
    tally.count(one, signature, over: Self.message)
    tally.count(other, signature, over: Self.message)
    #expect(tally.found == 1 && !tally.isMet)
  }

  @Test("T30: RSA signatures with another salt, mask or padding are not valid")
  func otherPadding() throws {
    let key = try Self.key("rsa", "rsassa-pss-sha256", KeyVectors.rsa)
    for (what, hex) in KeyVectors.otherRSASignatures {
      let signature = try #require(Hex.decode(hex))
      #expect(signature.count == 256 && !key.isValid(signature, over: Self.message), "\(what)")
    }
  }

  @Test("T30: an ECDSA signature is taken in strict DER alone")
  func oddDER() throws {
    let key = try Self.key("ecdsa", "ecdsa-sha2-nistp256", KeyVectors.ecdsa)
    let der = try #require(Hex.decode(KeyVectors.ecdsaSignature))
    let r = Array(der[4..<4 + Int(der[3])])
    let s = Array(der[(6 + r.count)...])
    func sequence(_ r: [UInt8], _ s: [UInt8]) -> [UInt8] {
      let body = [2, UInt8(r.count)] + r + [2, UInt8(s.count)] + s
      return [0x30, UInt8(body.count)] + body
    }
    #expect(sequence(r, s) == der && key.isValid(der, over: Self.message))
    let zero = [UInt8](repeating: 0, count: 1)
    let raw = (r + s).filter { _ in true }
    let odd: [(String, [UInt8])] = [
      ("a leading zero", sequence([0] + r, s)), ("r is 0", sequence(zero, s)),
      ("s is 0", sequence(r, zero)), ("both are 0", sequence(zero, zero)),
      ("both are 1", sequence([1], [1])), ("no r", sequence([], s)),
      ("a long length", [0x30, 0x81] + der.dropFirst()),
      ("an open length", [0x30, 0x80] + der[2...] + [0, 0]),
      ("bytes behind", der + [0]), ("a third number", [0x30, der[1] + 3] + der[2...] + [2, 1, 1]),
      ("a set", [0x31] + der.dropFirst()), ("the plain numbers", raw), ("nothing", []),
      ("r and s swapped", sequence(s, r)), ("negative", sequence([0xFF] + r.dropFirst(), s)),
    ]
    for (what, signature) in odd {
      #expect(!key.isValid(signature, over: Self.message), "\(what)")
    }
  }

  @Test("a key that its type cannot read is refused in our papers, and signs nothing elsewhere")
  func unreadable() throws {
    let keys = [
      ("ecdsa", "ecdsa-sha2-nistp256", KeyVectors.p384), ("ecdsa", "ecdsa-sha2-nistp256", ""),
      ("ecdsa", "ecdsa-sha2-nistp256", KeyVectors.rsa),
      ("rsa", "rsassa-pss-sha256", KeyVectors.rsa1024),
      ("rsa", "rsassa-pss-sha256", KeyVectors.ecdsa), ("rsa", "rsassa-pss-sha256", "RSA"),
      ("ed25519", "ed25519", String(repeating: "0", count: 63)),
      ("ed25519", "ed25519", KeyVectors.ecdsa),
    ]
    for (keytype, scheme, public_) in keys {
      let refused = refusal { () throws(Refusal) in _ = try Self.key(keytype, scheme, public_) }
      #expect(refused?.code == "WB1002", "\(keytype), \(public_)")
      let key = try Self.key(keytype, scheme, public_, rules: .repository)
      #expect(!key.isSupported && !key.isValid([1, 2, 3], over: Self.message))
    }
  }

  @Test(
    "a type with another scheme is unknown",
    arguments: [
      ("rsa", "rsa-pkcs1v15-sha256"), ("rsa", "rsassa-pss-sha512"),
      ("ecdsa", "ecdsa-sha2-nistp384"),
      ("ed25519", "ed25519ph"), ("ecdsa-sha2-nistp384", "ecdsa-sha2-nistp256"),
    ])
  func unknownScheme(keytype: String, scheme: String) throws {
    let key = try Self.key(keytype, scheme, KeyVectors.rsa)
    #expect(key.material == .unknown(keytype: keytype, scheme: scheme))
  }

  @Test("a repository signed with any of the kinds of keys is taken", arguments: 0...3)
  func repository(kind: Int) throws {
    let kinds: [any TestSigner] = [
      try PapersForge.key("any"), ECDSASigner(), ECDSASigner(keytype: "ecdsa-sha2-nistp256"),
      RSASigner(),
    ]
    var forge = try RepositoryForge()
    let client = try SimulatedClient(of: forge)
    try forge.hand("*", to: "a")
    for role in RepositoryForge.topLevel + ["a"] {
      forge.signers[role] = .init(
        [kinds[kind], try PapersForge.key("second \(role)")], threshold: 2)
    }
    forge.targets["a"] = ["x": [1]]
    try forge.addRoot(before: [try PapersForge.key("repository root")])
    try client.repository.publish(forge)
    #expect(client.search("x") == "done")
  }

  @Test("our papers too may be signed with ECDSA or RSA keys", arguments: [true, false])
  func papers(isECDSA: Bool) throws {
    let signer: any TestSigner = isECDSA ? ECDSASigner() : RSASigner()
    var centre = try PapersForge()
    var site = try ReadingSite(of: centre)
    centre.edits[.root] = { root in
      let keys = (root.member("keys") ?? [:]).setting(signer.keyid, to: signer.json)
      return root.setting("keys", to: keys)
        .setting("roles timestamp keyids", to: .array([.string(signer.keyid)]))
    }
    try centre.addRoot()
    let file = try MetadataFile(parsing: centre.papers().timestamp, named: "timestamp.json")
    for (message, code) in [(file.signedBytes + [32], "WB1101"), (file.signedBytes, "done")] {
      let signature = Hex.encode(signer.signature(over: message))
      let signed: JSONValue = [
        "signatures": [["keyid": .string(signer.keyid), "sig": .string(signature)]],
        "signed": file.signed.value,
      ]
      let papers = try PapersMetadata.changing(
        centre, "timestamp.json", to: signed.encoded, named: "timestamp.json")
      #expect(site.take(papers).code == code)
    }
  }

  @Test(
    "T25: signatures that are missing, empty, malformed or false count as none", arguments: 0...6)
  func badSignatures(kind: Int) throws {
    let kinds: [JSONValue] = [
      "", "zz", "00", .string(String(repeating: "0", count: 128)), .null, 7,
      .string(KeyVectors.ecdsaSignature.uppercased()),
    ]
    for other in [try PapersForge.key("other"), ECDSASigner(), RSASigner()] as [any TestSigner] {
      for (threshold, code) in [(Int64(1), "done"), (2, "WB1101")] {
        for role in ["timestamp", "snapshot", "targets"] {
          var forge = try RepositoryForge()
          let client = try SimulatedClient(of: forge)
          forge.signers[role]?.keys.append(other)
          forge.signers[role]?.threshold = threshold
          forge.fileEdits[role] = { file in
            guard case .array(var signatures)? = file.member("signatures") else { return file }
            signatures[1] = signatures[1].setting("sig", to: kinds[kind])
            return file.setting("signatures", to: .array(signatures))
          }
          try forge.addRoot()
          #expect(try client.refresh(forge) == code, "\(role)")
          forge.fileEdits[role] = { file in
            guard case .array(let signatures)? = file.member("signatures") else { return file }
            return file.setting("signatures", to: .array(Array(signatures.prefix(1))))
          }
          forge.bump(role)
          #expect(try client.refresh(forge) == code, "\(role)")
        }
      }
    }
  }

  @Test("T29: keys of unknown types do no harm where the threshold is met without them")
  func unknownTypes() throws {
    for (threshold, code) in [(Int64(1), "done"), (2, "WB1602"), (3, "WB1602"), (4, "WB1101")] {
      var forge = try RepositoryForge()
      let client = try SimulatedClient(of: forge)
      forge.signers["timestamp"]?.keys += [UnknownSigner(name: "a"), UnknownSigner(name: "b")]
      forge.signers["timestamp"]?.threshold = threshold
      try forge.addRoot()
      #expect(try client.refresh(forge) == code, "\(threshold)")
    }
  }

  @Test("T29: in our papers two keys of one unknown type are two keys")
  func unknownTwins() throws {
    let keys = try ["a", "b"].map { name throws(Refusal) in
      try PublicKey(JSONField(UnknownSigner(name: name).json, at: "key"))
    }
    var centre = try PapersForge()
    let site = try ReadingSite(of: centre)
    centre.edits[.root] = { root in
      var table = root.member("keys") ?? [:]
      guard case .array(var ids)? = root.member("roles targets keyids") else { return root }
      for key in keys {
        table = table.setting(key.id.hex, to: key.json)
        ids.append(.string(key.id.hex))
      }
      return root.setting("keys", to: table).setting("roles targets keyids", to: .array(ids))
        .setting("roles targets threshold", to: 3)
    }
    try centre.addRoot()
    var reading = site
    let result = try reading.take(centre)
    #expect(result.state.root.version == 2 && result.code == "WB1101")
  }

  @Test("T31: a minisign signature is not counted for metadata")
  func minisign() throws {
    let seed = [UInt8](repeating: 7, count: 32)
    let id = try #require(MinisignKeyID(Array(1...8)))
    let courier = try MinisignSecretKey(seed: seed, id: id)
    var forge = try RepositoryForge()
    forge.signers["timestamp"] = .init([try SecretKey(seed: seed)])
    try forge.addRoot()
    let client = try SimulatedClient(of: forge)
    #expect(client.refresh() == "done")
    let bytes = try #require(forge.files()["timestamp.json"])
    let text = try courier.sign(bytes, untrustedComment: "x", trustedComment: "x").encoded
    let lines = String(decoding: text, as: UTF8.self).split(separator: "\n")
    let signature = try #require(Base64.decode(lines[1]))
    forge.versions["timestamp"] = 2
    forge.fileEdits["timestamp"] = { file in
      guard case .array(var signatures)? = file.member("signatures") else { return file }
      signatures[0] = signatures[0].setting(
        "sig", to: .string(Hex.encode(Array(signature.suffix(64)))))
      return file.setting("signatures", to: .array(signatures))
    }
    #expect(try client.refresh(forge) == "WB1101")
  }
}

/// A key of a type that only a later version knows.
private struct UnknownSigner: TestSigner {
  let name: String
  var json: JSONValue {
    ["keytype": "falcon", "scheme": "falcon-512", "keyval": ["public": .string(name)]]
  }
  func signature(over message: [UInt8]) -> [UInt8] { [1] }
}
