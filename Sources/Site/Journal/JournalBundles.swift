// SPDX-License-Identifier: Apache-2.0
import GRDB
package import Intents

/// A bundle of this site's line, as far as the site remembers it.
package struct KnownBundle: Hashable, Sendable {
  package enum State: String, Sendable, CaseIterable {
    /// Refused; `code` says why.
    case refused
    /// Verified, its desired state taken, its content staged; work at the distribution point remains.
    case staged
    /// Everything that could be done was done.
    case applied
    /// A newer one was taken instead.
    case superseded
  }

  package let number: Int64
  package let fingerprint: Digest
  package let state: State
  package let code: String?
  /// When it came into this state.
  package let at: Instant

  package init(
    number: Int64, fingerprint: Digest, state: State, code: String? = nil, at: Instant
  ) {
    self.number = number
    self.fingerprint = fingerprint
    self.state = state
    self.code = code
    self.at = at
  }
}

extension JournalTransaction {
  package func bundle(_ number: Int64, _ fingerprint: Digest) throws -> KnownBundle? {
    try Row.fetchOne(
      database, sql: "SELECT * FROM bundles WHERE n = ? AND fingerprint = ?",
      arguments: [number, fingerprint.hex]
    ).map(bundle)
  }

  /// The newest one that was taken: staged or applied. Numbers may start anew and clocks go back, so it is the one that
  /// was recorded last.
  package func newestBundle() throws -> KnownBundle? {
    if let bundle = try lastTaken() { return bundle }
    // A journal of a release that did not note it.
    return try Row.fetchOne(
      database,
      sql: """
        SELECT * FROM bundles WHERE state IN ('staged', 'applied') ORDER BY at DESC, n DESC LIMIT 1
        """
    ).map(bundle)
  }

  private static let lastTakenKey = "last_taken"

  private func lastTaken() throws -> KnownBundle? {
    guard let parts = try value(Self.lastTakenKey)?.split(separator: " ") else { return nil }
    guard parts.count == 2, let number = Int64(parts[0]), let fingerprint = Digest(hex: parts[1])
    else { throw damaged("configuration") }
    return try bundle(number, fingerprint)
  }

  package func bundles() throws -> [KnownBundle] {
    try Row.fetchAll(database, sql: "SELECT * FROM bundles ORDER BY n").map(bundle)
  }

  /// Sets what is known of a bundle. One that was taken before never becomes `refused` or `superseded` by a
  /// later look at it.
  package func record(_ bundle: KnownBundle) throws {
    if bundle.state == .refused || bundle.state == .superseded,
      let known = try self.bundle(bundle.number, bundle.fingerprint),
      known.state == .applied || known.state == .staged
    {
      return
    }
    try database.execute(
      sql: "INSERT OR REPLACE INTO bundles VALUES (?, ?, ?, ?, ?)",
      arguments: [
        bundle.number, bundle.fingerprint.hex, bundle.state.rawValue, bundle.code,
        bundle.at.description,
      ])
    if bundle.state == .staged || bundle.state == .applied {
      try setValue("\(bundle.number) \(bundle.fingerprint.hex)", of: Self.lastTakenKey)
    }
  }

  private func bundle(_ row: Row) throws -> KnownBundle {
    guard let fingerprint = Digest(hex: row["fingerprint"] as String),
      let state = KnownBundle.State(rawValue: row["state"]), let at = Instant(row["at"] as String)
    else { throw damaged("bundles") }
    return KnownBundle(
      number: row["n"], fingerprint: fingerprint, state: state, code: row["code"], at: at)
  }
}
