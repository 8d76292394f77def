// SPDX-License-Identifier: Apache-2.0
import Bundles
import Glibc
import Intents
import SystemPackage
import Trust

/// Copies a finished bundle folder to a medium in the order of FORMAT.md, 1, `papers.tar` last by rename, and
/// reads it back past the cache (M14).
struct BundleCopier {
  let source: FilePath
  let medium: FilePath
  let name: String

  private var target: FilePath { medium.appending(name) }

  /// - Returns: bytes written, or that were there already.
  func run(progress: @escaping PhaseProgress) throws(Refusal) -> Int64 {
    let names = try order()
    var total: Int64 = 0
    for name in names { total += FileQuery.status(source.appending(name))?.length ?? 0 }
    if let there = FileQuery.status(target), there.kind != .folder {
      throw Refusal(
        SiteReason.fileExists, target.text, seen: "no folder", expected: "no file of this name")
    }
    let papers = target.appending(BundleFiles.papers)
    if FileQuery.status(papers) != nil {
      // Finished before: nothing is written over it, but it must be what we would write.
      try compare(names, of: total, progress)
      return total
    }
    try MediumCheck(medium).requireRoom(total)
    let meter = PhaseMeter("writing", of: total, progress)
    do throws(Refusal) {
      try DurableFile.makeFolder(target, permissions: BundleWriter.folderPermissions)
      for name in names {
        try Interruption.check()
        try copy(name, meter)
      }
      meter.finish()
      try compare(names, of: total, progress)
    } catch {
      // Nothing half-written; the first failure is the one to tell
      try? FolderRemoval.remove(target)
      throw MediumCheck(medium).refusal(error)
    }
    return total
  }

  /// Volumes, orders, the copy of the papers, the page, the sums, the papers.
  private func order() throws(Refusal) -> [String] {
    let last = [
      BundleFiles.orders, BundleFiles.orders + BundleFiles.sealedSuffix, BundleFiles.papersCopy,
      StartHere.name, SumsFile.name, BundleFiles.papers,
    ]
    let names = try FileQuery.names(in: source)
    return names.filter { !last.contains($0) } + last.filter { names.contains($0) }
  }

  private func copy(_ name: String, _ meter: PhaseMeter) throws(Refusal) {
    let input = try FileSource(source.appending(name))
    let path = target.appending(name)
    let part = path.appendingSuffix(".part")
    try DurableFile.unlinkIfPresent(part)
    let output = try DurableFile.create(part, permissions: BundleWriter.filePermissions)
    do throws(Refusal) {
      let stream = MeteredStream(SourceStream(input), meter)
      while let bytes = try stream.next() { try output.writeAll(bytes, naming: part) }
      try output.synchronize(naming: part)
      try output.closing(naming: part)
    } catch {
      try? output.close()  // the first failure is the one to tell
      throw error
    }
    try DurableFile.rename(part, to: path)
  }

  private func compare(
    _ names: [String], of total: Int64, _ progress: @escaping PhaseProgress
  ) throws(Refusal) {
    let meter = PhaseMeter("reading back", of: total, progress)
    for name in names {
      let expected = try hash(source.appending(name))
      let seen = try hash(target.appending(name), meter)
      guard seen == expected else {
        throw Refusal(
          BundleReason.mediumForgets, target.appending(name).text, seen: seen.hex,
          expected: expected.hex)
      }
    }
    meter.finish()
  }

  private func hash(_ path: FilePath, _ meter: PhaseMeter? = nil) throws(Refusal) -> Digest {
    let file = try FileSource(path)
    file.dropCached()
    let stream = SourceStream(file)
    var hash = SHA256Stream()
    while let bytes = try stream.next() {
      hash.update(bytes)
      meter?.add(Int64(bytes.count))
    }
    return hash.finalize()
  }
}

/// Whether a medium can take a bundle, asked before the first byte (R15).
struct MediumCheck {
  private let medium: FilePath

  init(_ medium: FilePath) { self.medium = medium }

  func requireWritable() throws(Refusal) {
    guard FileQuery.isFolder(medium) else {
      throw Refusal(
        SiteReason.mediumNotWritable, medium.text, seen: "no folder", expected: "a mounted medium")
    }
    guard medium.withPlatformString({ access($0, W_OK | X_OK) }) == 0 else {
      throw Refusal(
        SiteReason.mediumNotWritable, medium.text, seen: "\(Errno.current)", expected: "writable")
    }
  }

  func requireRoom(_ bytes: Int64) throws(Refusal) {
    let free = try DiskSpace.free(at: medium)
    let needed = bytes + SiteLimits.mediumReserve
    guard needed <= free else {
      throw Refusal(
        SiteReason.noSpaceForContent, medium.text, seen: "\(free) bytes free",
        expected: "\(needed) bytes")
    }
  }

  /// A failure to write on a medium is the medium's, not this machine's.
  func refusal(_ error: Refusal) -> Refusal {
    guard [.fileFailed, .machineFailed].contains(error.reason as? BundleReason),
      error.subject.hasPrefix(medium.text)
    else { return error }
    return Refusal(
      SiteReason.mediumNotWritable, error.subject, seen: error.seen, expected: error.expected)
  }
}

/// Removes a folder of our own making.
enum FolderRemoval {
  /// Removes what lies in `folder` and the folder; links are removed, never followed.
  static func remove(_ folder: FilePath) throws(Refusal) {
    guard let status = FileQuery.status(folder) else { return }
    guard status.kind == .folder else { return try DurableFile.unlinkIfPresent(folder) }
    for name in try FileQuery.names(in: folder) { try remove(folder.appending(name)) }
    try FileError.checking("remove folder", folder) {
      folder.withPlatformString { rmdir($0) }
    }
  }
}
