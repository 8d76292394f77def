// SPDX-License-Identifier: Apache-2.0
import Intents
import SystemPackage
import TestKit
import Testing
import Trust

/// The list of digests, its signature and the courier key.
@Suite struct CourierSignatureTests {
  let medium: CourierMedium

  init() throws { medium = try CourierMedium() }

  private func changed(_ name: String, _ edit: (inout [UInt8]) -> Void) throws -> FilePath {
    let file = name
    return try medium.copy("changed-\(try Files.names(in: medium.loop.scratch.path).count)") {
      scratch, folder in
      try medium.loop.change("\(scratch[folder].string)/\(file)", edit)
    }
  }

  @Test func M25_anAlteredListIsDamageAndAnAlteredSignatureIsUntrusted() throws {
    let list = try changed("SHA256SUMS") { $0.replaceByte(in: 1, at: 3, 48, 49) }
    try medium.expect(10, "WB1040", "SHA256SUMS: wrong for", on: list)
    try medium.expect(10, "WB1040", on: list, key: medium.key)
    let noList = try changed("SHA256SUMS") { $0 = Array("hello".utf8) }
    try medium.expect(10, "WB1040", on: noList)

    let clean = try medium.bytes("SHA256SUMS.minisig")
    let edits: [(String, (inout [UInt8]) -> Void)] = [
      ("WB1115", { $0.replaceByte(in: 1, at: 40) }), ("WB1115", { $0.replaceByte(in: 3, at: 40) }),
      ("WB1192", { $0 = Array("no signature".utf8) }), ("WB1192", { $0 = [] }),
      ("WB1192", { $0.removeLast() }), ("WB1192", { $0 += [10] }),
      ("WB1192", { $0 = [UInt8](repeating: 0xFF, count: 300) }),
      ("WB1118", { $0[25] ^= 1 }),
    ]
    for (code, edit) in edits {
      let copy = try changed("SHA256SUMS.minisig", edit)
      try medium.expect(0, nil, "origin not checked", on: copy)
      let run = try medium.expect(11, code, on: copy, key: medium.key)
      // Every byte is as it was listed; only who listed it is not known.
      #expect(run.list("bundles").first?.member("undamaged") == true)
      try Files.remove(copy)
    }
    #expect(try medium.bytes("SHA256SUMS.minisig") == clean)
  }

  @Test func M26_aMissingSignatureIsUntrustedWhenAKeyIsGiven() throws {
    let without = try medium.copy("without") { scratch, folder in
      try Files.remove(scratch["\(folder)/SHA256SUMS.minisig"])
    }
    try medium.expect(11, "WB1190", on: without, key: medium.key)
    try medium.expect(0, nil, "SHA256SUMS.minisig is missing", "origin not checked", on: without)
    #expect(
      try medium.show(without).contains("undamaged as listed; origin not checked"))
    // A return has none, with the key too.
    let loop = medium.loop
    try loop.expectDone(try loop.site("fjord-3", "import", medium.clean.string))
    let back = FilePath(try loop.medium("back"))
    try loop.back(back.string)
    let run = try medium.expect(0, nil, "origin not checked", on: back, key: medium.key)
    #expect(run.list("bundles").first?.member("notes") == [])
  }

  @Test func M27_anEditedTrustedCommentIsRefusedAndShownEscaped() throws {
    let edited = try changed("SHA256SUMS.minisig") { bytes in
      let text = String(decoding: bytes, as: UTF8.self)
      bytes = Array(text.replacing("fjord-3.out.000001", with: "oslo-2.out.000001").utf8)
    }
    try medium.expect(11, "WB1115", "trusted comment", on: edited, key: medium.key)
    try medium.expect(0, nil, on: edited)
  }

  @Test(arguments: [
    ("\u{1B}[31mall is well", "\\u{1b}[31mall is well", "WB1118"),
    ("waybill\rfjord-3", "waybill\\u{d}fjord-3", "WB1118"),
    ("\u{202E}gpj.exe", "\\u{202e}gpj.exe", "WB1118"),
    ("waybill oslo-2.out.000001 00", "waybill oslo-2.out.000001 00", "WB1191"),
  ])
  func M27_aSignedCommentThatIsNotOursIsRefusedAndShownEscaped(
    comment: String, shown: String, code: String
  ) throws {
    let (signature, key) = try signed(try medium.bytes("SHA256SUMS"), comment: comment)
    let copy = try changed("SHA256SUMS.minisig") { $0 = signature }
    try medium.expect(11, code, on: copy, key: key)
    let text = try medium.show(copy, "--key", key)
    #expect(text.contains(shown), "\(text)")
    #expect(!text.contains(comment) || comment == shown)
  }

  @Test func aSignatureOfAnotherKeyOrBundleIsUntrusted() throws {
    let (signature, key) = try signed(
      try medium.bytes("SHA256SUMS"), comment: "waybill fjord-3.out.000001 00")
    try medium.expect(11, "WB1116", on: medium.clean, key: key)
    let copy = try changed("SHA256SUMS.minisig") { $0 = signature }
    try medium.expect(11, "WB1116", on: copy, key: medium.key)
  }

  @Test func aKeyThatCannotBeUsedIsAMatterOfUsage() throws {
    let file = try medium.loop.scratch.write("no.pub", "no key\n")
    for key in [file.string, medium.loop.scratch["nowhere.pub"].string, "RWQ"] {
      try medium.expect(64, "WB6490", on: medium.clean, key: key)
    }
    let written = medium.loop.scratch["courier.pub"].string
    try medium.loop.expectDone(try medium.loop.centre("key", "courier", "--to", written))
    try medium.expect(0, nil, on: medium.clean, key: written)
  }

  /// A minisign signature over `file` with any comment, also one that our own signer would not write.
  private func signed(
    _ file: [UInt8], comment: String
  ) throws -> (bytes: [UInt8], key: String) {
    let seed = [UInt8](repeating: 7, count: 32)
    let id = try #require(MinisignKeyID(Array(1...8)))
    let signer = try MinisignSecretKey(seed: seed, id: id)
    let clean = try signer.sign(
      file, untrustedComment: "waybill: damage and mix-up check, never trust", trustedComment: "x")
    var lines = String(decoding: clean.encoded, as: UTF8.self).split(separator: "\n").map(
      String.init)
    let signature = try #require(Base64.decode(lines[1])).dropFirst(10)
    let global = try SecretKey(seed: seed).sign(Array(signature) + Array(comment.utf8))
    lines[2] = "trusted comment: \(comment)"
    lines[3] = Base64.encode(global)
    return (Array((lines.joined(separator: "\n") + "\n").utf8), signer.publicKey.text)
  }
}

extension [UInt8] {
  /// Puts another letter in place of one of line `line`, from 0.
  fileprivate mutating func replaceByte(
    in line: Int, at column: Int, _ first: UInt8 = 65, _ second: UInt8 = 66
  ) {
    var start = 0
    for _ in 0..<line { start = (self[start...].firstIndex(of: 10) ?? 0) + 1 }
    self[start + column] = self[start + column] == first ? second : first
  }
}
