// SPDX-License-Identifier: Apache-2.0
import Bundles
import Foundation
import GRDB
import Intents
import SystemPackage

/// What the ledger keeps of a bundle, so that it can be written again to the byte.
struct BundleRecord {
  let profile: CentreProfile

  struct Frozen {
    let papers: [UInt8]
    let fingerprint: Digest
    let expires: Instant
    let volumeSize: Int64
    let orders: [OrdersSources.Target]
    let frames: [Depot.Frame]
  }

  /// Keeps the signed papers and all that they vouch for, before the papers touch the medium.
  ///
  /// - Parameter plan: whose acknowledgement puts a renewed key of the site in force.
  func freeze(
    _ bundle: Exporter.Result, of plan: ExportPlan, papers: [UInt8], sources: OrdersSources,
    frames: [Depot.Frame],
    at now: Instant
  ) throws(Refusal) {
    try profile.ledger.write { database in
      try database.execute(
        sql: """
          UPDATE bundles SET state = 'frozen', issued = ?, expires = ?, fingerprint = ?, papers = ?,
            plain = ?, stored = ? WHERE site = ? AND n = ?
          """,
        arguments: [
          now.description, bundle.expires.description, bundle.fingerprint.hex, Data(papers),
          bundle.plain, bundle.stored, bundle.site.text, bundle.number,
        ])
      for target in sources.targets {
        try database.execute(
          sql: "INSERT INTO bundle_orders(site, n, target, sha256, bytes) VALUES (?, ?, ?, ?, ?)",
          arguments: [
            bundle.site.text, bundle.number, target.name, target.digest.hex,
            target.bytes.map { Data($0) },
          ])
      }
      for (ordinal, name) in frames.compactMap({ Depot.FrameName($0) }).enumerated() {
        try database.execute(
          sql: "INSERT INTO bundle_frames VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
          arguments: [
            bundle.site.text, bundle.number, ordinal, name.frame, name.file, name.start,
            name.reference?.file, name.reference?.from,
          ])
      }
      try LedgerAudit.append(
        "bundle.signed",
        [
          "site": bundle.site.text, "n": String(bundle.number),
          "fingerprint": bundle.fingerprint.hex,
        ], at: now, in: database)
      try Ledger.takeKey(
        acknowledgedBy: bundle.number, upTo: plan.acknowledged.seq, of: plan.site, at: now,
        in: database)
    }
  }

  /// Books that the bundle lies on a medium, whole and read again.
  func markWritten(
    _ bundle: Exporter.Result, medium: FilePath, at now: Instant
  ) throws(Refusal) {
    try DurableFile.unlinkIfPresent(
      profile.workFolder.appending("\(bundle.site).\(bundle.number).index.json"))
    try profile.ledger.write { database in
      try database.execute(
        sql: "UPDATE bundles SET state = 'written', medium = ? WHERE site = ? AND n = ?",
        arguments: [medium.text, bundle.site.text, bundle.number])
      try LedgerAudit.append(
        "bundle.written",
        [
          "site": bundle.site.text, "n": String(bundle.number),
          "fingerprint": bundle.fingerprint.hex,
        ], at: now, in: database)
    }
  }

  /// - Throws: `CentreReason.repeatUnknown` for a number without signed papers, and for one that a newer bundle
  ///   followed and whose deltas were evicted since.
  func frozen(_ number: Int64, of site: SiteID) throws(Refusal) -> Frozen {
    let (row, orders, named, newest) = try profile.ledger.read { database in
      let row = try Row.fetchOne(
        database, sql: "SELECT * FROM bundles WHERE site = ? AND n = ? AND papers IS NOT NULL",
        arguments: [site.text, number])
      let orders = try Row.fetchAll(
        database,
        sql: "SELECT * FROM bundle_orders WHERE site = ? AND n = ? ORDER BY target",
        arguments: [site.text, number]
      ).map { row in
        OrdersSources.Target(
          name: row["target"], digest: try row.parsed("sha256") { Digest(hex: $0) },
          bytes: (row["bytes"] as Data?).map { Array($0) })
      }
      let frames = try Row.fetchAll(
        database, sql: "SELECT * FROM bundle_frames WHERE site = ? AND n = ? ORDER BY ordinal",
        arguments: [site.text, number]
      ).map { row in
        let name = Depot.FrameName(row)
        return (name.frame, try Depot.frame(name, in: database))
      }
      let newest = try Int64.fetchOne(
        database, sql: "SELECT max(n) FROM bundles WHERE site = ? AND papers IS NOT NULL",
        arguments: [site.text])
      return (row, orders, frames, newest)
    }
    guard let row else {
      throw Refusal(
        CentreReason.repeatUnknown, "bundle \(number) of \(site)", seen: "no signed papers",
        expected: "a bundle that was exported")
    }
    let frames = try named.map { digest, frame throws(Refusal) in
      if let frame { return frame }
      guard let newest, number < newest else { throw Depot.unknown(digest) }
      throw Refusal(
        CentreReason.repeatUnknown, "bundle \(number) of \(site)",
        seen: "frames that made room for newer ones",
        expected: "bundle \(newest), the newest, or one whose frames are all kept")
    }
    return Frozen(
      papers: Array(row["papers"] as Data),
      fingerprint: try row.parsed("fingerprint") { Digest(hex: $0) },
      expires: try row.parsed("expires") { Instant($0) }, volumeSize: row["volume_size"],
      orders: orders, frames: frames)
  }
}

/// Folders that an interrupted export left on a medium, and the numbers that it drew in vain.
struct UnfinishedBundles {
  let profile: CentreProfile
  let medium: FilePath

  /// Removes them, and marks the numbers below `number` that were never signed as unused. A folder whose
  /// number was signed but that lacks `papers.tar` is as unfinished, and a damaged bundle to whoever checks the
  /// medium; its number stays frozen in the ledger, for it can be written again.
  func clear(_ site: SiteID, below number: Int64) throws(Refusal) {
    let numbers = try profile.ledger.read { database in
      try Int64.fetchAll(
        database,
        sql: "SELECT n FROM bundles WHERE site = ? AND n < ? AND state IN ('drawn', 'frozen')",
        arguments: [site.text, number])
    }
    for unfinished in numbers {
      try BundleWriter.removeUnfinished(.out(site, n: unfinished), on: medium)
      try DurableFile.unlinkIfPresent(
        profile.workFolder.appending("\(site).\(unfinished).index.json"))
    }
    try profile.ledger.write { database in
      try database.execute(
        sql: "UPDATE bundles SET state = 'unused' WHERE site = ? AND n < ? AND state = 'drawn'",
        arguments: [site.text, number])
    }
  }
}
