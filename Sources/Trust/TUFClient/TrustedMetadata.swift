// SPDX-License-Identifier: Apache-2.0
package import Intents

/// What a client trusts of a repository in the course of one update: bytes in, a new state or a refusal out. It
/// reads no file, asks no server and knows no clock but the moment that it was given. TUF 1.0.31, 5.
///
/// Which bytes to give it, and when, is `Updater`'s business.
package struct TrustedMetadata: Sendable {
  /// What the walk of roots did to the rest.
  package enum RootChange: Sendable {
    case taken
    /// Timestamp or snapshot lost a key: what was trusted of both is gone (5.3.11).
    case takenWithOtherKeys
  }

  /// What a timestamp from the repository turned out to be.
  package enum Timestamp: Sendable {
    case newer
    /// Of the version that is trusted already: no news, whatever else it says (5.4.3).
    case same
  }

  /// The moment that the whole update goes by (5.1).
  package let now: Instant
  package private(set) var root: RepositoryRoot
  package private(set) var timestamp: TimestampMetadata?
  /// The one that the timestamp lists; nil until then.
  package private(set) var snapshot: SnapshotMetadata?
  /// The one from before, below which nothing goes.
  private var snapshotBefore: SnapshotMetadata?

  /// Starts from the root that is trusted, expired or not (5.2).
  ///
  /// - Throws: `TrustReason.brokenPinnedRoot`, or why it cannot be read (T33).
  package init(root bytes: [UInt8], at now: Instant) throws(Refusal) {
    root = try RepositoryRoot(selfSigned: bytes, named: "root.json")
    self.now = now
  }

  /// Takes the next root (5.3.4 to 5.3.8, 5.3.11); its expiry is no matter yet.
  package mutating func update(root bytes: [UInt8]) throws(Refusal) -> RootChange {
    let name = "\(root.version + 1).root.json"
    try MetadataFile.checkSize(bytes, cap: TrustLimits.rootLength, named: name)
    let newer = try root.successor(bytes, named: name)
    let isRotation = root.rotates(to: newer)
    root = newer
    guard isRotation else { return .taken }
    timestamp = nil
    snapshotBefore = nil
    return .takenWithOtherKeys
  }

  /// Refuses to go on with an expired root (5.3.10).
  package func checkRoot() throws(Refusal) { try check(root.header, of: "root.json") }

  /// Takes the timestamp that was trusted before, expired or not, when it still verifies.
  package mutating func restore(timestamp bytes: [UInt8]) throws(Refusal) {
    let file = try file(bytes, "timestamp.json", cap: TrustLimits.timestampLength, root.timestamp)
    timestamp = try TimestampMetadata(file)
  }

  /// Takes a timestamp from the repository (5.4.2 to 5.4.4).
  ///
  /// - Throws: `TrustReason.superseded`, `.loweredVersion`, `.expired`, also when the one trusted is as new and has
  ///   expired, and what the readers refuse.
  package mutating func update(timestamp bytes: [UInt8]) throws(Refusal) -> Timestamp {
    let name = "timestamp.json"
    let file = try file(bytes, name, cap: TrustLimits.timestampLength, root.timestamp)
    let newer = try TimestampMetadata(file)
    if let timestamp {
      try checkRise(newer.header.version, timestamp.header.version, name)
      if newer.header.version == timestamp.header.version {
        try check(timestamp.header, of: name)
        return .same
      }
      try checkRise(newer.snapshot.version, timestamp.snapshot.version, "snapshot.json")
    }
    try check(newer.header, of: name)
    timestamp = newer
    return .newer
  }

  /// Takes the snapshot that was trusted before, expired or not, when it still verifies: as the floor for the
  /// next, and as the current one when it is what the timestamp lists.
  ///
  /// - Returns: whether it is the current one, so that none need be fetched.
  package mutating func restore(snapshot bytes: [UInt8]) throws(Refusal) -> Bool {
    let name = "snapshot.json"
    let file = try file(bytes, name, cap: TrustLimits.snapshotLength, root.snapshot)
    let before = try SnapshotMetadata(file)
    snapshotBefore = before
    let link = try snapshotLink()
    try link.check(bytes, named: name)
    try link.check(before.header, named: name)
    try check(before.header, of: name)
    snapshot = before
    return true
  }

  /// Takes a snapshot from the repository (5.5.2 to 5.5.6).
  package mutating func update(snapshot bytes: [UInt8]) throws(Refusal) {
    let name = "snapshot.json"
    let link = try snapshotLink()
    try link.check(bytes, named: name)
    let file = try file(bytes, name, cap: TrustLimits.snapshotLength, root.snapshot)
    let newer = try SnapshotMetadata(file)
    try link.check(newer.header, named: name)
    if let snapshotBefore {
      try checkRise(newer.header.version, snapshotBefore.header.version, name)
      try newer.checkFollows(snapshotBefore)
    }
    try check(newer.header, of: name)
    snapshot = newer
  }

  /// What the timestamp lists of the snapshot.
  package func snapshotLink() throws(Refusal) -> MetadataLink {
    guard let timestamp else {
      throw Refusal(
        TrustReason.unlistedRole, "snapshot.json", seen: "no trusted timestamp",
        expected: "a timestamp that lists it")
    }
    return timestamp.snapshot
  }

  /// What the snapshot lists of a role.
  ///
  /// - Throws: `TrustReason.unlistedRole` when it does not list it (T24).
  package func link(of role: RoleName) throws(Refusal) -> MetadataLink {
    guard let link = snapshot?.link(of: role) else {
      throw Refusal(
        TrustReason.unlistedRole, role.description, seen: "none",
        expected: "an entry in the snapshot")
    }
    return link
  }

  /// Verifies `targets` or a role delegated to, received or kept from before alike (5.6.2 to 5.6.5), against the
  /// keys that whoever leads to it names.
  package func role(
    _ bytes: [UInt8], _ delegation: Delegation
  ) throws(Refusal) -> TargetsMetadata {
    let name = delegation.name.fileName
    let link = try link(of: delegation.name)
    try link.check(bytes, named: name)
    let file = try file(bytes, name, cap: TrustLimits.targetsLength, delegation.keys)
    let role = try TargetsMetadata(file, of: delegation.name)
    try link.check(role.header, named: name)
    try check(role.header, of: name)
    return role
  }

  /// The role that every search begins with.
  package var targets: Delegation {
    Delegation(name: .targets, keys: root.targets, isTerminating: true)
  }
}

extension TrustedMetadata {
  /// Size, grammar and signatures: nothing of a file is looked at before.
  private func file(
    _ bytes: [UInt8], _ name: String, cap: Int64, _ keys: RoleKeys
  ) throws(Refusal) -> MetadataFile {
    try MetadataFile.checkSize(bytes, cap: cap, named: name)
    let file = try MetadataFile(parsing: bytes, named: name)
    try keys.tally(file).check(name)
    return file
  }

  private func check(_ header: SignedHeader, of name: String) throws(Refusal) {
    guard header.expires > now else {
      throw Refusal(
        TrustReason.expired, name, seen: "\(header.expires)", expected: "later than \(now)")
    }
  }

  private func checkRise(
    _ seen: Int64, _ before: Int64, _ name: String
  ) throws(Refusal) {
    guard seen >= before else {
      throw Refusal(
        TrustReason.loweredVersion, name, seen: "version \(seen)",
        expected: "at least version \(before)")
    }
  }
}
