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

  /// Verifies papers as the site does; nil when they are refused.
  func verified(_ papers: [UInt8]) -> (VerifiedPapers, Papers)? {
    do {
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
    } catch {
      return nil
    }
  }
}

/// Whether a changed file would pass for the real one; called for every change of the sweep.
private struct Judge: Sendable {
  let passes: @Sendable ([UInt8]) -> Bool
}

@Suite(.serialized) struct SweepTests {
  @Test func M10_everyByteOfEveryFileCounts() throws {
    let bundle = try SmallBundle()
    let papers = try #require(bundle.verified(bundle.files["papers.tar"] ?? []))
    let waybill = try papers.1.waybill()
    let sums = try #require(bundle.files["SHA256SUMS"])
    let listed = try SumsFile(parsing: sums)
    let bits: [UInt8] = ProcessInfo.processInfo.environment["SWEEP"] == "all" ? Array(0..<8) : []
    var random = Seeded(state: 2026)
    var flips = 0
    var cuts = 0
    for (name, bytes) in bundle.files.sorted(by: { $0.key < $1.key }) {
      let judge = try judge(name, bundle, waybill, sums, listed, papers.0)
      #expect(judge.passes(bytes), "\(name) itself does not pass")
      for index in bytes.indices {
        for bit in bits.isEmpty ? [UInt8(random.next() & 7)] : bits {
          var changed = bytes
          changed[index] ^= 1 << bit
          flips += 1
          if judge.passes(changed) { Issue.record("\(name), byte \(index), bit \(bit) passes") }
        }
      }
      for length in bytes.indices {
        cuts += 1
        if judge.passes(Array(bytes[..<length])) { Issue.record("\(name) cut to \(length) passes") }
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
      return Judge { bundle.verified($0) != nil }
    case "SHA256SUMS":
      let expected = listed
      return Judge { bytes in (try? SumsFile(parsing: bytes)) == expected }  // refused or other
    case "SHA256SUMS.minisig":
      return Judge { bytes in
        guard let signature = try? MinisignSignature(parsing: bytes, named: name) else {
          return false
        }
        return refusal { () throws(Refusal) in
          try verified.courier.verify(
            signature, over: sums, untrustedComment: SumsFile.untrustedComment)
        } == nil
      }
    case "START-HERE.html":
      return Judge { Digest.sha256($0) == listed["START-HERE.html"] }
    default:
      let file = try #require(waybill.files.first { $0.name == name })
      return Judge { bytes in
        let reader = try? VerifiedPieceReader(
          MemorySource(bytes, name: name), as: file, blockSize: waybill.blockSize)
        guard let reader else { return false }
        return refusal { () throws(Refusal) in
          while try reader.next() != nil {}
        } == nil
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
        #expect(!change.isInOrdersOrVolume, "\(name): taken")
        #expect(result.library == intact.library, "\(name): another end state")
        #expect(
          change.names.contains { result.output.contains($0) },
          "\(name): not named: \(result.output)")
      } else {
        #expect([10, 11, 16, 20].contains(result.exit), "\(name): exit \(result.exit)")
        #expect(result.library == result.before, "\(name): changed all the same")
      }
    }
    print(
      "sweep: 500 changes through the program, by exit code: \(counts.sorted { $0.key < $1.key })")
  }

  private struct Result {
    let exit: Int32
    let output: String
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
    return Result(
      exit: run.exit, output: run.output, before: before, library: try content(loop))
  }

  /// The content library without the records that carry a time.
  private func content(_ loop: Rehearsal) throws -> [String: [UInt8]] {
    try loop.library().filter { !$0.key.hasPrefix("waybill/") }
  }
}

/// One change of a bundle's folder.
private struct Change {
  let text: String
  /// Any of these in the output names it.
  let names: [String]
  let isInOrdersOrVolume: Bool

  static func random(_ files: inout [String: [UInt8]], using random: inout Seeded) -> Change {
    let names = files.keys.sorted()
    let name = names[Int(random.next() % UInt64(names.count))]
    let bytes = files[name] ?? []
    let place = Int(random.next() % UInt64(bytes.count))
    let isPiece = name == "orders.tar" || name.hasPrefix("volume-")
    switch random.next() % 5 {
    case 0:
      files[name] = Array(bytes[..<place])
      return Change(text: "\(name) cut to \(place)", names: [name], isInOrdersOrVolume: isPiece)
    case 1:
      files[name] = nil
      return Change(text: "\(name) deleted", names: [name], isInOrdersOrVolume: isPiece)
    case 2:
      let stranger = "stranger-\(place).bin"
      files[stranger] = Array(bytes.prefix(place))
      return Change(text: "\(stranger) added", names: [stranger], isInOrdersOrVolume: false)
    case 3:
      var changed = bytes
      let other = Int(random.next() % UInt64(bytes.count))
      changed.swapAt(place, other)
      if changed == bytes { changed[place] ^= 0x20 }
      files[name] = changed
      return Change(
        text: "\(name), bytes \(place) and \(other) swapped", names: [name],
        isInOrdersOrVolume: isPiece)
    default:
      var changed = bytes
      changed[place] ^= 1 << UInt8(random.next() & 7)
      files[name] = changed
      return Change(
        text: "\(name), byte \(place) flipped", names: [name], isInOrdersOrVolume: isPiece)
    }
  }
}

/// A small seeded generator, so that a failure can be repeated.
struct Seeded: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
