// SPDX-License-Identifier: Apache-2.0
import Foundation
import Intents
import TestKit
import Testing
import Trust

struct MinisignTests {
  static let comment = "waybill: damage and mix-up check, never trust"
  static let trusted = "waybill fjord-3.out.000042 abc"
  static let file = Array("0123  papers.tar\n".utf8)

  static func key() throws -> MinisignSecretKey {
    let id = try #require(MinisignKeyID([1, 2, 3, 4, 5, 6, 7, 8]))
    return try MinisignSecretKey(seed: [UInt8](repeating: 9, count: 32), id: id)
  }

  static func signed() throws -> [UInt8] {
    try key().sign(file, untrustedComment: comment, trustedComment: trusted).encoded
  }

  @Test("a signature and a public key come back as they were written")
  func roundTrip() throws {
    let key = try Self.key()
    let signature = try MinisignSignature(parsing: Self.signed(), named: "SHA256SUMS.minisig")
    #expect(signature.trustedComment == Self.trusted)
    #expect(signature.encoded == (try Self.signed()))
    let open = try MinisignPublicKey(file: key.publicKey.file)
    #expect(open == key.publicKey && open.text.count == 56 && open.text.hasPrefix("RW"))
    #expect(try MinisignPublicKey(open.text) == open)
    try open.verify(signature, over: Self.file, untrustedComment: Self.comment)
  }

  @Test("M27: no flipped bit of a signature or of its file verifies")
  func flippedBits() throws {
    let key = try Self.key().publicKey
    let bytes = try Self.signed()
    let signature = try MinisignSignature(parsing: bytes, named: "s")
    for index in 0..<(bytes.count * 8) {
      var bent = bytes
      bent[index / 8] ^= 1 << UInt8(index % 8)
      #expect(throws: Refusal.self, "bit \(index)") {
        let read = try MinisignSignature(parsing: bent, named: "s")
        try key.verify(read, over: Self.file, untrustedComment: Self.comment)
      }
    }
    for index in 0..<(Self.file.count * 8) {
      var bent = Self.file
      bent[index / 8] ^= 1 << UInt8(index % 8)
      #expect(throws: Refusal.self) {
        try key.verify(signature, over: bent, untrustedComment: nil)
      }
    }
  }

  @Test("a signature that is not exactly four lines is refused")
  func shape() throws {
    let text = String(decoding: try Self.signed(), as: UTF8.self)
    let odd = [
      text + "\n", text + "x", String(text.dropLast()), "\n" + text,
      text.replacing("\n", with: "\r\n"),
      text.replacing("untrusted comment: ", with: "untrusted comment:"),
      text.replacing("\ntrusted comment: ", with: "\nTrusted comment: "), "", "\n\n\n\n",
      text.replacing("=\n", with: "\n"),
    ]
    for text in odd {
      let refusal = refusal { () throws(Refusal) in
        _ = try MinisignSignature(parsing: Array(text.utf8), named: "s")
      }
      let known = [TrustReason.malformedMinisign.code, TrustReason.unacceptableComment.code]
      #expect(known.contains(refusal?.code ?? ""), "\(text)")
    }
  }

  @Test(
    "M27: comments with control characters or marks of direction are refused",
    arguments: ["a\u{1b}[31m", "a\rb", "a\tb", "\u{7f}", "\u{9b}", "\u{202e}abc", "\u{2066}x"])
  func controlCharacters(comment: String) throws {
    let made = refusal { () throws(Refusal) in
      let id = MinisignKeyID([1, 2, 3, 4, 5, 6, 7, 8])
      guard let id else { return }
      let key = try MinisignSecretKey(seed: [UInt8](repeating: 9, count: 32), id: id)
      _ = try key.sign(Self.file, untrustedComment: "x", trustedComment: comment)
    }
    #expect(made?.code == "WB1118")
    let text = String(decoding: try Self.signed(), as: UTF8.self)
    let bent = text.replacing(Self.trusted, with: comment)
    let read = refusal { () throws(Refusal) in
      _ = try MinisignSignature(parsing: Array(bent.utf8), named: "s")
    }
    #expect(read?.code == "WB1118" && read?.exit == .untrusted)
  }

  @Test("T31: a legacy signature and that of another key are refused")
  func legacy() throws {
    let lines = String(decoding: try Self.signed(), as: UTF8.self).split(separator: "\n")
    var raw = try #require(Base64.decode(lines[1]))
    raw[1] = UInt8(ascii: "d")
    let text = [lines[0], Substring(Base64.encode(raw)), lines[2], lines[3]].joined(separator: "\n")
    let legacy = refusal { () throws(Refusal) in
      _ = try MinisignSignature(parsing: Array((text + "\n").utf8), named: "s")
    }
    #expect(legacy?.code == "WB1117")
    let other = try MinisignSecretKey.generate().publicKey
    let signature = try MinisignSignature(parsing: try Self.signed(), named: "s")
    let foreign = refusal { () throws(Refusal) in
      try other.verify(signature, over: Self.file, untrustedComment: nil)
    }
    #expect(foreign?.code == "WB1116")
  }
}

