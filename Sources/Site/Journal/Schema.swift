// SPDX-License-Identifier: Apache-2.0
import GRDB

/// The tables of the journal. Moments are text as FORMAT.md, 2 writes them; digests are 64 hex digits.
enum Schema {
  static func create(_ database: Database) throws {
    try database.execute(sql: tables)
    try database.execute(sql: "PRAGMA user_version = \(SiteLimits.schema)")
  }

  private static let tables = """
    CREATE TABLE configuration (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
    -- Small documents as they were verified: trust, policy.
    CREATE TABLE documents (name TEXT PRIMARY KEY, bytes BLOB NOT NULL) STRICT, WITHOUT ROWID;
    -- Of the newest bundle taken: the signed metadata that vouch for policy and acknowledgement, and ack.json.
    CREATE TABLE metadata (name TEXT PRIMARY KEY, bytes BLOB NOT NULL) STRICT, WITHOUT ROWID;
    CREATE TABLE bundles (
      n INTEGER NOT NULL, fingerprint TEXT NOT NULL, state TEXT NOT NULL, code TEXT,
      at TEXT NOT NULL, PRIMARY KEY (n, fingerprint)) STRICT, WITHOUT ROWID;
    -- The whole desired state that the newest accepted bundle brought.
    CREATE TABLE desired (
      id TEXT PRIMARY KEY, revision INTEGER NOT NULL, manifest TEXT NOT NULL, program TEXT NOT NULL,
      collection TEXT NOT NULL, purpose TEXT NOT NULL, available_from TEXT, deadline TEXT,
      scope TEXT NOT NULL, rollback INTEGER NOT NULL) STRICT, WITHOUT ROWID;
    -- What stands at the distribution point by our doing, in the same form and with its package id.
    CREATE TABLE applied (
      id TEXT PRIMARY KEY, revision INTEGER NOT NULL, manifest TEXT NOT NULL, program TEXT NOT NULL,
      collection TEXT NOT NULL, purpose TEXT NOT NULL, available_from TEXT, deadline TEXT,
      scope TEXT NOT NULL, rollback INTEGER NOT NULL, package_id TEXT, at TEXT NOT NULL,
      -- The plan that people approved it under.
      plan TEXT) STRICT, WITHOUT ROWID;
    -- How each intent stands, as a report says it.
    CREATE TABLE results (
      id TEXT PRIMARY KEY, revision INTEGER NOT NULL, manifest TEXT NOT NULL, state TEXT NOT NULL,
      code TEXT, reason TEXT, package_id TEXT, at TEXT NOT NULL) STRICT, WITHOUT ROWID;
    CREATE TABLE manifests (
      digest TEXT PRIMARY KEY, line TEXT NOT NULL, counter INTEGER NOT NULL, name TEXT NOT NULL,
      version TEXT NOT NULL, files INTEGER NOT NULL, length INTEGER NOT NULL
      ) STRICT, WITHOUT ROWID;
    CREATE TABLE counters (line TEXT PRIMARY KEY, counter INTEGER NOT NULL) STRICT, WITHOUT ROWID;
    -- Every effect at the distribution point: planned before it is tried, done after it is known.
    CREATE TABLE steps (
      id INTEGER PRIMARY KEY AUTOINCREMENT, intent TEXT NOT NULL, revision INTEGER NOT NULL,
      kind TEXT NOT NULL, state TEXT NOT NULL, object TEXT, at TEXT NOT NULL,
      UNIQUE (intent, revision, kind)) STRICT;
    -- People who may approve here, with their public keys.
    CREATE TABLE operators (
      id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL, key TEXT NOT NULL) STRICT;
    -- What they said, each a signed statement.
    CREATE TABLE approvals (
      id INTEGER PRIMARY KEY AUTOINCREMENT, digest TEXT NOT NULL UNIQUE, n INTEGER NOT NULL,
      plan TEXT NOT NULL, envelope BLOB NOT NULL) STRICT;
    -- Approved plans whose effects were begun, with the changes that were approved.
    CREATE TABLE begun (
      id INTEGER PRIMARY KEY AUTOINCREMENT, plan TEXT NOT NULL UNIQUE, n INTEGER NOT NULL,
      fingerprint TEXT NOT NULL, changes TEXT NOT NULL) STRICT;
    CREATE TABLE needed (digest TEXT PRIMARY KEY, at TEXT NOT NULL) STRICT, WITHOUT ROWID;
    CREATE TABLE sightings (
      id INTEGER PRIMARY KEY AUTOINCREMENT, at TEXT NOT NULL, code TEXT NOT NULL,
      subject TEXT NOT NULL) STRICT;
    CREATE TABLE audit (
      seq INTEGER PRIMARY KEY, at TEXT NOT NULL, event TEXT NOT NULL, facts TEXT NOT NULL,
      prev TEXT NOT NULL, hash TEXT NOT NULL) STRICT;
    CREATE INDEX audit_by_event ON audit (event, seq);
    CREATE TABLE reports (
      seq INTEGER PRIMARY KEY, hash TEXT NOT NULL, facts TEXT NOT NULL, event_head INTEGER NOT NULL,
      sighting_head INTEGER NOT NULL, n INTEGER NOT NULL, envelope BLOB NOT NULL,
      state BLOB NOT NULL, at TEXT NOT NULL
      ) STRICT;
    CREATE TABLE acknowledgements (
      epoch TEXT NOT NULL, seq INTEGER NOT NULL, hash TEXT NOT NULL, audit_head TEXT NOT NULL,
      at TEXT NOT NULL, PRIMARY KEY (epoch, seq)) STRICT, WITHOUT ROWID;
    """
}
