// SPDX-License-Identifier: Apache-2.0
package import Intents

/// Where the files of a repository come from.
package protocol MetadataSource {
  /// The bytes of a file by its name in a URL; nil when the repository does not have it.
  ///
  /// - Throws: when it cannot be asked, or answers with more than `cap` bytes.
  func metadata(_ name: String, atMost cap: Int64) throws(Refusal) -> [UInt8]?
}

/// Where what is trusted stays between two updates: files by name, each replaced in one step.
package protocol MetadataStore {
  /// Nil when there is none, or one that no client of ours has written.
  func read(_ name: String, atMost cap: Int64) throws(Refusal) -> [UInt8]?
  func keep(_ bytes: [UInt8], as name: String) throws(Refusal)
  func remove(_ name: String) throws(Refusal)
}

/// The order of an update: what is asked for, when, and what is kept. Each file is kept as soon as it verified,
/// whatever comes after it, and nothing is asked for that is there already. TUF 1.0.31, 5.
package struct Updater<Source: MetadataSource, Store: MetadataStore> {
  private let source: Source
  private let store: Store
  package private(set) var trusted: TrustedMetadata
  /// The role that every search begins with, once it is up to date.
  private var targets: TargetsMetadata?

  /// Starts from the root in `store`.
  ///
  /// - Throws: `TrustReason.missingFile`, `.brokenPinnedRoot`, or why the root cannot be read (T33).
  package init(_ source: Source, _ store: Store, at now: Instant) throws(Refusal) {
    self.source = source
    self.store = store
    let name = "root.json"
    guard let root = try store.read(name, atMost: TrustLimits.rootLength) else {
      throw Refusal(
        TrustReason.missingFile, name, seen: "no trusted root", expected: "the one to start from")
    }
    trusted = try TrustedMetadata(root: root, at: now)
  }

  /// Brings root, timestamp, snapshot and targets up to date (5.3 to 5.6).
  package mutating func refresh() throws(Refusal) {
    targets = nil
    try walkRoots()
    try updateTimestamp()
    try updateSnapshot()
    targets = try role(trusted.targets)
  }

  /// Who vouches for `path`, and with which length and hashes (5.6.7); after `refresh`.
  ///
  /// - Throws: `TrustReason.noSuchTarget`; what a role on the way is refused for, which ends the search.
  package func find(_ path: TargetPath) throws(Refusal) -> TargetFile {
    var search = TargetSearch(path, from: trusted.targets)
    while let delegation = search.next() {
      let role = try role(delegation)
      if let target = role.target(path) { return target }
      search.descend(into: role)
    }
    throw Refusal(
      TrustReason.noSuchTarget, path.description,
      seen: "none of \(search.asked.count) roles lists it",
      expected: "a role that does")
  }

  private mutating func walkRoots() throws(Refusal) {
    for _ in 0..<TrustLimits.rootRotations {
      let name = "\(trusted.root.version + 1).root.json"
      guard let bytes = try source.metadata(name, atMost: TrustLimits.rootLength) else { break }
      if try trusted.update(root: bytes) == .takenWithOtherKeys {
        // Before the root is kept: cut off here, the next update meets the same root and does it again.
        try store.remove("timestamp.json")
        try store.remove("snapshot.json")
      }
      try store.keep(bytes, as: "root.json")
    }
    try trusted.checkRoot()
  }

  private mutating func updateTimestamp() throws(Refusal) {
    let name = "timestamp.json"
    let cap = TrustLimits.timestampLength
    if let bytes = try store.read(name, atMost: cap) {
      // One that does not verify any more is as good as none.
      try? trusted.restore(timestamp: bytes)
    }
    let bytes = try fetch(name, atMost: cap)
    if try trusted.update(timestamp: bytes) == .newer { try store.keep(bytes, as: name) }
  }

  private mutating func updateSnapshot() throws(Refusal) {
    let name = "snapshot.json"
    if let bytes = try store.read(name, atMost: TrustLimits.snapshotLength),
      // Whatever is wrong with it, a fetched one is judged on its own.
      (try? trusted.restore(snapshot: bytes)) == true
    {
      return
    }
    let link = try trusted.snapshotLink()
    let bytes = try fetch(
      remote(name, link), atMost: min(link.length ?? .max, TrustLimits.snapshotLength))
    try trusted.update(snapshot: bytes)
    try store.keep(bytes, as: name)
  }

  /// The role as kept from before when it is still what the snapshot lists, else fetched.
  private func role(_ delegation: Delegation) throws(Refusal) -> TargetsMetadata {
    if delegation.name == .targets, let targets { return targets }
    let name = delegation.name.fileName
    let link = try trusted.link(of: delegation.name)
    if let bytes = try store.read(name, atMost: TrustLimits.targetsLength),
      // Whatever is wrong with it, a fetched one is judged on its own.
      let role = try? trusted.role(bytes, delegation)
    {
      return role
    }
    let bytes = try fetch(
      remote(name, link), atMost: min(link.length ?? .max, TrustLimits.targetsLength))
    let role = try trusted.role(bytes, delegation)
    try store.keep(bytes, as: name)
    return role
  }

  private func fetch(_ name: String, atMost cap: Int64) throws(Refusal) -> [UInt8] {
    guard let bytes = try source.metadata(name, atMost: cap) else {
      throw Refusal(
        TrustReason.missingFile, name, seen: "the repository does not have it",
        expected: "what it lists itself")
    }
    return bytes
  }

  private func remote(_ name: String, _ link: MetadataLink) -> String {
    trusted.root.isConsistent ? "\(link.version).\(name)" : name
  }
}
