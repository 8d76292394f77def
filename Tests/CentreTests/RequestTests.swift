// SPDX-License-Identifier: Apache-2.0
import Centre
import Intents
import SystemPackage
import TestKit
import Testing
import Trust

private let later = HolderTime.later

@Suite struct RequestTests {
  @Test func aRequestIsReadAsItWasWrittenAndKeepsItsDigestWhenSigned() throws {
    let holders = try Holders()
    let ceremony = try holders.ceremony(try holders.drafts { try $0.renewing(.root) })
    let request = try CeremonyRequest(
      ceremony, labels: [holders.of(.root)[0].id: "Ada"], called: [.sha256([1]): "tool 1"])
    let again = try CeremonyRequest(parsing: request.encoded, named: "request.json")
    #expect(again.encoded == request.encoded)
    let signed = try again.with(try again.ceremony.drafts.signed(by: holders.of(.root)[0]))
    let read = try CeremonyRequest(parsing: signed.encoded, named: "signed.json")
    #expect(read.ceremony.digest == ceremony.digest)
    #expect(read.ceremony.drafts.needs.map(\.signed.count) == [1, 1])
    #expect(RequestText(read).signatures.first?.contains("Ada") == true)
  }

  @Test(arguments: ["expires", "version", "digest", "roots"])
  func anAlteredRequestIsRefused(field: String) throws {
    let holders = try Holders()
    let ceremony = try holders.ceremony(try holders.drafts { try $0.renewing(.targets) })
    let text = String(decoding: try CeremonyRequest(ceremony).encoded, as: UTF8.self)
    let expires = later.adding(days: 365).description
    let altered =
      switch field {
      case "expires":
        text.replacing("\"expires\":\"\(expires)\"", with: "\"expires\":\"2099-01-01T00:00:00Z\"")
      case "version": text.replacing("\"version\":2", with: "\"version\":3")
      case "digest": text.replacing(ceremony.digest.hex, with: Digest.sha256([0]).hex)
      default: text.replacing("{\\\"signatures\\\":[{", with: "{\\\"signatures\\\":[],\\\"x\\\":[{")
      }
    #expect(altered != text)
    let refusal = refusal { () throws(Refusal) in
      _ = try CeremonyRequest(parsing: Array(altered.utf8), named: "request.json")
    }
    #expect(["WB1064", "WB1010", "WB1114"].contains(refusal?.code))
  }

  @Test func theWordsNameWhatChangesAgainstThePublishedVersion() throws {
    let holders = try Holders()
    let fresh = try SecretKey(seed: [UInt8](repeating: 9, count: 32)).publicKey
    let gone = holders.table.root.keys[2]
    let drafts = try holders.drafts { revision in
      var table = holders.table
      table.root = RoleKeys(threshold: 1, keys: [table.root.keys[0], table.root.keys[1], fresh])
      return try revision.changing(to: table)
    }
    let words = RequestText(try CeremonyRequest(try holders.ceremony(drafts))).lines
    #expect(words.contains("root 2, after version 1"))
    // The digits that are typed are never read from the same screen.
    let digest = try holders.ceremony(drafts).digest.hex
    #expect(!words.contains { $0.contains(digest.prefix(8)) })
    #expect(words.contains("  root: 1 of 3 keys, before 2 of 3"))
    #expect(words.contains { $0.hasPrefix("    removed: \(gone.short)") })
    #expect(words.contains { $0.hasPrefix("    added:   \(fresh.short)") })
    #expect(words.contains("  targets: 2 of 3 keys, as before"))
  }

  @Test func theWordsNameManifestsLinesAndCountersAndMarkTheCentresOwn() throws {
    let holders = try Holders()
    let line = try #require(RandomID("00112233445566778899aabbccddeeff"))
    let manifest = Digest.sha256([7])
    let drafts = try holders.drafts { revision in
      revision.releasing([Release(manifest: manifest, length: 9, line: line, counter: 3)])
    }
    let request = try CeremonyRequest(
      try holders.ceremony(drafts), called: [manifest: "tool 1"])
    let words = RequestText(request).lines
    #expect(words.contains("    added: manifest \(manifest)"))
    #expect(words.contains("      line \(line), counter 3"))
    #expect(words.contains("      the centre calls it tool 1; only its manifest says what it is"))
  }

  @Test func theWordsNameAFloorAndADateThatFalls() throws {
    let holders = try Holders()
    let line = try #require(RandomID("00112233445566778899aabbccddeeff"))
    let floor = try holders.drafts { $0.raising(line, to: 2) }
    #expect(
      RequestText(try CeremonyRequest(try holders.ceremony(floor))).lines
        .contains("    floor of line \(line): 2, before 0"))
    let moment = try #require(Instant("2026-11-22T21:30:00Z"))
    let reset = try holders.drafts { (revision) throws(Refusal) in
      try revision.resettingTime(to: moment)
    }
    let words = RequestText(try CeremonyRequest(try holders.ceremony(reset))).lines
    #expect(words.contains { $0.contains("LOWERS THE FLOOR OF TIME to \(moment)") })
  }

  @Test(arguments: [("2of3", 2, 3), ("1of1", 1, 1)])
  func aQuorumIsRead(text: String, threshold: Int, count: Int) {
    #expect(Quorum(text) == Quorum(threshold: threshold, count: count))
  }

  @Test(arguments: ["3of2", "0of1", "2 of 3", "2/3", "", "of", "-1of2", "2of300"])
  func whatIsNoQuorumIsRefused(text: String) { #expect(Quorum(text) == nil) }
}
