// SPDX-License-Identifier: Apache-2.0
import Intents
import TestKit
import Testing
import Trust

struct EnvelopeTests {
  static let payload = Array("{\"a\":1}".utf8)

  /// From the DSSE specification, "Test vectors".
  @Test("the pre-authentication encoding is that of the specification")
  func encoding() {
    let bytes = Envelope.preAuthenticationEncoding(
      Array("hello world".utf8), type: "http://example.com/HelloWorld")
    #expect(bytes == Array("DSSEv1 29 http://example.com/HelloWorld 11 hello world".utf8))
  }

  @Test("a signed envelope gives its payload to who holds the key")
  func roundTrip() throws {
    let key = try PapersForge.key("a")
    let envelope = Envelope.sign(payload: Self.payload, by: [key])
    let read = try Envelope(parsing: envelope.encoded, named: "report.dsse.json")
    #expect(try read.verified(by: [key.publicKey]) == Self.payload)
    #expect(read.payloadDigest == .sha256(Self.payload))
    #expect(read.encoded == envelope.encoded)
  }

  @Test("T25: a threshold counts distinct keys, and what is false or foreign is not counted")
  func threshold() throws {
    let (a, b, c) = try (PapersForge.key("a"), PapersForge.key("b"), PapersForge.key("c"))
    let known = [a.publicKey, b.publicKey]
    let envelope = Envelope.sign(payload: Self.payload, by: [a, c])
    let short = refusal { () throws(Refusal) in
      _ = try envelope.verified(by: known, threshold: 2)
    }
    #expect(short?.code == "WB1101" && short?.seen == "1 of 2")
    let both = envelope.adding(signatureBy: b)
    #expect(try both.verified(by: known, threshold: 2) == Self.payload)
    #expect(throws: Refusal.self) { try both.verified(by: known, threshold: 0) }
  }

  @Test("H23: another payload type is refused")
  func otherType() throws {
    let key = try PapersForge.key("a")
    let envelope = Envelope.sign(payload: Self.payload, type: "text/plain", by: [key])
    let refusal = refusal { () throws(Refusal) in _ = try envelope.verified(by: [key.publicKey]) }
    #expect(refusal?.code == "WB1013")
  }

  @Test(
    "H23: an envelope outside the exact rules is refused",
    arguments: [
      "{}", "[]", "{\"payload\":\"\",\"payloadType\":\"x\"}",
      "{\"payload\":\"\",\"payloadType\":\"x\",\"signatures\":[],\"Payload\":\"\"}",
      "{\"payload\":\"\",\"payloadType\":\"x\",\"signatures\":[],\"z\":1}",
      "{\"payload\":\"Zg\",\"payloadType\":\"x\",\"signatures\":[]}",
      "{\"payload\":\"Zh==\",\"payloadType\":\"x\",\"signatures\":[]}",
      "{\"payload\":\"-_==\",\"payloadType\":\"x\",\"signatures\":[]}",
      "{\"payload\":\"\",\"payloadType\":1,\"signatures\":[]}",
      "{\"payload\":\"\",\"payloadType\":\"x\",\"signatures\":{}}",
      "{\"payload\":\"\",\"payloadType\":\"x\",\"signatures\":[1]}",
      "{\"payload\":\"\",\"payloadType\":\"x\",\"signatures\":[{\"sig\":\"\"}]}",
      "{\"payload\":\"\",\"payloadType\":\"x\",\"signatures\":[{\"keyid\":\"a\",\"sig\":\"*\"}]}",
      "{\"payload\":\"\",\"payloadType\":\"x\",\"signatures\":[{\"keyid\":\"a\",\"sig\":\"\",\"x\":1}]}",
      "{\"payload\":\"\",\"payload\":\"\",\"payloadType\":\"x\",\"signatures\":[]}",
    ])
  func exactRules(text: String) {
    let refusal = refusal { () throws(Refusal) in
      _ = try Envelope(parsing: Array(text.utf8), named: "e")
    }
    #expect(refusal?.exit == .damaged)
  }

  @Test("T06: a key id twice is refused")
  func repeatedKeyID() {
    let text =
      "{\"payload\":\"\",\"payloadType\":\"x\",\"signatures\":"
      + "[{\"keyid\":\"a\",\"sig\":\"\"},{\"keyid\":\"a\",\"sig\":\"\"}]}"
    let refusal = refusal { () throws(Refusal) in
      _ = try Envelope(parsing: Array(text.utf8), named: "e")
    }
    #expect(refusal?.code == "WB1106")
  }

  @Test("no flipped bit of an envelope verifies")
  func flippedBits() throws {
    let key = try PapersForge.key("a")
    let bytes = Envelope.sign(payload: Self.payload, by: [key]).encoded
    for index in bytes.indices {
      for bit in 0..<8 {
        var bent = bytes
        bent[index] ^= 1 << UInt8(bit)
        #expect(throws: Refusal.self, "byte \(index), bit \(bit)") {
          try Envelope(parsing: bent, named: "e").verified(by: [key.publicKey])
        }
      }
    }
  }

  @Test("a statement comes back as it was written")
  func statement() throws {
    let digest = Digest.sha256(Self.payload)
    let statement = Statement(
      subjects: [.init(name: "state.json", digest: digest)],
      predicateType: "urn:waybill:report:1", predicate: ["seq": 7])
    let read = try Statement(parsing: statement.encoded, named: "report")
    #expect(read.digest(ofSubject: "state.json") == digest)
    #expect(read.digest(ofSubject: "waybill.json") == nil)
    #expect(read.predicateType == "urn:waybill:report:1")
    #expect(try read.predicate["seq"].integer(in: 0...9) == 7)
    #expect(read.encoded == statement.encoded)
  }

  @Test("a statement with a subject twice, of another type or without digests is refused")
  func oddStatements() {
    let subject =
      "{\"name\":\"a\",\"digest\":{\"sha256\":\"\(String(repeating: "0", count: 64))\"}}"
    let texts = [
      "{\"_type\":\"https://in-toto.io/Statement/v0.1\",\"subject\":[],\"predicateType\":\"x\",\"predicate\":{}}",
      "{\"_type\":\"https://in-toto.io/Statement/v1\",\"subject\":[\(subject),\(subject)],"
        + "\"predicateType\":\"x\",\"predicate\":{}}",
      "{\"_type\":\"https://in-toto.io/Statement/v1\",\"subject\":[{\"name\":\"a\"}],"
        + "\"predicateType\":\"x\",\"predicate\":{}}",
      "{\"_type\":\"https://in-toto.io/Statement/v1\",\"subject\":[],\"predicateType\":\"x\",\"predicate\":1}",
    ]
    for text in texts {
      #expect(throws: Refusal.self) { try Statement(parsing: Array(text.utf8), named: "s") }
    }
  }
}
