// SPDX-License-Identifier: Apache-2.0
import Intents
import TestKit
import Testing
import Trust

struct AgeTests {
  static func identity() throws -> AgeIdentity { try StockAge.identity() }

  static func seal(
    _ plain: [UInt8], to recipients: [AgeRecipient], pieces: Int = 100_000
  ) throws(Refusal) -> [UInt8] {
    var sealed: [UInt8] = []
    let sealer = try AgeSealer(to: recipients) { sealed += $0 }
    for start in stride(from: 0, to: plain.count, by: pieces) {
      let part = Array(plain[start..<min(start + pieces, plain.count)])
      do { try part.withUnsafeBytes { try sealer.write($0) } } catch let error as Refusal {
        throw error
      } catch {
        Issue.record("\(error)")
      }
    }
    try sealer.finish()
    return sealed
  }

  static func open(
    _ sealed: [UInt8], for identity: AgeIdentity, pieces: Int = 70_000
  ) throws(Refusal) -> [UInt8] {
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: pieces, alignment: 1)
    defer { buffer.deallocate() }
    var position = 0
    let opener = try AgeOpener(identity, named: "orders.tar.age") {
      let part = sealed[position..<min(position + pieces, sealed.count)]
      position += part.count
      buffer.copyBytes(from: part)
      return part.isEmpty ? nil : UnsafeRawBufferPointer(rebasing: buffer[..<part.count])
    }
    var plain: [UInt8] = []
    while let bytes = try opener.next() { plain += bytes }
    return plain
  }

  /// Bytes that differ at every place.
  static func pattern(_ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) }
  }

  @Test("an identity of age-keygen is read, and its recipient is written as age-keygen writes it")
  func keys() throws {
    let identity = try Self.identity()
    #expect(identity.recipient.description == StockAge.recipient)
    #expect(AgeRecipient(StockAge.recipient) == identity.recipient)
  }

  @Test(
    "a text that is not an age recipient is not taken for one",
    arguments: [
      "", "age1", "age", String(StockAge.recipient.dropLast()), StockAge.recipient + "q",
      StockAge.recipient.uppercased(), StockAge.recipient.replacing("c3g0", with: "c3g9"),
      StockAge.recipient.replacing("age1", with: "agf1"),
      "age1\u{e9}" + StockAge.recipient.dropFirst(5),
      StockAge.recipient.replacing("c3g0", with: "b3g0"),
    ])
  func falseRecipients(text: String) {
    #expect(AgeRecipient(text) == nil)
  }

  @Test(
    "what stock age sealed is opened",
    arguments: [(StockAge.hello, "hello, ship\n"), (StockAge.empty, "")])
  func stock(sealed: String, plain: String) throws {
    let bytes = try #require(Base64.decode(sealed))
    #expect(try Self.open(bytes, for: Self.identity()) == Array(plain.utf8))
    #expect(try Self.open(bytes, for: Self.identity(), pieces: 1) == Array(plain.utf8))
  }

  @Test(
    "what was sealed is opened, whatever its length",
    arguments: [0, 1, 65_535, 65_536, 65_537, 131_072, 1_048_575, 1_048_576, 1_048_577, 3_000_000])
  func roundTrip(length: Int) throws {
    let identity = try AgeIdentity.generate()
    let plain = Self.pattern(length)
    let sealed = try Self.seal(plain, to: [identity.recipient])
    #expect(try Self.open(sealed, for: identity) == plain)
    #expect(try Self.open(sealed, for: identity, pieces: 4_194_304) == plain)
    let chunks = max(1, (length + 65_535) / 65_536)
    #expect(sealed.count == 168 + 16 + length + 16 * chunks)
  }

  @Test("each of several recipients opens it, nobody else does")
  func recipients() throws {
    let identities = try (0..<3).map { _ in try AgeIdentity.generate() }
    let sealed = try Self.seal([1, 2, 3], to: identities.map(\.recipient))
    for identity in identities { #expect(try Self.open(sealed, for: identity) == [1, 2, 3]) }
    let stranger = try AgeIdentity.generate()
    let seen = refusal { () throws(Refusal) in _ = try Self.open(sealed, for: stranger) }
    #expect(seen?.code == "WB1202")
    #expect(seen?.exit == .wrongSite)
  }

  @Test("F16: no two sealings share a byte of key or nonce")
  func fresh() throws {
    let recipient = try AgeIdentity.generate().recipient
    let first = try Self.seal([1], to: [recipient])
    let second = try Self.seal([1], to: [recipient])
    #expect(first.count == second.count && first != second)
    #expect(first.suffix(33) != second.suffix(33))
  }

  @Test("M34: no flipped bit and no cut of a sealed file is opened")
  func damage() throws {
    let identity = try AgeIdentity.generate()
    let sealed = try Self.seal(Array("a small file".utf8), to: [identity.recipient])
    for index in sealed.indices {
      var bent = sealed
      bent[index] ^= 1 << UInt8(index % 8)
      let seen = refusal { () throws(Refusal) in _ = try Self.open(bent, for: identity) }
      #expect(["WB1014", "WB1202"].contains(seen?.code), "byte \(index)")
      let cut = refusal { () throws(Refusal) in
        _ = try Self.open(Array(sealed[..<index]), for: identity)
      }
      #expect(cut?.code == "WB1014", "cut at \(index)")
    }
    let longer = refusal { () throws(Refusal) in _ = try Self.open(sealed + [0], for: identity) }
    #expect(longer?.code == "WB1014")
  }

  @Test("M34: chunks that are swapped, dropped, doubled or cut at their border are not opened")
  func chunks() throws {
    let identity = try AgeIdentity.generate()
    let sealed = try Self.seal(Self.pattern(3 * 65_536), to: [identity.recipient])
    let start = sealed.count - 3 * 65_552
    let head = Array(sealed[..<start])
    let parts = (0..<3).map { Array(sealed[(start + $0 * 65_552)..<(start + ($0 + 1) * 65_552)]) }
    for order in [
      [1, 0, 2], [0, 2], [0, 1], [0, 0, 1, 2], [0, 1, 2, 2], [0, 1, 1, 2], [2], [],
    ] {
      let bent = head + order.flatMap { parts[$0] }
      let seen = refusal { () throws(Refusal) in _ = try Self.open(bent, for: identity) }
      #expect(seen?.code == "WB1014", "\(order)")
    }
  }

  @Test("a header that is not strict is refused", arguments: Header.cases)
  func header(header: Header) throws {
    let bytes = Array(header.text.utf8) + [UInt8](repeating: 7, count: 64)
    let identity = try Self.identity()
    let seen = refusal { () throws(Refusal) in _ = try Self.open(bytes, for: identity) }
    #expect(seen?.code == header.code)
  }

  @Test(
    "a header of more stanzas than stock age writes, or without an end, passes a limit",
    arguments: Header.large)
  func largeHeader(header: Header) throws {
    let identity = try Self.identity()
    let seen = refusal { () throws(Refusal) in
      _ = try Self.open(Array(header.text.utf8), for: identity)
    }
    #expect(seen?.code == TrustReason.ageHeaderTooLarge.code)
  }

  @Test(
    "P09: the key file of an identity gives it back to its passphrase, and to no other kind of key")
  func keyFile() throws {
    let identity = try AgeIdentity.generate()
    var file = try identity.keyFile(protectedBy: KeyFileTests.passphrase())
    let copy = file
    let open = try KeyFile(parsing: file, named: "site.x25519")
    #expect(open.keyid == "\(identity.recipient)" && open.keytype == .x25519 && open.isProtected)
    let again = try AgeIdentity.open(
      keyFile: &file, named: "site.x25519", passphrase: KeyFileTests.passphrase())
    #expect(again.recipient == identity.recipient)
    var other = copy
    let seen = refusal { () throws(Refusal) in
      _ = try SecretKey.open(
        keyFile: &other, named: "site.x25519", passphrase: KeyFileTests.passphrase())
    }
    #expect(seen?.code == "WB1005")
  }
}

