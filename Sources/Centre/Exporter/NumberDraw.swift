// SPDX-License-Identifier: Apache-2.0
import Bundles
import GRDB
import Intents
import SystemPackage

/// Draws the number N of a site's next bundle. A number once drawn is never used again, whatever happens to
/// the bundle.
struct NumberDraw {
  let profile: CentreProfile

  /// High-water file first, then the ledger, each durable before the next.
  ///
  /// - Throws: `CentreReason.numbersDisagree` when the two differ by other than one interrupted draw.
  func draw(for site: SiteID, volumeSize: Int64, at now: Instant) throws(Refusal) -> Int64 {
    let (inLedger, inFile) = try agreement(for: site)
    let number = inFile + 1
    try DurableFile.write(Array("\(number)\n".utf8), to: profile.highWaterFile(site))
    try profile.ledger.write { database in
      // An interrupted draw left its number in the file alone: it stays unused, the ledger follows.
      if inFile > inLedger {
        try insert(site, inFile, state: "unused", volumeSize, at: now, in: database)
      }
      try insert(site, number, state: "drawn", volumeSize, at: now, in: database)
    }
    return number
  }

  /// The last number of a line as the ledger and the high-water file know it, one apart after an interrupted draw.
  ///
  /// - Throws: `CentreReason.numbersDisagree` when nothing may be signed.
  func agreement(for site: SiteID) throws(Refusal) -> (inLedger: Int64, inFile: Int64) {
    let marker = NumberDraw.marker(in: profile.folder)
    guard FileQuery.status(marker) == nil else {
      throw Refusal(
        CentreReason.numbersDisagree, "line of \(site)",
        seen: "a restore that did not end, \(marker.text)",
        expected: "numbers lifted by `restore --declare`")
    }
    let inLedger = try lastInLedger(site)
    let inFile = try lastInFile(site)
    guard inFile == inLedger || inFile == inLedger + 1 else {
      throw Refusal(
        CentreReason.numbersDisagree, "line of \(site)",
        seen: "\(inLedger) in the ledger, \(inFile) in \(profile.highWaterFile(site).text)",
        expected: "one number")
    }
    return (inLedger, inFile)
  }

  /// Leaves out all numbers up to `number`: the next draw is above it. What a declared restore does.
  func skip(_ site: SiteID, to number: Int64, at now: Instant) throws(Refusal) {
    try DurableFile.makeFolder(profile.highWaterFile(site).removingLastComponent())
    try DurableFile.write(Array("\(number)\n".utf8), to: profile.highWaterFile(site))
    try profile.ledger.write { database in
      try insert(
        site, number, state: "unused", CentreLimits.volumeSize, at: now, in: database)
      try LedgerAudit.append(
        "restore.declared", ["site": site.text, "n": String(number)], at: now, in: database)
    }
  }

  /// Lies in a state folder from the first file of a restore until its numbers are lifted.
  static func marker(in folder: FilePath) -> FilePath { folder.appending("restoring") }

  private func insert(
    _ site: SiteID, _ number: Int64, state: String, _ volumeSize: Int64, at now: Instant,
    in database: Database
  ) throws {
    try database.execute(
      sql: "INSERT INTO bundles(site, n, state, drawn_at, volume_size) VALUES (?, ?, ?, ?, ?)",
      arguments: [site.text, number, state, now.description, volumeSize])
  }

  func lastInLedger(_ site: SiteID) throws(Refusal) -> Int64 {
    try profile.ledger.read { database in
      try Int64.fetchOne(
        database, sql: "SELECT max(n) FROM bundles WHERE site = ?", arguments: [site.text]) ?? 0
    }
  }

  func lastInFile(_ site: SiteID) throws(Refusal) -> Int64 {
    let path = profile.highWaterFile(site)
    guard FileQuery.status(path) != nil else { return 0 }
    let text = String(decoding: try FileQuery.contents(of: path, cap: 64), as: UTF8.self)
    guard text.hasSuffix("\n"), let number = Int64(text.dropLast()), number > 0 else {
      throw Refusal(
        CentreReason.numbersDisagree, path.text, seen: text, expected: "a number and a line feed")
    }
    return number
  }
}
