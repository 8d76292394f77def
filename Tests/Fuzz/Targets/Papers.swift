// SPDX-License-Identifier: Apache-2.0
import Bundles
import Intents
import TestKit
import Trust

extension FuzzTarget {
  /// `papers.tar` (FORMAT.md, 4): there is one way to write it, and what it holds is verified or refused.
  static let papers = FuzzTarget(
    "papers", seeds: { try Samples.papers() }, mend: Mending.checksums
  ) { bytes in
    let papers = try PapersReader.read(bytes, named: "papers.tar")
    let entries = papers.entries.map { (name: $0.name, bytes: Array(bytes[$0.range])) }
    let written = try must("write it again") { try PapersWriter.bytes(entries: entries) }
    try promise("the same bytes", written == bytes)
    let other = try must("read it as a file") {
      try PapersReader.read(MemorySource(bytes, name: "papers.tar"))
    }
    try promise("the same papers", other.digest == papers.digest && other.kind == papers.kind)
    _ = try papers.waybill()
    guard papers.kind == .out else { return }
    let files = papers.metadataNames.map { ($0, Array(papers.metadata($0) ?? [])) }
    try SignedPapers.check(
      try must("sort the files") { try PapersMetadata(files: files) })
  }
}

extension Samples {
  static func papers() throws -> [[UInt8]] {
    let metadata = try PapersForge.young().files().map { ("metadata/\($0.name)", $0.bytes) }
    let payload = try statements()[0]
    let report = Envelope.sign(payload: payload, by: [try PapersForge.key("site-0")]).encoded
    return try [
      PapersWriter.bytes(entries: metadata + [("waybill.json", waybills[0].encoded)]),
      PapersWriter.bytes(
        entries: [("report.dsse.json", report), ("waybill.json", waybills[1].encoded)]),
    ]
  }
}
