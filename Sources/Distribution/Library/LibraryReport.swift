// SPDX-License-Identifier: Apache-2.0
package import Intents

/// One thing in a tree that does not agree with the layout known to public readers.
package struct LibraryFinding: Hashable, Sendable {
  package enum Kind: String, Sendable, CaseIterable {
    /// An INI file that is no ASCII text of sections and entries, or lacks what it must have.
    case malformed
    /// In a file's INI, a name with "Hash" in it before `Hash`: readers take the first.
    case hashNotFirst = "hash-not-first"
    /// `[Info] Version` names a content that `[Packages]` does not list.
    case versionNotListed = "version-not-listed"
    case contentMissing = "content-missing"
    /// A content that no package lists.
    case contentOrphaned = "content-orphaned"
    case directoryHash = "directory-hash"
    case blobMissing = "blob-missing"
    case blobSize = "blob-size"
    /// A blob whose bytes do not have the SHA-256 that is its name.
    case blobDamaged = "blob-damaged"
    /// A blob without users file.
    case blobOrphaned = "blob-orphaned"
    /// A users file that does not list a content that uses the blob.
    case userMissing = "user-missing"
    /// A users file that lists a content that does not use the blob.
    case userOrphaned = "user-orphaned"
    /// Something that has no place in the layout.
    case stray
    /// What the file system would not let us read.
    case unreadable
  }

  package let kind: Kind
  /// Relative to the root, as text from outside: escape before showing.
  package let path: String
  package let detail: String
}

/// What `LibraryVerifier` found in a tree.
package struct LibraryReport: Hashable, Sendable {
  package internal(set) var packages: Int64 = 0
  package internal(set) var contents: Int64 = 0
  /// Files of all contents.
  package internal(set) var files: Int64 = 0
  package internal(set) var blobs: Int64 = 0
  /// Of all blobs, every one of them hashed.
  package internal(set) var bytes: Int64 = 0
  /// Remote differential signatures: only ConfigMgr makes them, and their format is not public.
  package internal(set) var signatures: Int64 = 0
  /// Contents with names outside ASCII whose directory hash is another: readers disagree about those, so it
  /// is no finding.
  package internal(set) var uncertain: Int64 = 0
  /// How many findings there are of each kind.
  package private(set) var counts: [LibraryFinding.Kind: Int64] = [:]
  /// The first of them.
  package private(set) var findings: [LibraryFinding] = []
  /// Blobs whose bytes do not have the SHA-256 that is their name.
  package private(set) var damaged: Set<Digest> = []
  /// Packages in whose INI files or contents something was found.
  package private(set) var packagesFound: Set<String> = []

  package var agrees: Bool { counts.isEmpty }

  /// One sentence for people. It never says more than can be known without ConfigMgr.
  package var statement: String {
    agrees
      ? "agrees with the layout known to public readers"
      : "does not agree with the layout known to public readers"
  }

  /// Nil when the tree agrees.
  package var refusal: Refusal? {
    guard let first = findings.first else { return nil }
    return Refusal(
      DistributionReason.libraryDisagrees, first.path,
      seen:
        "\(counts.values.reduce(0, +)) findings, the first \(first.kind.rawValue): \(first.detail)",
      expected: "no findings")
  }

  /// - Parameter package: in whose part of the tree it was found; nil for the files that all share.
  mutating func note(
    _ kind: LibraryFinding.Kind, _ path: String, _ detail: String, package: String? = nil
  ) {
    counts[kind, default: 0] += 1
    if let package { packagesFound.insert(package) }
    guard findings.count < DistributionLimits.findings else { return }
    findings.append(LibraryFinding(kind: kind, path: path, detail: detail))
  }

  /// Notes a blob with bytes of another SHA-256.
  mutating func noteDamaged(_ digest: Digest, _ path: String, seen: Digest) {
    damaged.insert(digest)
    note(.blobDamaged, path, "its SHA-256 is \(seen.upperHex)")
  }
}
