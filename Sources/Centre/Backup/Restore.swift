// SPDX-License-Identifier: Apache-2.0
import Bundles
import GRDB
package import Intents
package import SystemPackage
import Trust

/// Brings a centre back from a backup, and lifts the numbers of all lines above whatever may have been sent since.
package enum Restore {
  /// A line and the number that its next bundle follows.
  package struct Line: Sendable {
    package let site: SiteID
    package let before: Int64
    package let now: Int64
  }

  /// Unpacks `file` into `folder`, which must be free, and declares the restore.
  ///
  /// - Throws: `CentreReason.backupDamaged`, `.alreadyThere`.
  package static func restore(
    _ file: FilePath, to folder: FilePath, at now: Instant
  ) throws(Refusal) -> [Line] {
    let ledger = folder.appending(BackupListing.ledger)
    if FileQuery.status(NumberDraw.marker(in: folder)) != nil, FileQuery.status(ledger) != nil {
      // Interrupted between the last file and the numbers: only those are missing.
      return try declare(try CentreProfile(opening: folder, at: now), at: now)
    }
    try CentreSetup.checkFree(folder)
    try DurableFile.makeFolder(folder)
    // Until the numbers are lifted nothing may be signed from this folder, whenever this is interrupted.
    try DurableFile.write(Array("\(now)\n".utf8), to: NumberDraw.marker(in: folder))
    try unpack(file, to: folder)
    try DurableFile.makeFolder(folder.appending("depot"))
    try DurableFile.makeFolder(folder.appending("numbers"))
    try DurableFile.makeFolder(folder.appending("work"))
    try DurableFile.rename(ledger.appendingSuffix(".restored"), to: ledger)
    return try declare(try CentreProfile(opening: folder, at: now), at: now)
  }

  /// Declares that `profile` was copied or restored: N of each line = max(ledger, high-water file, all returns) +
  /// 1000. Until then numbers that disagree sign nothing.
  package static func declare(
    _ profile: CentreProfile, at now: Instant
  ) throws(Refusal) -> [Line] {
    let draw = NumberDraw(profile: profile)
    var lines: [Line] = []
    for site in try profile.ledger.sites().map(\.id) {
      let highest = max(try draw.lastInLedger(site), try returned(site, profile))
      // A file that cannot be read may be why we are here.
      let before = max(highest, (try? draw.lastInFile(site)) ?? 0)
      let jumped = before + CentreLimits.restoreJump
      guard jumped < TrustLimits.jsonInteger else {
        throw Refusal(
          CentreReason.numbersDisagree, "line of \(site)", seen: "\(before)",
          expected: "a number that leaves room above it; replace the exporter's keys")
      }
      try draw.skip(site, to: jumped, at: now)
      lines.append(Line(site: site, before: before, now: jumped))
    }
    try DurableFile.unlinkIfPresent(NumberDraw.marker(in: profile.folder))
    return lines
  }

  /// The highest number that a signed return of the site speaks of.
  private static func returned(_ site: SiteID, _ profile: CentreProfile) throws(Refusal) -> Int64 {
    try profile.ledger.read { database in
      try Int64.fetchOne(
        database, sql: "SELECT max(n) FROM reports WHERE site = ?", arguments: [site.text]) ?? 0
    }
  }

  private static func unpack(_ file: FilePath, to folder: FilePath) throws(Refusal) {
    let source = try FileSource(file)
    let head = try source.prefix(Int(CentreLimits.backupListing))
    guard head.starts(with: BackupListing.magic),
      let end = head.dropFirst(BackupListing.magic.count).firstIndex(of: UInt8(ascii: "\n"))
    else {
      throw Refusal(
        CentreReason.backupDamaged, file.text, seen: "no listing", expected: "a backup of a centre")
    }
    let listing = try BackupListing(
      parsing: Array(head[BackupListing.magic.count..<end]), named: file.text)
    var offset = Int64(end) + 1
    let total = listing.files.reduce(offset) { $0 + $1.length }
    guard source.length == total else {
      throw Refusal(
        CentreReason.backupDamaged, file.text, seen: "\(source.length) bytes",
        expected: "\(total) bytes")
    }
    for entry in listing.files {
      try write(entry, from: source, at: offset, to: folder)
      offset += entry.length
    }
  }

  private static func write(
    _ entry: BackupListing.File, from source: FileSource, at start: Int64, to folder: FilePath
  ) throws(Refusal) {
    // The ledger gets its name last: a folder without it is no centre.
    let isLedger = entry.name == BackupListing.ledger
    var path = folder
    for part in entry.name.split(separator: "/") { path.append(String(part)) }
    if isLedger { path = path.appendingSuffix(".restored") }
    try DurableFile.makeFolder(path.removingLastComponent())
    try DurableFile.unlinkIfPresent(path)
    let output = try DurableFile.create(path)
    defer { try? output.close() }  // closed already where all went well
    var buffer = [UInt8](repeating: 0, count: 1 << 20)
    var digest = SHA256Stream()
    var done: Int64 = 0
    while done < entry.length {
      let want = Int(min(Int64(buffer.count), entry.length - done))
      let count = try buffer.withUnsafeMutableBufferPointer { (bytes) throws(Refusal) in
        let piece = UnsafeMutableRawBufferPointer(
          UnsafeMutableBufferPointer(rebasing: bytes[..<want]))
        return try source.fill(piece, at: start + done)
      }
      if count == 0 { break }
      digest.update(buffer[..<count])
      try output.writeAll(Array(buffer[..<count]), naming: path)
      done += Int64(count)
    }
    let found = digest.finalize()
    guard found == entry.digest else {
      throw Refusal(
        CentreReason.backupDamaged, entry.name, seen: found.hex, expected: entry.digest.hex,
        changed: "files in \(folder.text), which is no centre yet; delete it")
    }
    try output.synchronize(naming: path)
    try DurableFile.synchronizeFolder(of: path)
  }
}
