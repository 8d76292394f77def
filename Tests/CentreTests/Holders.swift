// SPDX-License-Identifier: Apache-2.0
import Centre
import Intents
import SystemPackage
import TestKit
import Testing
import Trust

/// When the test centres of holders are made, and when their roles are changed.
enum HolderTime {
  static let now = Instant(clamping: 1_790_000_000)
  static let later = now.adding(days: 30)
}

private let now = HolderTime.now
private let later = HolderTime.later

/// Keys of holders, three a role, and a centre whose roles need two of each.
struct Holders {
  let keys: [MetadataRole: [SecretKey]]
  let exporter: [SecretKey]

  /// - Parameter family: others have other keys.
  init(family: UInt8 = 0) throws {
    func make(_ role: UInt8, _ count: UInt8) throws -> [SecretKey] {
      try (1...count).map {
        try SecretKey(seed: [family] + [UInt8](repeating: role * 16 + $0, count: 31))
      }
    }
    keys = [
      .root: try make(1, 3), .targets: try make(2, 3), .content: try make(3, 3),
      .policy: try make(4, 3),
    ]
    exporter = try make(5, 2)
  }

  func of(_ role: MetadataRole) -> [SecretKey] { keys[role] ?? [] }

  var table: KeyTable {
    func two(_ role: MetadataRole) -> RoleKeys {
      RoleKeys(threshold: 2, keys: of(role).map(\.publicKey))
    }
    return KeyTable(
      root: two(.root), targets: two(.targets), content: two(.content), policy: two(.policy),
      exporter: RoleKeys(threshold: 1, keys: exporter.map(\.publicKey)))
  }

  /// The first roles, published.
  func published() throws -> SharedFiles {
    var drafts = try first()
    for role in MetadataRole.shared {
      for key in of(role).prefix(2) { drafts = try drafts.signed(by: key) }
    }
    return try drafts.published()
  }

  func first() throws -> RoleDrafts {
    try RoleDrafts(
      unsigned(RoleRevision.first(table, isRehearsal: true, at: now)), following: nil)
  }

  /// Drafts of `change` on top of the first roles.
  func drafts(
    _ change: (RoleRevision) throws -> [MetadataRole: JSONValue]
  ) throws -> RoleDrafts {
    let files = try published()
    return try RoleDrafts(
      unsigned(try change(try RoleRevision(of: files, at: later))), following: files)
  }

  func ceremony(_ drafts: RoleDrafts) throws -> Ceremony {
    Ceremony(
      id: try #require(RandomID("00112233445566778899aabbccddeeff")), purpose: "a test",
      draftedAt: later, drafts: drafts)
  }
}

func unsigned(
  _ drafts: [MetadataRole: JSONValue]
) throws -> [MetadataRole: MetadataFile] {
  var files: [MetadataRole: MetadataFile] = [:]
  for (role, json) in drafts {
    files[role] = try MetadataFile.signed(json, by: [], named: "\(role.rawValue).json")
  }
  return files
}

/// A centre of `holders` whose first roles are published.
func centre(_ holders: Holders, in scratch: Scratch) throws -> (CentreProfile, KeyRing) {
  var keys: [MetadataRole: [PublicKeyFile]] = [:]
  var quorums: [MetadataRole: Quorum] = [:]
  for role in MetadataRole.shared {
    keys[role] = holders.of(role).map { PublicKeyFile(key: $0.publicKey, label: "") }
    quorums[role] = Quorum("2of3")
  }
  let plan = CentreSetup.Plan(
    isRehearsal: true, quorums: quorums, holders: keys, spare: nil, contact: nil, passphrase: nil)
  let (profile, standing) = try CentreSetup.create(plan, in: scratch["centre"], at: now)
  var drafts = standing.ceremony.drafts
  for role in MetadataRole.shared {
    for key in holders.of(role).prefix(2) { drafts = try drafts.signed(by: key) }
  }
  let copy = try CeremonyRequest(standing.ceremony).with(drafts)
  let merged = try Ceremonies(of: profile).merge(copy, named: "copy", at: now)
  #expect(merged.isPublished)
  let ring = KeyRing(of: profile) { () throws(Refusal) in
    throw Refusal(CentreReason.keyFileOpen, "", seen: "", expected: "")
  }
  return (profile, ring)
}
