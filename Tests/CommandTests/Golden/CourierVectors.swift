// SPDX-License-Identifier: Apache-2.0
import Bundles
import Intents
import TestKit
import Trust

/// What the courier's check says of a finished bundle, and of one that was changed on the way.
enum CourierVectors {
  static func all() throws -> [GoldenVector] { try damaged() + signatures() }

  private static func check(
    _ name: String, _ about: String, _ code: String?, changing files: [String: [UInt8]] = [:],
    without: [String] = [], finds: [String] = []
  ) -> GoldenVector {
    .other(name, about, of: "out-first", code, changing: files) {
      $0.run = Expectation.checks
      $0.without = without
      $0.finds = finds
    }
  }

  private static func damaged() throws -> [GoldenVector] {
    let files = try GoodVectors.first().files()
    var sums = files[SumsFile.name] ?? []
    sums[0] = sums[0] == 48 ? 49 : 48
    let page = ForgedPieces.page + Array("<p>Call this number instead</p>\n".utf8)
    return [
      check(
        "courier-undamaged", "M24 Undamaged, and listed by the holder of the courier key.", nil,
        finds: ["listed by the holder of the courier key"]),
      check(
        "courier-sums-changed", "M25 One digit of the list of digests.", "WB1040",
        changing: [SumsFile.name: sums], finds: ["SHA256SUMS"]),
      check(
        "courier-page-changed", "M28 The page for people tells them another number.", "WB1040",
        changing: ["START-HERE.html": page], finds: ["START-HERE.html"]),
      check(
        "courier-volume-missing", "M05 A volume is missing.", "WB2032", without: ["volume-002.tar"],
        finds: ["volume-002.tar: missing"]),
      check(
        "courier-unfinished", "M13 No copy of the papers is there.", "WB2091",
        without: ["papers.tar", "papers-copy.tar"]),
      check(
        "courier-signature-missing", "M26 No signature, and a key to check it with.", "WB1190",
        without: [SumsFile.signatureName]),
    ]
  }

  private static func signatures() throws -> [GoldenVector] {
    let forge = try GoodVectors.first()
    let files = try forge.files()
    let sums = files[SumsFile.name] ?? []
    let papers = try PapersReader.read(files["papers.tar"] ?? [], named: "papers.tar")
    let fingerprint = Digest.sha256(Array(papers.metadata("timestamp.json") ?? []))
    let good = files[SumsFile.signatureName] ?? []
    func signed(_ name: String, id: UInt8) throws -> [UInt8] {
      try forge.signature(of: sums, fingerprint, by: try GoldenKey.courier(name, id: id))
    }
    func signature(
      _ name: String, _ about: String, _ code: String, _ bytes: [UInt8]
    ) -> GoldenVector {
      check(name, about, code, changing: [SumsFile.signatureName: bytes])
    }
    return [
      signature(
        "courier-signature-false", "M25 Signed by another key under the courier's id.", "WB1115",
        try signed("another courier", id: 1)),
      signature(
        "courier-signature-other-key", "M25 Signed by a key with another id.", "WB1116",
        try signed("another courier", id: 9)),
      signature(
        "courier-signature-legacy", "T31 A signature that is not prehashed.", "WB1117",
        good.mappingLine(1) { "RW" + $0.dropFirst(2) }),
      signature(
        "courier-signature-comment", "M27 A trusted comment with an escape character.", "WB1118",
        good.mappingLine(2) { $0 + "\u{1b}[2J" }),
      signature(
        "courier-signature-malformed", "M27 The signature ends after its first line.", "WB1192",
        Array(good.prefix { $0 != 10 } + [10])),
      signature(
        "courier-signature-of-another", "M27 The signature is of another bundle.", "WB1191",
        try forge.signature(of: sums, Digest.sha256([1]))),
    ]
  }
}

extension [UInt8] {
  /// These lines of text with the one at `index` changed.
  fileprivate func mappingLine(_ index: Int, _ change: (String) -> String) -> [UInt8] {
    var lines = String(decoding: self, as: UTF8.self).split(
      separator: "\n", omittingEmptySubsequences: false
    ).map(String.init)
    lines[index] = change(lines[index])
    return Array(lines.joined(separator: "\n").utf8)
  }
}
