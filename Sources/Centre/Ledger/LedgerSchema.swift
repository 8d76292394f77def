// SPDX-License-Identifier: Apache-2.0

/// The tables of the ledger. Digests are 64 hex digits, moments are text as in FORMAT.md.
enum LedgerSchema {
  static let version = 1

  static let sql = """
    PRAGMA user_version = 1;
    CREATE TABLE IF NOT EXISTS configuration(key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;

    CREATE TABLE IF NOT EXISTS audit(
      seq INTEGER PRIMARY KEY, at TEXT NOT NULL, event TEXT NOT NULL, line BLOB NOT NULL,
      hash TEXT NOT NULL) STRICT;

    -- root, targets, content and policy, as signed, by version
    CREATE TABLE IF NOT EXISTS metadata(
      role TEXT NOT NULL, version INTEGER NOT NULL, bytes BLOB NOT NULL,
      PRIMARY KEY(role, version)) STRICT;

    -- what waits for signatures: all drafts of one ceremony are published together; one draft a role
    CREATE TABLE IF NOT EXISTS ceremonies(
      id TEXT PRIMARY KEY, purpose TEXT NOT NULL, drafted_at TEXT NOT NULL, needs TEXT NOT NULL) STRICT;
    CREATE TABLE IF NOT EXISTS drafts(
      role TEXT PRIMARY KEY, ceremony TEXT NOT NULL REFERENCES ceremonies, bytes BLOB NOT NULL) STRICT;
    -- whose key it is, in the centre's words
    CREATE TABLE IF NOT EXISTS key_labels(keyid TEXT PRIMARY KEY, label TEXT NOT NULL) STRICT;

    CREATE TABLE IF NOT EXISTS sites(
      id TEXT PRIMARY KEY, epoch TEXT NOT NULL, key TEXT NOT NULL, keyid TEXT NOT NULL,
      recipient TEXT NOT NULL, root_fingerprint TEXT NOT NULL, points TEXT NOT NULL, agent TEXT NOT NULL,
      enrolment TEXT NOT NULL, enrolled_at TEXT NOT NULL,
      -- the people who may approve there, as the enrolment names them
      operators TEXT NOT NULL) STRICT;

    -- enrolments besides those in force: one a site may wait for officers, others are over
    CREATE TABLE IF NOT EXISTS epochs(
      site TEXT NOT NULL REFERENCES sites, epoch TEXT NOT NULL, enrolment TEXT NOT NULL,
      standing TEXT NOT NULL, at TEXT NOT NULL, PRIMARY KEY(site, epoch)) STRICT;
    -- keys that take over from another: seq is the first booked report that names it, n the bundle that acknowledges it
    CREATE TABLE IF NOT EXISTS renewals(
      site TEXT NOT NULL REFERENCES sites, epoch TEXT NOT NULL, keyid TEXT NOT NULL, key TEXT NOT NULL,
      seq INTEGER NOT NULL, n INTEGER, PRIMARY KEY(site, epoch, keyid)) STRICT;
    CREATE TABLE IF NOT EXISTS revocations(
      site TEXT NOT NULL REFERENCES sites, keyid TEXT NOT NULL, key TEXT NOT NULL, at TEXT NOT NULL,
      reason TEXT NOT NULL, PRIMARY KEY(site, keyid)) STRICT;

    -- people of the centre who approve, and what they signed about a site
    CREATE TABLE IF NOT EXISTS officers(
      id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL, key TEXT NOT NULL,
      added_at TEXT NOT NULL) STRICT;
    CREATE TABLE IF NOT EXISTS approvals(
      id INTEGER PRIMARY KEY AUTOINCREMENT, site TEXT NOT NULL, sha256 TEXT NOT NULL UNIQUE,
      envelope BLOB NOT NULL, at TEXT NOT NULL) STRICT;

    -- signed statements that are no reports, by the SHA-256 of their payload
    CREATE TABLE IF NOT EXISTS statements(
      sha256 TEXT PRIMARY KEY, kind TEXT NOT NULL, site TEXT NOT NULL, bytes BLOB NOT NULL) STRICT;

    -- policy documents: a draft until `policy sign` puts it into role policy
    CREATE TABLE IF NOT EXISTS policies(
      site TEXT NOT NULL, sha256 TEXT NOT NULL, bytes BLOB NOT NULL, signed_version INTEGER,
      applied_at TEXT NOT NULL, PRIMARY KEY(site, sha256)) STRICT;

    -- product lines by the name that people use
    CREATE TABLE IF NOT EXISTS lines(
      line TEXT PRIMARY KEY, name TEXT NOT NULL UNIQUE, floor INTEGER NOT NULL DEFAULT 0) STRICT;

    CREATE TABLE IF NOT EXISTS content(
      manifest TEXT PRIMARY KEY, line TEXT NOT NULL REFERENCES lines, counter INTEGER NOT NULL,
      version TEXT NOT NULL, length INTEGER NOT NULL, file_count INTEGER NOT NULL,
      total_length INTEGER NOT NULL, added_at TEXT NOT NULL, released_version INTEGER,
      UNIQUE(line, version), UNIQUE(line, counter)) STRICT;

    -- released content that role content lists no more, with the version that left it out
    CREATE TABLE IF NOT EXISTS delistings(
      manifest TEXT PRIMARY KEY REFERENCES content, version INTEGER NOT NULL) STRICT;

    -- the depot: frames, and which bytes of which files lie in them; the same bytes may be parts of several
    CREATE TABLE IF NOT EXISTS frames(
      sha256 TEXT PRIMARY KEY, encoding TEXT NOT NULL, length INTEGER NOT NULL,
      plain INTEGER NOT NULL, window INTEGER) STRICT, WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS pieces(
      frame TEXT NOT NULL REFERENCES frames, at INTEGER NOT NULL, file TEXT NOT NULL,
      start INTEGER NOT NULL, length INTEGER NOT NULL, of INTEGER NOT NULL,
      PRIMARY KEY(frame, at, file, start)) STRICT, WITHOUT ROWID;
    CREATE INDEX IF NOT EXISTS pieces_by_file ON pieces(file, start);
    CREATE TABLE IF NOT EXISTS solids(
      key TEXT PRIMARY KEY, frame TEXT NOT NULL REFERENCES frames) STRICT, WITHOUT ROWID;

    -- what large files are alike by: a few hashes of 8 bytes (ContentFeatures); no row for what was read before there
    -- was this table
    CREATE TABLE IF NOT EXISTS likenesses(
      file TEXT PRIMARY KEY, features BLOB NOT NULL) STRICT, WITHOUT ROWID;

    -- files kept as they came, until a site needs them whole
    CREATE TABLE IF NOT EXISTS originals(
      file TEXT PRIMARY KEY, length INTEGER NOT NULL) STRICT, WITHOUT ROWID;
    -- frames against references, and which part of which file they are, made with which effort; used is the greater the
    -- later. These may go at any moment but while the newest signed bundle of a site names them (DeltaEviction). Where a plain frame is as good, deltas names that one.
    CREATE TABLE IF NOT EXISTS delta_frames(
      sha256 TEXT NOT NULL, encoding TEXT NOT NULL, length INTEGER NOT NULL, plain INTEGER NOT NULL,
      window INTEGER NOT NULL, file TEXT NOT NULL, start INTEGER NOT NULL, of INTEGER NOT NULL,
      reference TEXT NOT NULL, reference_from INTEGER NOT NULL, reference_length INTEGER NOT NULL,
      reference_of INTEGER NOT NULL, used INTEGER NOT NULL DEFAULT 0,
      PRIMARY KEY(sha256, file, start, reference, reference_from)) STRICT, WITHOUT ROWID;
    CREATE INDEX IF NOT EXISTS delta_frames_by_use ON delta_frames(used, file, length);
    CREATE TABLE IF NOT EXISTS deltas(
      file TEXT NOT NULL, reference TEXT NOT NULL, effort TEXT NOT NULL, start INTEGER NOT NULL,
      frame TEXT NOT NULL, reference_from INTEGER,
      PRIMARY KEY(file, reference, effort, start)) STRICT, WITHOUT ROWID;
    CREATE INDEX IF NOT EXISTS deltas_by_frame ON deltas(frame);
    -- deltas that are forgotten and whose files may still be there
    CREATE TABLE IF NOT EXISTS evictions(frame TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;

    CREATE TABLE IF NOT EXISTS intents(
      site TEXT NOT NULL REFERENCES sites, id TEXT NOT NULL, revision INTEGER NOT NULL,
      manifest TEXT NOT NULL REFERENCES content, program TEXT NOT NULL, collection TEXT NOT NULL,
      purpose TEXT NOT NULL, available_from TEXT, deadline TEXT, scope TEXT NOT NULL,
      rollback INTEGER NOT NULL, is_current INTEGER NOT NULL, applied_at TEXT NOT NULL,
      PRIMARY KEY(site, id, revision)) STRICT;

    -- one row a number drawn for a site's line, used or not
    CREATE TABLE IF NOT EXISTS bundles(
      site TEXT NOT NULL REFERENCES sites, n INTEGER NOT NULL, state TEXT NOT NULL,
      drawn_at TEXT NOT NULL, issued TEXT, expires TEXT, fingerprint TEXT, papers BLOB,
      volume_size INTEGER NOT NULL, plain INTEGER, stored INTEGER, medium TEXT,
      PRIMARY KEY(site, n)) STRICT;
    CREATE TABLE IF NOT EXISTS bundle_orders(
      site TEXT NOT NULL, n INTEGER NOT NULL, target TEXT NOT NULL, sha256 TEXT NOT NULL,
      bytes BLOB, PRIMARY KEY(site, n, target)) STRICT, WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS bundle_frames(
      site TEXT NOT NULL, n INTEGER NOT NULL, ordinal INTEGER NOT NULL, frame TEXT NOT NULL,
      -- which of the things that its bytes are: its first piece, and what it builds on
      file TEXT NOT NULL, start INTEGER NOT NULL, reference TEXT, reference_from INTEGER,
      PRIMARY KEY(site, n, ordinal)) STRICT, WITHOUT ROWID;
    CREATE INDEX IF NOT EXISTS bundle_frames_by_frame ON bundle_frames(frame);

    CREATE TABLE IF NOT EXISTS reports(
      site TEXT NOT NULL, epoch TEXT NOT NULL, seq INTEGER NOT NULL, sha256 TEXT NOT NULL,
      standing TEXT NOT NULL, n INTEGER NOT NULL, as_of TEXT NOT NULL, received_at TEXT NOT NULL,
      envelope BLOB NOT NULL, state BLOB, base TEXT NOT NULL, chain TEXT NOT NULL, reason TEXT,
      -- the line of the site's log that it reaches to; its number once it is booked
      audit_head TEXT NOT NULL, audit_seq INTEGER,
      -- 1 where as_of cannot be true: it is kept, and no time is reckoned from it
      time_doubtful INTEGER NOT NULL,
      PRIMARY KEY(site, epoch, seq, sha256)) STRICT;
    CREATE TABLE IF NOT EXISTS site_intents(
      site TEXT NOT NULL, id TEXT NOT NULL, revision INTEGER NOT NULL, manifest TEXT NOT NULL,
      state TEXT NOT NULL, reason TEXT, package_id TEXT,
      -- why it lacks approvals that policy asked for; NULL where it lacks none
      unapproved TEXT, PRIMARY KEY(site, id)) STRICT;
    CREATE TABLE IF NOT EXISTS devices(
      site TEXT NOT NULL, intent TEXT NOT NULL, device TEXT NOT NULL, revision INTEGER NOT NULL,
      state TEXT NOT NULL, exit_code INTEGER, as_of TEXT NOT NULL, time_doubtful INTEGER NOT NULL,
      PRIMARY KEY(site, intent, device)) STRICT, WITHOUT ROWID;
    -- the site's log, each line byte for byte as it was signed
    CREATE TABLE IF NOT EXISTS events(
      site TEXT NOT NULL, epoch TEXT NOT NULL, seq INTEGER NOT NULL, hash TEXT NOT NULL,
      line BLOB NOT NULL, PRIMARY KEY(site, epoch, seq)) STRICT, WITHOUT ROWID;
    """
}
