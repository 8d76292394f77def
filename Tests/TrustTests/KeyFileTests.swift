// SPDX-License-Identifier: Apache-2.0
import Glibc
import Intents
import TestKit
import Testing
import Trust

struct KeyFileTests {
  static func passphrase(_ text: String = "correct horse") throws(Refusal) -> Passphrase {
    var bytes = Array(text.utf8)
    return try Passphrase(wiping: &bytes)
  }

  @Test("a protected key file gives the key back to its passphrase and shows its public part")
  func protected() throws {
    let key = try PapersForge.key("a")
    var file = try key.keyFile(protectedBy: Self.passphrase())
    let open = try KeyFile(parsing: file, named: "a.key")
    #expect(open.keyid == key.id.hex && open.isProtected && open.keytype == .ed25519)
    let again = try SecretKey.open(keyFile: &file, named: "a.key", passphrase: Self.passphrase())
    #expect(again.sign([1]) == key.sign([1]))
    #expect(try key.keyFile(protectedBy: Self.passphrase()) != file)
  }

  @Test("P09: a wrong passphrase is told from a damaged file")
  func wrongPassphrase() throws {
    var file = try PapersForge.key("a").keyFile(protectedBy: Self.passphrase())
    let wrong = refusal { () throws(Refusal) in
      _ = try SecretKey.open(
        keyFile: &file, named: "a.key", passphrase: Self.passphrase("incorrect horse"))
    }
    #expect(wrong?.code == "WB6401")
    let missing = refusal { () throws(Refusal) in
      _ = try SecretKey.open(keyFile: &file, named: "a.key", passphrase: nil)
    }
    #expect(missing?.code == "WB6402")
  }

  @Test("P09: no changed byte of a protected key file is taken for a wrong passphrase")
  func flippedBytes() throws {
    let file = try PapersForge.key("a").keyFile(protectedBy: Self.passphrase())
    for index in file.indices {
      var bent = file
      bent[index] ^= 1 << UInt8(index % 8)
      let refusal = refusal { () throws(Refusal) in _ = try KeyFile(parsing: bent, named: "a.key") }
      #expect(
        [.damaged, .unsupported, .limitExceeded].contains(refusal?.exit), "byte \(index)")
    }
  }

  @Test("P09: no changed byte of an unprotected key file opens it, and its secret is wiped")
  func unprotected() throws {
    let key = try PapersForge.key("a")
    let file = try key.unprotectedKeyFile()
    var copy = file
    let again = try SecretKey.open(
      keyFile: &copy, named: "a.key", passphrase: nil, unprotected: .allowedInRehearsal)
    #expect(again.id == key.id)
    #expect(copy != file && String(decoding: copy, as: UTF8.self).contains("\"secret\":\"000000"))
    for index in file.indices {
      var bent = file
      bent[index] ^= 1 << UInt8(index % 8)
      #expect(throws: Refusal.self, "byte \(index)") {
        try SecretKey.open(
          keyFile: &bent, named: "a.key", passphrase: nil, unprotected: .allowedInRehearsal)
      }
    }
  }

  @Test("an unprotected key file is refused outside a rehearsal")
  func production() throws {
    var file = try PapersForge.key("a").unprotectedKeyFile()
    let refusal = refusal { () throws(Refusal) in
      _ = try SecretKey.open(keyFile: &file, named: "a.key", passphrase: Self.passphrase())
    }
    #expect(refusal?.code == "WB6403")
  }

  @Test("T31: a minisign key file is no TUF key file, nor the other way round")
  func separateKinds() throws {
    let id = try #require(MinisignKeyID([1, 2, 3, 4, 5, 6, 7, 8]))
    let minisign = try MinisignSecretKey(seed: [UInt8](repeating: 7, count: 32), id: id)
    var file = try minisign.keyFile(protectedBy: Self.passphrase())
    var tuf = try PapersForge.key("a").keyFile(protectedBy: Self.passphrase())
    let passphrase = try Self.passphrase()
    let first = #expect(throws: Refusal.self) {
      try SecretKey.open(keyFile: &file, named: "m", passphrase: passphrase)
    }
    let second = #expect(throws: Refusal.self) {
      try MinisignSecretKey.open(keyFile: &tuf, named: "t", passphrase: passphrase)
    }
    #expect([first?.code, second?.code] == ["WB1005", "WB1005"])
    let again = try MinisignSecretKey.open(keyFile: &file, named: "m", passphrase: passphrase)
    #expect(again.publicKey == minisign.publicKey)
  }

  @Test("a newer key file is unsupported, not damaged")
  func newerFormat() throws {
    let text = "{\"_type\":\"waybill-key\",\"format\":2,\"encryption\":\"none\"}"
    let refusal = refusal { () throws(Refusal) in
      _ = try KeyFile(parsing: Array(text.utf8), named: "a.key")
    }
    #expect(refusal?.code == "WB1603")
  }

  @Test(
    "a passphrase is read from a descriptor up to its newline",
    arguments: [("open sesame\nrest", true), ("open sesame", true), ("", false), ("\n", false)])
  func descriptor(text: String, isTaken: Bool) throws {
    var ends: [Int32] = [0, 0]
    #expect(pipe(&ends) == 0)
    defer { close(ends[0]) }
    let bytes = Array(text.utf8)
    #expect(write(ends[1], bytes, bytes.count) == bytes.count)
    close(ends[1])
    guard isTaken else {
      #expect(throws: Refusal.self) { try Passphrase(reading: ends[0]) }
      return
    }
    let passphrase = try Passphrase(reading: ends[0])
    var file = try PapersForge.key("a").keyFile(protectedBy: passphrase)
    #expect(throws: Never.self) {
      try SecretKey.open(keyFile: &file, named: "a", passphrase: Self.passphrase("open sesame"))
    }
    var rest = [UInt8](repeating: 0, count: 8)
    #expect(read(ends[0], &rest, 8) == (text.hasSuffix("rest") ? 4 : 0))
  }
}
