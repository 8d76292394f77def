// SPDX-License-Identifier: Apache-2.0
import TestKit
import Trust

/// Papers that are not written in the one form, JSON that is not strict, and odd waybills.
enum PapersVectors {
  static func all() throws -> [GoldenVector] { try form() + json() + waybills() }

  private static func papers(
    _ name: String, _ about: String, _ code: String, finds: [String] = [],
    _ edit: (inout BundleForge) throws -> Void
  ) throws -> GoldenVector {
    try .out(name, about, code, .papers, finds: finds, try Golden.bare(edit))
  }

  private static func form() throws -> [GoldenVector] {
    try [
      papers(
        "papers-form", "H05 The second header has another mode.", "WB1032", finds: ["another mode"]
      ) { $0.bends.papers = { $0.setHeader(at: 1024, 100, "0000755\u{0}") } },
      papers("papers-stranger", "H04 A stranger among the metadata.", "WB1033") {
        $0.bends.metadata = { $0.append(("1.other.json", [])) }
      },
      papers("papers-newer", "M36 Papers of a later format.", "WB1630", finds: ["waybill 2"]) {
        $0.bends.papers = { $0 = $0.replacing("waybill 1\n", with: "waybill 2\n") }
      },
      papers("papers-too-large", "H06 An entry says that it has 8 GiB.", "WB2233") {
        $0.bends.papers = { $0.setHeader(at: 1024, 124, "77777777777\u{0}") }
      },
      papers("timestamp-too-large", "T32 A timestamp above 16,384 bytes.", "WB2202") {
        $0.papers.damages[.timestamp] = { $0 + [UInt8](repeating: 32, count: 16_384) }
      },
    ]
  }

  private static func json() throws -> [GoldenVector] {
    try [
      papers("json-key-twice", "H16 A key of an object stands twice.", "WB1001") {
        $0.papers.damages[.content] = { $0.replacing("{\"sig", with: "{\"signed\":{},\"sig") }
      },
      papers("json-too-deep", "H18 Nested deeper than 32 levels.", "WB2201") {
        let deep = String(repeating: "[", count: 40) + String(repeating: "]", count: 40)
        $0.papers.damages[.policy] = { $0.replacing("{\"sig", with: "{\"deep\":\(deep),\"sig") }
      },
      papers("field-malformed", "H21 A moment that is none.", "WB1002", finds: ["tomorrow"]) {
        $0.papers.edits[.policy] = { $0.setting("expires", to: "tomorrow") }
      },
    ]
  }

  private static func waybills() throws -> [GoldenVector] {
    try [
      papers("waybill-invalid", "H13 Blocks of a size that is no power of two.", "WB1034") {
        $0.bends.waybill = { $0 = $0.setting("block_size", to: 65_537) }
      },
      papers("waybill-newer", "M36 A waybill of a later format.", "WB1631") {
        $0.bends.waybill = { $0 = $0.setting("format", to: 2) }
      },
      papers("waybill-limit", "H10 Blocks of 128 MiB.", "WB2234") {
        $0.bends.waybill = { $0 = $0.setting("block_size", to: 134_217_728) }
      },
      papers("waybill-of-another", "T19 The waybill is not the one that is listed.", "WB1083") {
        $0.bends.papers = {
          $0 = $0.replacing("\"kind\":\"out\",\"n\":1", with: "\"kind\":\"out\",\"n\":2")
        }
      },
    ]
  }
}
