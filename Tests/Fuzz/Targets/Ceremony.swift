// SPDX-License-Identifier: Apache-2.0
import Centre
import Intents
import TestKit
import Trust

extension FuzzTarget {
  /// A request as it comes back from its signers, or to them.
  static let ceremonyRequest = FuzzTarget(
    "ceremony-request", seeds: { try Samples.requests().map(digested) }, mend: digested
  ) { bytes in
    let request = try CeremonyRequest(parsing: bytes, named: "request")
    let again = try must("read what was written") {
      try CeremonyRequest(parsing: request.encoded, named: "output")
    }
    try promise("the same ceremony", again.ceremony.digest == request.ceremony.digest)
    try promise("the same request", again.encoded == request.encoded)
    _ = request.ceremony.title
  }

  /// What a key holder hands in.
  static let publicKeyFile = FuzzTarget(
    "public-key",
    seeds: {
      [PublicKeyFile(key: try PapersForge.key("root-0").publicKey, label: "Ada Berg").encoded]
    }, mend: identified
  ) { bytes in
    let file = try PublicKeyFile(parsing: bytes, named: "key")
    let again = try must("read what was written") {
      try PublicKeyFile(parsing: file.encoded, named: "output")
    }
    try promise("the same key", again.key.id == file.key.id && again.label == file.label)
  }

  /// The line of a backup that lists what follows: it alone says where a restore writes.
  static let backupListing = FuzzTarget(
    "backup-listing", seeds: { try Samples.backupListings() }
  ) { bytes in
    let listing = try BackupListing(parsing: bytes, named: "backup")
    for file in listing.files {
      let components = file.name.split(separator: "/", omittingEmptySubsequences: false)
      try promise(
        "below the state folder", components.allSatisfy { !["", ".", ".."].contains($0) })
      try promise("a length", file.length >= 0)
    }
    let line = listing.encoded.dropFirst(BackupListing.magic.count).dropLast()
    let again = try must("read what was written") {
      try BackupListing(parsing: Array(line), named: "output")
    }
    try promise("the same listing", again.encoded == listing.encoded)
  }

  /// With the digest of the drafts that are in it.
  private static func digested(_ bytes: [UInt8]) -> [UInt8] {
    guard let file = try? JSONValue(parsing: bytes, named: "request"),
      case .object(let drafts)? = file.member("drafts"), let id = file.member("ceremony")
    else { return bytes }
    let signed = drafts.members.compactMap { member in
      member.value.member("signed").map { (member.key, $0) }
    }
    let whole: JSONValue = ["ceremony": id, "drafts": .object(JSONObject(signed))]
    return file.setting("digest", to: .string(Digest.sha256(whole.canonical).hex)).encoded
  }

  /// With the id of the key that is in it.
  private static func identified(_ bytes: [UInt8]) -> [UInt8] {
    guard let file = try? JSONValue(parsing: bytes, named: "key"), let key = file.member("key")
    else { return bytes }
    return file.setting("keyid", to: .string(Digest.sha256(key.canonical).hex)).encoded
  }
}

extension Samples {
  /// A first ceremony, and one that follows what is published.
  static func requests() throws -> [[UInt8]] {
    let young = try PapersForge.young()
    func file(_ role: MetadataRole, _ centre: PapersForge) throws -> MetadataFile {
      try MetadataFile(parsing: Samples.file(of: role, in: centre), named: "\(role.rawValue).json")
    }
    var first: [MetadataRole: MetadataFile] = [:]
    for role in MetadataRole.shared { first[role] = try file(role, young) }
    let published = SharedFiles(
      roots: young.roots, targets: first[.targets]?.bytes ?? [],
      content: first[.content]?.bytes ?? [], policy: first[.policy]?.bytes ?? [])
    var next = young
    next.versions[.content] = 2
    next.releases.append(PapersForge.release("three", counter: 1, line: "another"))
    let second = [MetadataRole.content: try file(.content, next)]
    return try [(first, nil), (second, published)].map { drafts, current in
      let ceremony = Ceremony(
        id: random, purpose: "content", draftedAt: now,
        drafts: try RoleDrafts(drafts, following: current))
      return try CeremonyRequest(
        ceremony, labels: [try PapersForge.key("content-0").id: "Ada"], called: [digest: "tool 1"]
      ).encoded
    }
  }

  static func backupListings() throws -> [[UInt8]] {
    let names = ["ledger.sqlite", "keys/exporter.json", "numbers/fjord-3", "depot/f/ab/cd"]
    let listing = BackupListing(
      made: now, files: names.map { .init(name: $0, length: 42, digest: digest) })
    return [Array(listing.encoded.dropFirst(BackupListing.magic.count).dropLast())]
  }
}
