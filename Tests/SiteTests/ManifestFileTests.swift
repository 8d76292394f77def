// SPDX-License-Identifier: Apache-2.0
import Bundles
import Foundation
import Glibc
import Intents
import Site
import SystemPackage
import Testing
import Trust

/// Content manifests as long as they may be.
@Suite struct ManifestFileTests {
  private let temporary: SiteFolder

  init() throws { temporary = try SiteFolder() }

  /// A manifest on disk that says it has `said` files and lists `listed`.
  private func manifest(files said: Int64, listed: Int) throws -> ManifestFile {
    let sample = try MiniCentre.content("big", counter: 1).manifest
    let header = ContentManifest(
      salt: sample.salt, line: sample.line, name: sample.name, version: "1", counter: 1,
      publisherScope: sample.publisherScope, programs: sample.programs, fileCount: said,
      totalLength: Int64(listed))
    let path = temporary["manifest.json"]
    let file = try FileDescriptor.open(
      path, .writeOnly, options: [.create], permissions: .ownerReadWrite)
    defer { try? file.close() }
    var hash = SHA256Stream()
    var waiting: [UInt8] = []
    var writer = ListingWriter(
      header: ManifestDocument.header(header), listName: ManifestDocument.list
    ) { bytes in
      waiting += bytes
      guard waiting.count > 1 << 20 else { return }
      waiting.withUnsafeBytes { hash.update($0) }
      // What was not written shows in the hash.
      _ = try? file.writeAll(waiting)
      waiting.removeAll(keepingCapacity: true)
    }
    try writer.headerLine()
    for number in 0..<listed {
      let name = String(number + 10_000_000)
      try writer.element(
        ManifestDocument.element(
          ContentFile(path: "f/\(name)", length: 1, digest: .sha256([1]), modified: monday)))
    }
    try writer.end()
    waiting.withUnsafeBytes { hash.update($0) }
    try file.writeAll(waiting)
    return ManifestFile(path, digest: hash.finalize())
  }

  /// Resident memory now, in bytes (proc_pid_status(5)).
  private func resident() throws -> Int {
    let status = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
    let line = status.split(separator: "\n").first { $0.hasPrefix("VmRSS:") }
    return (line?.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0) << 10
  }

  @Test("H29: a manifest of 500,000 files is read in bounded memory")
  func long() throws {
    let file = try manifest(files: 500_000, listed: 500_000)
    let before = try resident()
    let start = clock()
    let read = try file.check()
    let spent = Double(clock() - start) / Double(CLOCKS_PER_SEC)
    let after = try resident()
    print("H29: 500,000 files in \(spent) s of the processor, \((after - before) >> 20) MiB more")
    #expect(read.fileCount == 500_000)
    #expect(after - before < 128 << 20)
  }

  @Test("H29: a manifest of more files than a site takes is refused by the number it says")
  func tooLong() throws {
    let said = try manifest(files: SiteLimits.manifestFiles + 1, listed: 2)
    #expect(code { _ = try said.check() } == "WB2280")
  }
}
