// SPDX-License-Identifier: Apache-2.0
import Intents
import Testing
import Trust

import Bundles

@Suite struct WaybillTests {
  static func waybill(kind: Waybill.Kind = .out(n: 42)) throws -> Waybill {
    let digest = Digest.sha256([1])
    return Waybill(
      siteID: try #require(SiteID("fjord-3")), kind: kind, blockSize: 65536,
      files: [
        .init(name: "orders.tar", length: 65536, sha256: digest, blocks: [digest]),
        .init(name: "volume-001.tar", length: 65537, sha256: digest, blocks: [digest, digest]),
      ])
  }

  @Test("a waybill is read as it was written, out and back")
  func roundTrip() throws {
    let epoch = try #require(RandomID("0123456789abcdef0123456789abcdef"))
    for kind in [Waybill.Kind.out(n: 42), .back(epoch: epoch, seq: 7)] {
      let waybill = try Self.waybill(kind: kind)
      #expect(try Waybill(parsing: waybill.encoded, named: "waybill.json") == waybill)
    }
    let text = String(decoding: try Self.waybill().encoded, as: UTF8.self)
    #expect(
      text.hasPrefix("{\"_type\":\"waybill\",\"block_size\":65536,\"files\":[{\"blocks\":[\""))
    #expect(text.hasSuffix("],\"format\":1,\"kind\":\"out\",\"n\":42,\"site_id\":\"fjord-3\"}"))
    #expect(try Self.waybill().bundleName.text == "fjord-3.out.000042")
  }

  @Test(
    "H10 H13: a waybill with impossible numbers is refused at parse",
    arguments: [
      ("\"block_size\":65536", "\"block_size\":0", ExitCode.damaged),
      ("\"block_size\":65536", "\"block_size\":-65536", .damaged),
      ("\"block_size\":65536", "\"block_size\":65535", .damaged),
      ("\"block_size\":65536", "\"block_size\":32768", .damaged),
      ("\"block_size\":65536", "\"block_size\":134217728", .limitExceeded),
      ("\"block_size\":65536", "\"block_size\":98304", .damaged),
      ("\"length\":65537", "\"length\":65536", .damaged),
      ("\"length\":65537", "\"length\":131073", .damaged),
      ("\"length\":65537", "\"length\":0", .damaged),
      ("\"length\":65537", "\"length\":4294967296", .limitExceeded),
      ("\"length\":65537", "\"length\":9007199254740991", .limitExceeded),
      ("\"length\":65537", "\"length\":9007199254740993", .damaged),
      ("\"length\":65537", "\"length\":99999999999999999999", .limitExceeded),
      ("volume-001.tar", "volume-002.tar", .damaged), ("volume-001.tar", "../x", .damaged),
      ("orders.tar", "volume-001.tar", .damaged), ("\"n\":42", "\"n\":0", .damaged),
      ("\"format\":1", "\"format\":2", .unsupported), ("\"format\":1", "\"format\":0", .damaged),
      ("\"kind\":\"out\"", "\"kind\":\"back\"", .damaged),
      ("\"kind\":\"out\"", "\"kind\":\"off\"", .damaged), ("fjord-3", "FJORD", .damaged),
      ("waybill\"", "papers\"", .damaged),
    ])
  func hostile(part: String, other: String, exit: ExitCode) throws {
    let text = String(decoding: try Self.waybill().encoded, as: UTF8.self)
    let changed = text.replacing(part, with: other)
    #expect(changed != text)
    let refusal = #expect(throws: Refusal.self) {
      try Waybill(parsing: Array(changed.utf8), named: "waybill.json")
    }
    #expect(refusal?.exit == exit, "\(refusal?.description ?? "")")
  }

  @Test("a waybill without files is refused")
  func empty() {
    let text = """
      {"_type":"waybill","block_size":65536,"files":[],"format":1,"kind":"out","n":1,"site_id":"a"}
      """
    #expect(throws: Refusal.self) { try Waybill(parsing: Array(text.utf8), named: "w") }
  }

  @Test(
    "names of bundles are read as written and no other way",
    arguments: [
      "fjord-3.out.000042", "fjord-3.out.1234567", "fjord-3.back.1f2e3d4c.7", "a.back.00000000.10",
    ])
  func names(text: String) throws {
    #expect(try #require(BundleName(text)).text == text)
  }

  @Test(
    "what is no name of a bundle is none",
    arguments: [
      "", "fjord-3", "fjord-3.out", "fjord-3.out.42", "fjord-3.out.000000", "fjord-3.out.0000042",
      "fjord-3.out.00004x", "Fjord.out.000042", "fjord-3.out.000042.", "fjord-3.back.1f2e3d4.7",
      "fjord-3.back.1F2e3d4c.7", "fjord-3.back.1f2e3d4c.07", "fjord-3.back.1f2e3d4c.0",
      "con.out.000042", "fjord-3.off.000042", "fjord-3.out.99999999999999999",
    ])
  func noNames(text: String) {
    #expect(BundleName(text) == nil)
  }
}
