// SPDX-License-Identifier: Apache-2.0
import Intents
import Testing

struct NamesTests {
  @Test(
    "a site id is taken",
    arguments: ["a", "7", "fjord-3", "a--b", String(repeating: "a", count: 30)])
  func siteIDs(text: String) {
    #expect(SiteID(text)?.text == text)
  }

  @Test(
    "C18: a site id that is reserved, malformed or too long is refused",
    arguments: [
      "", "-", "-a", "a-", "A", "Fjord", "a.b", "a_b", "a b", " a", "a ", "a/b", "..", "é", "a\n",
      "a\u{0}",
      "con", "nul", "com1", "lpt9", "aux", "prn", String(repeating: "a", count: 31), "１",
    ])
  func badSiteIDs(text: String) {
    #expect(SiteID(text) == nil)
  }

  @Test(
    "a name is taken",
    arguments: ["a", "0", "vlc-3.0.20", "a..b", "a-", String(repeating: "n", count: 64)])
  func names(text: String) {
    #expect(Name(text)?.text == text)
  }

  @Test(
    "A25: a name outside its character set is refused",
    arguments: [
      "", ".a", "-a", "A", "a b", "a'b", "a\"b", "a$b", "a`b", "a%b", "a\nb", "a/b", "a\\b", "ä",
      String(repeating: "n", count: 65),
    ])
  func badNames(text: String) {
    #expect(Name(text) == nil)
  }

  @Test("a tag is taken", arguments: ["a:b", "site-class:air-gapped", "ring:0", "-:-"])
  func tags(text: String) {
    #expect(Tag(text)?.text == text)
  }

  @Test(
    "a tag that is not key and value is refused",
    arguments: [
      "", ":", "a", "a:", ":b", "a:b:c", "A:b", "a:B", "a :b", "a:b\n", "a.b:c", "a:é",
      "a:" + String(repeating: "b", count: 99),
    ])
  func badTags(text: String) {
    #expect(Tag(text) == nil)
  }

  @Test(
    "a collection name is taken",
    arguments: [
      "A", "Air-Gapped-Site-1-Devices", "All Desktops _x.y", String(repeating: "c", count: 127),
    ])
  func collections(text: String) {
    #expect(CollectionName(text)?.text == text)
  }

  @Test(
    "A25: a collection name that could end a literal is refused",
    arguments: [
      "", " ", " a", "a ", "a'b", "a\"b", "a$b", "a`b", "a%b", "a\nb", "a\tb", "a;b", "a(b)", "a&b",
      "Ä",
      "a\u{a0}b", "a’b", String(repeating: "c", count: 128),
    ])
  func badCollections(text: String) {
    #expect(CollectionName(text) == nil)
  }

  @Test("random ids, content ids and digests are lower-case hex of one length")
  func hexNames() {
    let digits = String(repeating: "0a", count: 32)
    #expect(Digest(hex: digits)?.hex == digits)
    #expect(Digest(hex: digits.uppercased()) == nil && Digest(hex: digits.dropLast()) == nil)
    #expect(
      Digest(hex: digits + "00") == nil && Digest(bytes: [UInt8](repeating: 0, count: 31)) == nil)
    #expect(RandomID(digits.prefix(32))?.text == String(digits.prefix(32)))
    #expect(RandomID(digits.prefix(31)) == nil && RandomID(digits.prefix(32).uppercased()) == nil)
    #expect(ContentID(digits.prefix(22))?.text == String(digits.prefix(22)))
    #expect(ContentID(digits.prefix(21)) == nil && ContentID("zz" + digits.prefix(20)) == nil)
    #expect(Digest(hex: digits).map { ContentID(manifest: $0).text } == String(digits.prefix(22)))
  }

  @Test("hex comes back, and odd or upper-case text is refused")
  func hex() {
    let all = (0...255).map { UInt8($0) }
    #expect(Hex.decode(Hex.encode(all)) == all)
    for text in ["0", "0g", "AB", " 0", "0x", "é"] { #expect(Hex.decode(text) == nil) }
  }

  @Test("digests are ordered by their bytes")
  func digestOrder() throws {
    let low = try #require(Digest(bytes: [UInt8](repeating: 0, count: 31) + [255]))
    let high = try #require(Digest(bytes: [1] + [UInt8](repeating: 0, count: 31)))
    #expect(low < high && low.bytes.last == 255 && low != high)
  }
}
