// SPDX-License-Identifier: Apache-2.0
package import Intents

/// What a parent lists of a metadata file. All three are always there.
package struct MetaEntry: Sendable, Hashable {
  package let version: Int64
  /// Bytes.
  package let length: Int64
  package let digest: Digest

  package init(version: Int64, length: Int64, digest: Digest) {
    self.version = version
    self.length = length
    self.digest = digest
  }

  /// The entry for a file as it is.
  package init(version: Int64, of bytes: [UInt8]) {
    self.init(version: version, length: Int64(bytes.count), digest: .sha256(bytes))
  }

  init(_ field: JSONField) throws(Refusal) {
    version = try field["version"].integer(in: 1...TrustLimits.jsonInteger)
    (length, digest) = try MetaEntry.lengthAndDigest(field)
  }

  /// - Throws: `TrustReason.incompleteEntry` when one of the two is not there.
  static func lengthAndDigest(_ field: JSONField) throws(Refusal) -> (Int64, Digest) {
    guard let length = try field.optional("length"),
      let digest = try field.optional("hashes")?.optional("sha256")
    else {
      throw Refusal(
        TrustReason.incompleteEntry, field.place, seen: field.wrong("").seen,
        expected: "length and hashes.sha256")
    }
    return (try length.integer(in: 0...TrustLimits.jsonInteger), try digest.digest())
  }

  var json: JSONValue {
    [
      "version": .integer(version), "length": .integer(length),
      "hashes": ["sha256": .string(digest.hex)],
    ]
  }
}

/// The newest number N of a site's line. FORMAT.md, 3.
package struct TimestampRole: Sendable {
  package let header: RoleHeader
  package let line: LineFields
  package let snapshot: MetaEntry

  package init(header: RoleHeader, site: SiteID, minRoot: Int64, snapshot: MetaEntry) {
    self.header = header
    line = LineFields(site: site, minRoot: minRoot)
    self.snapshot = snapshot
  }

  init(_ file: MetadataFile) throws(Refusal) {
    header = try RoleHeader(file.signed)
    line = try LineFields(file.signed, hasMinRoot: true)
    let meta = try file.signed["meta"]
    snapshot = try MetaEntry(try meta["snapshot.json"])
    try meta.only(["snapshot.json"])
  }

  /// The part `signed`.
  package var json: JSONValue {
    .object(
      JSONObject(
        header.members(.timestamp, extra: line.members) + [
          ("meta", ["snapshot.json": snapshot.json])
        ]))
  }
}

/// Which versions of the other roles go together. FORMAT.md, 3.
package struct SnapshotRole: Sendable {
  package let header: RoleHeader
  package let line: LineFields
  /// Of a snapshot that verified: exactly those of `MetadataRole.listedInSnapshot`.
  package let meta: [MetadataRole: MetaEntry]

  package init(header: RoleHeader, site: SiteID, meta: [MetadataRole: MetaEntry]) {
    self.header = header
    line = LineFields(site: site, minRoot: nil)
    self.meta = meta
  }

  /// Reads what is there; a role that is not listed is the caller's to judge.
  init(_ file: MetadataFile) throws(Refusal) {
    header = try RoleHeader(file.signed)
    line = try LineFields(file.signed, hasMinRoot: false)
    let field = try file.signed["meta"]
    try field.only(Set(MetadataRole.listedInSnapshot.map { "\($0.rawValue).json" }))
    var meta: [MetadataRole: MetaEntry] = [:]
    for role in MetadataRole.listedInSnapshot {
      guard let entry = try field.optional("\(role.rawValue).json") else { continue }
      meta[role] = try MetaEntry(entry)
    }
    self.meta = meta
  }

  /// The part `signed`.
  package var json: JSONValue {
    let entries = meta.map { ("\($0.key.rawValue).json", $0.value.json) }
    return .object(
      JSONObject(
        header.members(.snapshot, extra: line.members) + [("meta", .object(JSONObject(entries)))]))
  }
}
