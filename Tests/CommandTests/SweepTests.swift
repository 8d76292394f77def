// SPDX-License-Identifier: Apache-2.0
import Bundles
import Foundation
import Intents
import SystemPackage
import TestKit
import Testing
import Trust

/// A small bundle whose every byte is put to the test. `SWEEP=all` in the environment tries all eight bits.
private struct SmallBundle {
  let loop: Rehearsal
  let folder: FilePath
  let state: TrustState
  let site: SiteID
  /// Files by name.
  let files: [String: [UInt8]]

  init() throws {
    loop = try Rehearsal()
    try loop.setUp()
    try loop.release(
      version: "1", counter: 1,
      files: ["tool.exe": program(1, count: 3000), "data/readme.txt": Array("one\n".utf8)])
    let medium = try loop.medium()
    try loop.expectDone(try loop.centre("export", "fjord-3", "--to", medium))
    folder = FilePath("\(medium)/fjord-3.out.000001")
    files = try Files.tree(folder)
    state = try TrustState(pinnedRoot: try Files.bytes(loop.scratch["root.json"]))
    site = try #require(SiteID("fjord-3"))
    let size = files.values.reduce(0) { $0 + $1.count }
    try #require(size < 65536, "the bundle has \(size) bytes")
  }

  /// Verifies papers as the site does; nil when they vouch for another waybill.
  func verified(_ papers: [UInt8]) throws(Refusal) -> (VerifiedPapers, Papers)? {
    let read = try PapersReader.read(papers, named: "papers.tar")
    let metadata = try PapersMetadata(
      files: read.metadataNames.map { ($0, Array(read.metadata($0) ?? [])) })
    let verified = try Trust.verify(
      metadata, for: site, against: state, clock: Instant(clamping: Int64(time(nil)))
    ).outcome.get()
    guard let listed = verified.siteTarget("waybill.json"),
      Digest.sha256(Array(read["waybill.json"] ?? [])) == listed.digest
    else { return nil }
    return (verified, read)
  }
}

/// What becomes of a changed file; called for every change of the sweep.
private struct Judge: Sendable {
  enum Verdict: Equatable {
    case passes
    /// Read without a refusal, and seen not to be the real one.
    case differs
    case refused(ExitCode)
  }

  private let look: @Sendable ([UInt8]) throws(Refusal) -> Bool

  /// - Parameter passes: whether the bytes pass for the real ones.
  init(passes look: @escaping @Sendable ([UInt8]) throws(Refusal) -> Bool) { self.look = look }

  func verdict(_ bytes: [UInt8]) -> Verdict {
    do throws(Refusal) {
      return try look(bytes) ? .passes : .differs
    } catch {
      return .refused(error.exit)
    }
  }
}

/// What damage may end with: never as taken, never as a fault of this machine.
private let allowed: [ExitCode] = [
  .damaged, .untrusted, .wrongSite, .replayed, .unsupported, .incomplete, .limitExceeded,
]

/// Whether all eight bits of every byte are tried, which takes its time.
private let isWhole = ProcessInfo.processInfo.environment["SWEEP"] == "all"

