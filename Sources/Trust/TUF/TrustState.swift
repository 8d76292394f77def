// SPDX-License-Identifier: Apache-2.0
package import Intents

/// What a site remembers of all that it has verified: its roots, the number N of its line, and the floors
/// below which nothing goes. A value; whoever verifies gets a new one. Cached metadata files are no part of
/// it, so losing them loses no floor.
package struct TrustState: Sendable {
  /// The newest bundle of this site's line that verified.
  package struct Line: Sendable, Hashable {
    package let n: Int64
    /// SHA-256 of `timestamp.json`.
    package let fingerprint: Digest
    /// SHA-256 of the canonical `signed` parts.
    package let timestamp: Digest
    package let snapshot: Digest
    package let site: Digest
    /// The root version under which it verified.
    package let root: Int64
    package let issued: Instant
  }

  /// The bytes of every trusted root by version, from the pinned one on without a gap.
  package internal(set) var roots: [Int64: [UInt8]]
  /// The version of the root that was pinned at `init`.
  package let pinned: Int64
  /// Nil before the first bundle.
  package internal(set) var line: Line?
  /// The newest versions seen; 0 before the first bundle.
  package internal(set) var versions: TrustVersions
  /// The lowest counter at which each content line may be taken; rises only.
  package internal(set) var floors: [RandomID: Int64]
  /// The latest verified `issued`: no earlier moment is believed.
  package internal(set) var timeFloor: Instant
  /// As `timeFloor`, but never lowered by a reset.
  package internal(set) var newestIssued: Instant

  /// The same roots, read.
  var parsedRoots: [Int64: RootRole]
  /// The newest root: what counts.
  package internal(set) var root: RootRole

  /// The state of a fresh site, from the root that two people compared with the paper.
  ///
  /// - Throws: `TrustReason.brokenPinnedRoot`, `.testOnlyKey`, or why the root cannot be read (T33).
  package init(pinnedRoot bytes: [UInt8]) throws(Refusal) {
    let root = try RootRole(selfSigned: bytes, named: "pinned root")
    if !root.isRehearsal { try TestOnlyKeys.refuse(root.allKeys, in: "pinned root") }
    self.root = root
    pinned = root.version
    roots = [root.version: bytes]
    parsedRoots = [root.version: root]
    line = nil
    versions = TrustVersions(root: root.version, targets: 0, content: 0, policy: 0)
    floors = [:]
    timeFloor = root.header.issued
    newestIssued = root.header.issued
  }

  /// SHA-256 of the newest trusted root's bytes.
  package var rootFingerprint: Digest { .sha256(roots[root.version] ?? []) }

  /// Keys of its own that have validly signed the newest root.
  package var rootSigners: [KeyID] {
    guard let bytes = roots[root.version],
      // It was read when it was taken; a state that was edited since is refused before this is asked.
      let file = try? MetadataFile(parsing: bytes, named: "\(root.version).root.json")
    else { return [] }
    return root.root.keys(thatSigned: file).map(\.id)
  }

  /// The lowest counter at which `line` may be taken; 0 when none is known.
  package func floor(of line: RandomID) -> Int64 { floors[line] ?? 0 }

  /// Adds roots that follow the trusted ones, as far as they verify; those before the failing one stay.
  ///
  /// - Throws: `TrustReason.otherRoot`, `.rootMissing`, `.tooManyRoots`, `.testOnlyKey`, and what
  ///   `RootRole.successor` throws.
  mutating func walk(_ offered: [Int64: [UInt8]]) throws(Refusal) {
    for (version, bytes) in roots.sorted(by: { $0.key < $1.key }) {
      guard let other = offered[version], other != bytes else { continue }
      throw Refusal(
        TrustReason.otherRoot, "\(version).root.json", seen: Digest.sha256(other).hex,
        expected: Digest.sha256(bytes).hex)
    }
    let start = root.version
    while let bytes = offered[root.version + 1] {
      guard root.version - start < Int64(TrustLimits.rootRotations) else {
        throw Refusal(
          TrustReason.tooManyRoots, "\(root.version + 1).root.json",
          seen: "\(offered.keys.filter { $0 > start }.count) roots after \(start)",
          expected: "at most \(TrustLimits.rootRotations)")
      }
      let name = "\(root.version + 1).root.json"
      let next = try root.successor(bytes, named: name)
      try refuseTestOnly(next.allKeys, in: name)
      trust(next, bytes)
      if let reset = root.timeFloorReset { timeFloor = min(timeFloor, reset) }
    }
    if let newest = offered.keys.max(), newest > root.version {
      throw RootRole.missing(root.version + 1, newest: newest)
    }
  }

  /// Refuses test-only keys (P07), unless the pinned root made this the state of a rehearsal, which it stays.
  func refuseTestOnly(_ keys: [PublicKey], in subject: String) throws(Refusal) {
    guard parsedRoots[pinned]?.isRehearsal != true else { return }
    try TestOnlyKeys.refuse(keys, in: subject)
  }

  mutating func trust(_ next: RootRole, _ bytes: [UInt8]) {
    root = next
    roots[next.version] = bytes
    parsedRoots[next.version] = next
    versions = TrustVersions(
      root: next.version, targets: versions.targets, content: versions.content,
      policy: versions.policy)
  }

  /// The line as it binds: nil when the keys of timestamp and snapshot were both replaced since, so that a
  /// number that a thief drove up does not hold (T15).
  var bindingLine: Line? {
    guard let line, let then = parsedRoots[line.root] else { return line }
    let isReplaced =
      then.timestamp.isReplaced(by: root.timestamp) && then.snapshot.isReplaced(by: root.snapshot)
    return isReplaced ? nil : line
  }
}

/// The versions of the roles that all sites share.
package struct TrustVersions: Sendable, Hashable {
  package let root: Int64
  package let targets: Int64
  package let content: Int64
  package let policy: Int64

  package init(root: Int64, targets: Int64, content: Int64, policy: Int64) {
    self.root = root
    self.targets = targets
    self.content = content
    self.policy = policy
  }
}
