// SPDX-License-Identifier: Apache-2.0
import Intents
import Testing
import Trust

import Bundles

@Suite struct PeopleTests {
  @Test("a list of sums is read as it was written, ascending by name")
  func sums() throws {
    let digest = Digest.sha256([1])
    let sums = SumsFile(
      ["volume-001.tar", "orders.tar", "START-HERE.html"].map { .init(name: $0, digest: digest) })
    let text = String(decoding: sums.bytes, as: UTF8.self)
    #expect(
      text
        == ["START-HERE.html", "orders.tar", "volume-001.tar"].map { "\(digest)  \($0)\n" }
        .joined())
    #expect(try SumsFile(parsing: sums.bytes) == sums)
    #expect(sums["orders.tar"] == digest)
  }

  static let hex = Digest.sha256([1]).hex

  @Test(
    "M25: a list of sums in any other form is refused",
    arguments: [
      "", "\n", "\(hex)  a", "\(hex) a\n", "\(hex) *a\n", "\(hex)  a\r\n", "\(hex)  a\n\n",
      "\(hex.uppercased())  a\n", "\(hex)  \n", "\(hex)  ../a\n", "\(hex)  a b\n", "\(hex)  .a\n",
      "\(hex)  b\n\(hex)  a\n", "\(hex)  a\n\(hex)  a\n", "\(hex)  ä\n", "# x\n\(hex)  a\n",
      "\(hex)0  a\n", "\(hex)   a\n",
    ])
  func hostileSums(text: String) {
    let refusal = #expect(throws: Refusal.self) { try SumsFile(parsing: Array(text.utf8)) }
    #expect(refusal?.code == BundleReason.sumsForm.code)
  }

  @Test("M24 H24: the page for people tells the facts, escapes them, and loads nothing")
  func page() throws {
    let name = try #require(BundleName("fjord-3.out.000042"))
    let files = [StartHere.File(name: "orders.tar", length: 4096, digest: .sha256([1]))]
    let contact = "Duty <b>desk</b> & \"co\"\n+47 22 00 00\u{202e}\u{1b}"
    let bytes = StartHere.page(name, contact: contact, files: files)
    let page = String(decoding: bytes, as: UTF8.self)
    #expect(bytes == StartHere.page(name, contact: contact, files: files))
    for text in [
      "<td>orders.tar</td><td class=\"n\">4096</td><td><code>\(Self.hex)</code>", "site fjord-3",
      "Software delivery 42", "certutil", "Get-FileHash", "sha256sum -c SHA256SUMS",
      "Duty &lt;b&gt;desk&lt;/b&gt; &amp; &quot;co&quot;<br>", "+47 22 00 00[U+202E][U+1B]",
      "They do not show who made",
    ] {
      #expect(page.contains(text), "\(text)")
    }
    for text in ["<script", "src=", "href=", "http:", "https:", "url("] {
      #expect(!page.contains(text), "\(text)")
    }
    let back = try #require(BundleName("fjord-3.back.1f2e3d4c.7"))
    let second = String(decoding: StartHere.page(back, contact: "x", files: []), as: UTF8.self)
    #expect(second.contains("Report 7 from site fjord-3"))
  }

  @Test("every reason has a code of its own, a summary and a hint in our style")
  func reasons() {
    let all = BundleReason.allCases
    #expect(Set(all.map(\.code)).count == all.count)
    for reason in all {
      #expect(reason.code.utf8.count == 6)
      #expect((30...49).contains(Int(reason.code.suffix(2)) ?? 0))
      #expect(ExitCode(rawValue: Int(reason.code.dropFirst(2).prefix(2)) ?? 0) != nil)
      #expect(!reason.summary.hasSuffix(".") && !reason.summary.isEmpty)
      #expect(!reason.hint.hasSuffix(".") && !reason.hint.isEmpty)
    }
  }
}
