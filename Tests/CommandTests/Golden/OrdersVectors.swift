// SPDX-License-Identifier: Apache-2.0
import Bundles
import Intents
import TestKit
import Trust

/// Orders that an exporter signed and no site may follow.
enum OrdersVectors {
  static func all() throws -> [GoldenVector] {
    try entries() + documents() + listings() + manifests()
  }

  private static func orders(
    _ name: String, _ about: String, _ code: String, finds: [String] = [],
    _ edit: (inout BundleForge) throws -> Void
  ) throws -> GoldenVector {
    try .out(name, about, code, .orders, finds: finds, try Golden.bare(edit))
  }

  private static func entries() throws -> [GoldenVector] {
    try [
      orders("orders-form", "H01 A symbolic link in the orders.", "WB1036") {
        $0.bends.ordersArchive = { $0.setHeader(156, "2") }
      },
      orders("orders-stranger", "H04 An entry that no signed list names.", "WB1082") {
        $0.bends.orders = { entries in
          let digest = Digest.sha256([]).hex
          entries.append(("targets/sites/fjord-3/\(digest).zz.json", []))
          entries.sort { $0.name < $1.name }
        }
      },
      orders("order-missing", "The intents are listed and not there.", "WB1083") {
        $0.bends.orders = { $0.removeAll { $0.name.hasSuffix("intents.json") } }
      },
    ]
  }

  private static func documents() throws -> [GoldenVector] {
    try [
      orders("order-newer", "M36 Intents of a later format.", "WB1645") {
        $0.bend("intents.json", "\"format\":1", "\"format\":2")
      },
      orders("order-foreign", "T38 Intents for another site under our name.", "WB1283") {
        $0.bend("intents.json", "fjord-3", "oslo-2")
      },
      orders("enrolment-other", "S31 The centre enrolled another epoch.", "WB1282") {
        $0.enrolment = try Golden.enrolmentRecord(epoch: ForgedContent.id("another epoch"))
      },
      orders("ack-other", "S19 The centre acknowledges a report that was never written.", "WB4180")
      {
        $0.acknowledgement = Acknowledgement(
          site: Golden.site(), epoch: Golden.epoch,
          report: ReportPoint(seq: 1, digest: .sha256([1])),
          auditHead: AuditHead(seq: 1, digest: .sha256([2])), siteHead: .origin)
      },
      orders("policy-of-another", "S32 A policy for another site under our name.", "WB3285") {
        $0.policy = Golden.policy(site: "oslo-2")
      },
      orders("sealing-demanded", "M35 Policy demands sealing, and the orders are plain.", "WB3284")
      {
        $0.policy = Golden.policy(sealing: .required)
      },
      orders("intent-with-command", "A22 An intent brings a command line.", "WB3246") { forge in
        forge.want(
          "tool-lab", try Golden.tool(1), collection: Golden.collection, scope: ["ring:lab"])
        forge.bend("intents.json", "\"id\":", "\"command_line\":\"cmd /c x\",\"id\":")
        forge.leaveOutContent()
      },
    ]
  }

  private static func listings() throws -> [GoldenVector] {
    try [
      orders("listing-layout", "An index in one line.", "WB1031") {
        $0.bends.documents = { documents in
          documents["index.json"]?.removeAll { $0 == 10 }
        }
      },
      orders("listing-too-large", "H10 An index of 600 MiB is announced.", "WB2280") { forge in
        let size: Int64 = 600 << 20
        forge.policy = nil
        forge.papers.edits[.site] = {
          $0.setting("targets sites/fjord-3/index.json length", to: .integer(size))
        }
        forge.bends.orders = { $0.removeAll { !$0.name.hasSuffix("index.json") } }
        let octal = String(size, radix: 8)
        forge.bends.ordersArchive = {
          $0.setHeader(124, String(repeating: "0", count: 11 - octal.count) + octal)
        }
      },
      orders("index-invalid", "H13 A frame in a volume that is not there.", "WB1038") {
        $0.bends.index = { $0 = [frame()] }
      },
      orders("encoding-unknown", "H36 A frame of an unknown encoding.", "WB1632") {
        $0.bends.index = { $0 = [frame()] }
        $0.bend("index.json", "\"raw\"", "\"zip\"")
      },
    ]
  }

  private static func frame() -> IndexEntry {
    let digest = Digest.sha256([1])
    return IndexEntry(
      volume: 1, offset: 512, length: 1, frame: digest, encoding: .raw, plain: 1,
      pieces: [.init(at: 0, file: digest, from: 0, length: 1, of: 1)])
  }

  private static func manifests() throws -> [GoldenVector] {
    try [
      wanting("not-released", "T20 No release signer vouches for the content.", "WB1180") {
        $0.unreleased = Set($0.contents.map(\.digest))
      },
      wanting("manifest-differs", "The manifest has another counter than its release.", "WB1084") {
        let name = $0.contents[0].release.target.name
        $0.papers.edits[.content] = { $0.setting("targets \(name) custom counter", to: 9) }
      },
      wanting("path-unusable", "C17 A path that Windows cannot hold.", "WB3245", finds: ["aux"]) {
        $0.contents[0].bytes = $0.contents[0].bytes.replacing("readme.txt", with: "aux.txt")
        $0.wantAgain()
      },
    ]
  }

  /// Orders that want version 1 of the tool, whose content does not come along.
  static func wanting(
    _ name: String, _ about: String, _ code: String, finds: [String] = [],
    _ edit: (inout BundleForge) throws -> Void
  ) throws -> GoldenVector {
    try orders(name, about, code, finds: finds) { forge in
      forge.want(
        "tool-lab", try Golden.tool(1), collection: Golden.collection, scope: ["ring:lab"])
      try edit(&forge)
      forge.leaveOutContent()
    }
  }
}

extension BundleForge {
  /// Replaces the first `old` in a document.
  mutating func bend(_ document: String, _ old: String, _ new: String) {
    bends.documents = { $0[document] = $0[document]?.replacing(old, with: new) }
  }

  /// Leaves out what the contents are made of.
  mutating func leaveOutContent() {
    held = Set(contents.flatMap(\.files).map { .sha256($0.bytes) })
  }

  /// Wants the first content as it is by now.
  mutating func wantAgain() {
    want("tool-lab", contents[0], collection: Golden.collection, scope: ["ring:lab"])
  }
}
