// SPDX-License-Identifier: Apache-2.0
package import Intents

/// The roles of the metadata of papers. FORMAT.md, 3.
package enum MetadataRole: String, Sendable, CaseIterable {
  case root, timestamp, snapshot, targets, content, policy, site

  /// What `_type` says in a file of this role.
  package var type: String {
    switch self {
    case .root, .timestamp, .snapshot, .targets: rawValue
    case .content, .policy, .site: "targets"
    }
  }

  /// Bytes that a file of this role may have.
  package var cap: Int64 {
    switch self {
    case .root: TrustLimits.rootLength
    case .timestamp: TrustLimits.timestampLength
    case .snapshot: TrustLimits.snapshotLength
    case .targets, .content, .policy, .site: TrustLimits.targetsLength
    }
  }

  /// The four that a snapshot lists, in the order in which they are read.
  package static let listedInSnapshot: [MetadataRole] = [.targets, .content, .policy, .site]

  /// The patterns that the targets role delegates.
  package static let delegations: [MetadataRole: String] = [
    .content: "content/*", .policy: "policy/*", .site: "sites/*/*",
  ]
}

/// What every role says of itself.
package struct RoleHeader: Sendable, Hashable {
  /// 1 upwards.
  package let version: Int64
  package let expires: Instant
  package let issued: Instant

  package init(version: Int64, expires: Instant, issued: Instant) {
    self.version = version
    self.expires = expires
    self.issued = issued
  }

  /// Reads the header of the part `signed` and refuses another major version of the specification.
  init(_ signed: JSONField) throws(Refusal) {
    let common = try SignedHeader(signed)
    version = common.version
    expires = common.expires
    issued = try signed["x-waybill"]["issued"].instant()
  }

  /// The members of `signed` that every role has; `extra` are the further fields of `x-waybill`.
  func members(_ role: MetadataRole, extra: [(String, JSONValue)] = []) -> [(String, JSONValue)] {
    let own: [(String, JSONValue)] = [("issued", .string(issued.description))] + extra
    return [
      ("_type", .string(role.type)), ("spec_version", .string(RoleHeader.specification)),
      ("version", .integer(version)), ("expires", .string(expires.description)),
      ("x-waybill", .object(JSONObject(own))),
    ]
  }

  /// What we write.
  package static let specification = "1.0.31"
}

/// What the three roles of a site's line say besides.
package struct LineFields: Sendable, Hashable {
  package let site: SiteID
  /// The root version that a reader must reach; nil in a snapshot, which has none.
  package let minRoot: Int64?

  init(site: SiteID, minRoot: Int64?) {
    self.site = site
    self.minRoot = minRoot
  }

  init(_ signed: JSONField, hasMinRoot: Bool) throws(Refusal) {
    let own = try signed["x-waybill"]
    site = try own["site_id"].siteID()
    minRoot =
      hasMinRoot ? try own["min_root"].integer(in: 1...TrustLimits.jsonInteger) : nil
  }

  var members: [(String, JSONValue)] {
    [("site_id", .string(site.text))] + (minRoot.map { [("min_root", .integer($0))] } ?? [])
  }
}