/// Against the stock program, where it is installed.
@Suite(.enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/minisign")))
struct MinisignInteropTests {
  private static func folder() throws -> URL {
    let folder = FileManager.default.temporaryDirectory.appending(
      path: "waybill-minisign-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    return folder
  }

  private static func minisign(_ arguments: String..., in folder: URL) throws -> Int32 {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/minisign")
    process.arguments = arguments
    process.currentDirectoryURL = folder
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    return process.terminationStatus
  }

  @Test("T36: minisign accepts what we sign and refuses a changed byte")
  func ours() throws {
    let folder = try Self.folder()
    defer { try? FileManager.default.removeItem(at: folder) }  // A left-over folder harms no test.
    try Data(try MinisignTests.key().publicKey.file).write(to: folder.appending(path: "k.pub"))
    try Data(MinisignTests.file).write(to: folder.appending(path: "f"))
    try Data(try MinisignTests.signed()).write(to: folder.appending(path: "f.minisig"))
    #expect(try Self.minisign("-V", "-p", "k.pub", "-m", "f", in: folder) == 0)
    let text = try MinisignTests.key().publicKey.text
    #expect(try Self.minisign("-V", "-P", text, "-m", "f", in: folder) == 0)
    try Data(MinisignTests.file + [0]).write(to: folder.appending(path: "f"))
    #expect(try Self.minisign("-V", "-p", "k.pub", "-m", "f", in: folder) != 0)
  }

  @Test("T36: we accept what minisign signs prehashed and refuse its legacy form")
  func theirs() throws {
    let folder = try Self.folder()
    defer { try? FileManager.default.removeItem(at: folder) }  // A left-over folder harms no test.
    #expect(try Self.minisign("-G", "-W", "-p", "k.pub", "-s", "k.sec", in: folder) == 0)
    try Data(MinisignTests.file).write(to: folder.appending(path: "f"))
    #expect(
      try Self.minisign(
        "-S", "-H", "-s", "k.sec", "-m", "f", "-c", "any", "-t", "trusted", in: folder) == 0)
    let key = try MinisignPublicKey(file: Array(Data(contentsOf: folder.appending(path: "k.pub"))))
    let signature = try MinisignSignature(
      parsing: Array(Data(contentsOf: folder.appending(path: "f.minisig"))), named: "f.minisig")
    try key.verify(signature, over: MinisignTests.file, untrustedComment: "any")
    #expect(signature.trustedComment == "trusted")
    #expect(try Self.minisign("-S", "-l", "-s", "k.sec", "-m", "f", in: folder) == 0)
    let legacy = try Data(contentsOf: folder.appending(path: "f.minisig"))
    #expect(throws: Refusal.self) {
      try MinisignSignature(parsing: Array(legacy), named: "f.minisig")
    }
  }
}
