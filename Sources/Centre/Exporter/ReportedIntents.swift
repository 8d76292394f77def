// SPDX-License-Identifier: Apache-2.0
import GRDB
import Intents

/// What stands at a site, as its newest booked report tells.
struct ReportedIntents {
  private let applied: [Name: (revision: Int64, manifest: Digest)]

  init(of site: SiteID, in ledger: Ledger) throws(Refusal) {
    let rows = try ledger.read { database in
      try Row.fetchAll(
        database,
        sql: """
          SELECT id, revision, manifest FROM site_intents
          WHERE site = ? AND state IN ('applied', 'removal-pending')
          """, arguments: [site.text])
    }
    var applied: [Name: (revision: Int64, manifest: Digest)] = [:]
    for row in rows {
      applied[try row.parsed("id") { Name($0) }] = (
        row["revision"], try row.parsed("manifest") { Digest(hex: $0) }
      )
    }
    self.applied = applied
  }

  /// Whether this very revision stands there.
  func has(_ intent: DeploymentIntent) -> Bool { applied[intent.id]?.revision == intent.revision }

  /// Whether this content stands there by this intent.
  func holds(_ manifest: Digest, for intent: Name) -> Bool { applied[intent]?.manifest == manifest }

  /// Those that stand there and are not among `wanted`, ascending.
  func beyond(_ wanted: [DeploymentIntent]) -> [Name] {
    Set(applied.keys).subtracting(wanted.map(\.id)).sorted()
  }
}