@Suite(.serialized, .timeLimit(isWhole ? .minutes(120) : .minutes(3))) struct SweepTests {
  @Test func M10_everyByteOfEveryFileCounts() throws {
    let bundle = try SmallBundle()
    let papers = try #require(try bundle.verified(bundle.files["papers.tar"] ?? []))
    let waybill = try papers.1.waybill()
    let sums = try #require(bundle.files["SHA256SUMS"])
    let listed = try SumsFile(parsing: sums)
    let bits: [UInt8] = isWhole ? Array(0..<8) : []
    var random = Seeded(state: 2026)
    var flips = 0
    var cuts = 0
    for (name, bytes) in bundle.files.sorted(by: { $0.key < $1.key }) {
      let judge = try judge(name, bundle, waybill, sums, listed, papers.0)
      #expect(judge.verdict(bytes) == .passes, "\(name) itself does not pass")
      func expectNoticed(_ changed: [UInt8], _ text: @autoclosure () -> String) {
        switch judge.verdict(changed) {
        case .passes: Issue.record("\(name), \(text()) passes")
        case .differs: break
        case .refused(let exit):
          if !allowed.contains(exit) { Issue.record("\(name), \(text()) ends \(exit)") }
        }
      }
      for index in bytes.indices {
        for bit in bits.isEmpty ? [UInt8(random.next() & 7)] : bits {
          var changed = bytes
          changed[index] ^= 1 << bit
          flips += 1
          expectNoticed(changed, "byte \(index), bit \(bit)")
        }
      }
      for length in bytes.indices {
        cuts += 1
        expectNoticed(Array(bytes[..<length]), "cut to \(length)")
      }
    }
    print(
      "sweep: \(flips) flips and \(cuts) truncations of \(bundle.files.count) files, all noticed")
    #expect(flips + cuts > 20_000)
  }

  /// How the site notices a change in each file of the folder.
  private func judge(
    _ name: String, _ bundle: SmallBundle, _ waybill: Waybill, _ sums: [UInt8], _ listed: SumsFile,
    _ verified: VerifiedPapers
  ) throws -> Judge {
    switch name {
    case "papers.tar", "papers-copy.tar":
      return Judge { (bytes) throws(Refusal) in try bundle.verified(bytes) != nil }
    case "SHA256SUMS":
      let expected = listed
      return Judge { (bytes) throws(Refusal) in try SumsFile(parsing: bytes) == expected }
    case "SHA256SUMS.minisig":
      return Judge { (bytes) throws(Refusal) in
        let signature = try MinisignSignature(parsing: bytes, named: name)
        try verified.courier.verify(
          signature, over: sums, untrustedComment: SumsFile.untrustedComment)
        return true
      }
    case "START-HERE.html":
      return Judge { Digest.sha256($0) == listed["START-HERE.html"] }
    default:
      let file = try #require(waybill.files.first { $0.name == name })
      return Judge { (bytes) throws(Refusal) in
        let reader = try VerifiedPieceReader(
          MemorySource(bytes, name: name), as: file, blockSize: waybill.blockSize)
        while try reader.next() != nil {}
        return true
      }
    }
  }

  @Test func M10_fiveHundredChangesThroughTheProgramAreRefusedOrNamed() throws {
    let bundle = try SmallBundle()
    let loop = bundle.loop
    let clean = try loop.scratch.folder("clean")
    try loop.scratch.copy(loop.scratch["site-fjord-3"], to: "clean/site")
    try loop.scratch.copy(loop.scratch["library-fjord-3"], to: "clean/library")
    let intact = try outcome(bundle, bundle.files, clean)
    #expect(intact.exit == 0, "\(intact.output)")
    var random = Seeded(state: 500)
    var counts: [Int32: Int] = [:]
    for number in 0..<500 {
      var files = bundle.files
      let change = Change.random(&files, using: &random)
      let result = try outcome(bundle, files, clean)
      counts[result.exit, default: 0] += 1
      let name = "case \(number), \(change.text)"
      if result.exit == 0 {
        #expect(!change.damagesContent, "\(name): taken")
        #expect(result.library == intact.library, "\(name): another end state")
        #expect(
          change.names.contains { result.output.contains($0) },
          "\(name): not named: \(result.output)")
      } else {
        #expect(
          allowed.contains { $0.rawValue == Int(result.exit) }, "\(name): exit \(result.exit)")
        #expect(result.library == result.before, "\(name): changed all the same")
      }
      for intact in Change.vouched where !change.names.contains(intact) {
        #expect(!result.blamed.contains(intact), "\(name): \(intact) is blamed: \(result.output)")
      }
    }
    print(
      "sweep: 500 changes through the program, by exit code: \(counts.sorted { $0.key < $1.key })")
  }

  private struct Result {
    let exit: Int32
    let output: String
    /// The files that the notes and the refusal begin with.
    let blamed: Set<String>
    let before: [String: [UInt8]]
    let library: [String: [UInt8]]
  }

  /// Imports `files` as a bundle at a fresh copy of the site.
  private func outcome(
    _ bundle: SmallBundle, _ files: [String: [UInt8]], _ clean: FilePath
  ) throws -> Result {
    let loop = bundle.loop
    for name in ["site-fjord-3", "library-fjord-3", "medium"] {
      try Files.remove(loop.scratch[name])
    }
    try loop.scratch.copy(clean.appending("site"), to: "site-fjord-3")
    try loop.scratch.copy(clean.appending("library"), to: "library-fjord-3")
    for (name, bytes) in files {
      try loop.scratch.write("medium/fjord-3.out.000001/\(name)", bytes)
    }
    let before = try content(loop)
    let run = try loop.site("fjord-3", "import", loop.scratch["medium"].string)
    let notes = run.list("notes").compactMap { note -> String? in
      if case .string(let text) = note { text } else { nil }
    }
    let blamed = (notes + [run.text("subject") ?? ""]).compactMap { text in
      text.split(whereSeparator: { $0 == " " || $0 == "," }).first.map(String.init)
    }
    return Result(
      exit: run.exit, output: run.output, blamed: Set(blamed), before: before,
      library: try content(loop))
  }

  /// The content library without the records that carry a time.
  private func content(_ loop: Rehearsal) throws -> [String: [UInt8]] {
    try loop.library().filter { !$0.key.hasPrefix("waybill/") }
  }
}
