// SPDX-License-Identifier: Apache-2.0
package import Intents

/// The metadata files of one bundle's papers, as found: nothing of them is verified. FORMAT.md, 3.
package struct PapersMetadata: Sendable {
  /// A file with a version in its name.
  package struct Numbered: Sendable {
    /// As the file name says.
    package let version: Int64
    package let name: String
    package let bytes: [UInt8]
  }

  package let roots: [Int64: [UInt8]]
  package let timestamp: [UInt8]
  package let snapshot: Numbered
  package let targets: Numbered
  package let content: Numbered
  package let policy: Numbered
  package let site: Numbered

  /// Sorts files by their names, such as `42.snapshot.json`, without the folder: exactly one of each role, at
  /// least one root, none besides.
  ///
  /// - Throws: `TrustReason.malformedMetadataSet`.
  package init(files: [(name: String, bytes: [UInt8])]) throws(Refusal) {
    var roots: [Int64: [UInt8]] = [:]
    var timestamp: [UInt8]?
    var numbered: [MetadataRole: Numbered] = [:]
    for file in files {
      if file.name == "timestamp.json", timestamp == nil {
        timestamp = file.bytes
        continue
      }
      guard let (version, role) = PapersMetadata.parse(file.name) else {
        throw PapersMetadata.malformed("file \(file.name)", "names of the seven roles")
      }
      if role == .root {
        guard roots.updateValue(file.bytes, forKey: version) == nil else {
          throw PapersMetadata.malformed("\(file.name) twice", "once")
        }
        continue
      }
      let entry = Numbered(version: version, name: file.name, bytes: file.bytes)
      if let other = numbered.updateValue(entry, forKey: role) {
        throw PapersMetadata.malformed("\(other.name) and \(file.name)", "one \(role.rawValue)")
      }
    }
    guard !roots.isEmpty else { throw PapersMetadata.malformed("no root", "every root from 1") }
    guard let timestamp else { throw PapersMetadata.malformed("no timestamp.json", "one") }
    self.roots = roots
    self.timestamp = timestamp
    snapshot = try PapersMetadata.one(.snapshot, numbered)
    targets = try PapersMetadata.one(.targets, numbered)
    content = try PapersMetadata.one(.content, numbered)
    policy = try PapersMetadata.one(.policy, numbered)
    site = try PapersMetadata.one(.site, numbered)
  }

  /// What the slip shows: the SHA-256 of `timestamp.json`.
  package var fingerprint: Digest { .sha256(timestamp) }

  /// The file of a role that a snapshot lists.
  func listed(_ role: MetadataRole) -> Numbered {
    switch role {
    case .targets: targets
    case .content: content
    case .policy: policy
    case .site: site
    case .root, .timestamp, .snapshot: preconditionFailure("a snapshot lists no \(role)")
    }
  }

  /// `<version>.<role>.json`, the version without leading zeros.
  private static func parse(_ name: String) -> (version: Int64, role: MetadataRole)? {
    let parts = name.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 3, parts[2] == "json", let role = MetadataRole(rawValue: String(parts[1])),
      role != .timestamp, let version = Int64(parts[0]), String(version) == parts[0],
      (1...TrustLimits.jsonInteger).contains(version)
    else { return nil }
    return (version, role)
  }

  private static func one(
    _ role: MetadataRole, _ found: [MetadataRole: Numbered]
  ) throws(Refusal) -> Numbered {
    guard let file = found[role] else {
      throw malformed("no file of role \(role.rawValue)", "<version>.\(role.rawValue).json")
    }
    return file
  }

  private static func malformed(_ seen: String, _ expected: String) -> Refusal {
    Refusal(TrustReason.malformedMetadataSet, "papers", seen: seen, expected: expected)
  }
}

extension PapersMetadata {
  /// Refuses any file over the cap of its role, before a byte of it is parsed.
  func checkSizes() throws(Refusal) {
    for (version, bytes) in roots {
      try MetadataFile.checkSize(bytes, cap: MetadataRole.root.cap, named: "\(version).root.json")
    }
    try MetadataFile.checkSize(
      timestamp, cap: MetadataRole.timestamp.cap, named: "timestamp.json")
    try MetadataFile.checkSize(snapshot.bytes, cap: MetadataRole.snapshot.cap, named: snapshot.name)
    for role in MetadataRole.listedInSnapshot {
      try MetadataFile.checkSize(listed(role).bytes, cap: role.cap, named: listed(role).name)
    }
  }
}