/// A header and the code that it is refused with.
struct Header: CustomTestStringConvertible, Sendable {
  let testDescription: String
  let text: String
  let code: String

  private init(_ what: String, _ text: String, _ code: String = "WB1014") {
    testDescription = what
    self.text = text
    self.code = code
  }

  private static let share = String(repeating: "A", count: 43)
  private static let mac = "--- " + share + "\n"
  private static let version = "age-encryption.org/v1\n"
  private static let stanza = "-> other x\n\n"

  static let cases = [
    Header("another version", "age-encryption.org/v2\n" + stanza + mac),
    Header("CRLF", "age-encryption.org/v1\r\n" + stanza + mac),
    Header("no stanza", version + mac),
    Header("no blank behind the arrow", version + "->other x\n\n" + mac),
    Header("two blanks", version + "->  other\n\n" + mac),
    Header("a trailing blank", version + "-> other \n\n" + mac),
    Header("no body", version + "-> other x\n" + mac),
    Header("padding", version + "-> other x\nAAA=\n" + mac),
    Header("unused bits that are set", version + "-> other x\nAAB\n" + mac),
    Header("65 columns", version + "-> other x\n" + String(repeating: "A", count: 65) + "\n" + mac),
    Header("a short MAC", version + stanza + "--- " + share.dropLast() + "\n"),
    Header("no blank before the MAC", version + stanza + "---" + share + "\n"),
    Header("two shares", version + "-> X25519 \(share) more\n\n" + mac),
    Header("a point of low order", version + "-> X25519 \(share)\n" + share + "\n" + mac),
    Header("a short share", version + "-> X25519 \(share.dropLast())\n" + share + "\n" + mac),
    Header("only recipients of another type", version + stanza + mac, "WB1202"),
    Header("an escape code", "\u{1b}[31m\n"),
  ]

  static let large = [
    Header("21 stanzas", version + String(repeating: stanza, count: 21) + mac),
    Header("a line without end", version + "-> b\n" + String(repeating: "A", count: 20_000)),
  ]
}
