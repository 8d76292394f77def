// SPDX-License-Identifier: Apache-2.0
import Centre
import Intents
import SystemPackage
import TestKit
import Testing
import Trust

private let now = Instant(clamping: 1_790_000_000)
private let later = now.adding(days: 30)

/// Keys of holders, three a role, and a centre whose roles need two of each.
private struct Holders {
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

private func unsigned(
  _ drafts: [MetadataRole: JSONValue]
) throws -> [MetadataRole: MetadataFile] {
  var files: [MetadataRole: MetadataFile] = [:]
  for (role, json) in drafts {
    files[role] = try MetadataFile.signed(json, by: [], named: "\(role.rawValue).json")
  }
  return files
}

@Suite struct CeremonyTests {
  @Test func firstRolesArePublishedExactlyWhenAllFourThresholdsHold() throws {
    let holders = try Holders()
    let signers = MetadataRole.shared.flatMap { holders.of($0).prefix(2) }
    var drafts = try holders.first()
    for (count, key) in signers.enumerated() {
      #expect(throws: Refusal.self, "after \(count) signatures") { try drafts.published() }
      drafts = try drafts.signed(by: key)
    }
    let roles = try drafts.published().roles()
    #expect(roles.root.isRehearsal)
    #expect(roles.content.header.version == 1)
  }

  @Test func signaturesInAnyOrderMakeTheSameBytesAtTheThresholdAndNotBefore() throws {
    let holders = try Holders()
    let base = try holders.drafts { try $0.renewing(.root) }
    let keys = holders.of(.root)
    var files: Set<[UInt8]> = []
    for order in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
      var drafts = base
      for (count, index) in order.enumerated() {
        let isEnough = drafts.needs.allSatisfy(\.isMet)
        #expect(isEnough == (count >= 2))
        let files = try? drafts.published()
        #expect((files != nil) == isEnough)
        drafts = try drafts.signed(by: keys[index])
      }
      files.insert(try #require(drafts.files[.root]).bytes)
    }
    #expect(files.count == 1)
  }

  @Test func P02_oneSignerTwiceCountsOnce() throws {
    let holders = try Holders()
    var drafts = try holders.drafts { try $0.renewing(.content) }
    for _ in 0..<3 { drafts = try drafts.signed(by: holders.of(.content)[0]) }
    let need = try #require(drafts.needs.first)
    #expect(need.signed.count == 1)
    #expect(!need.isMet)
    let refusal = refusal { () throws(Refusal) in _ = try drafts.published() }
    #expect(refusal?.code == "WB1101")
    #expect(refusal?.seen == "1 of 2")
  }

  @Test func aKeyOfAnotherRoleSignsNothing() throws {
    let holders = try Holders()
    let drafts = try holders.drafts { try $0.renewing(.content) }
    let signed = try drafts.signed(by: holders.of(.policy)[0])
    #expect(signed.files[.content]?.signatures.isEmpty == true)
    #expect(!drafts.names(holders.of(.policy)[0].id))
  }

  @Test func T01_aRootRotationNeedsOldAndNewKeys() throws {
    let holders = try Holders()
    let fresh = try (7...8).map { try SecretKey(seed: [UInt8](repeating: $0, count: 32)) }
    let base = try holders.drafts { revision in
      var table = holders.table
      table.root = RoleKeys(threshold: 2, keys: fresh.map(\.publicKey))
      return try revision.changing(to: table)
    }
    #expect(Set(base.files.keys) == [.root])
    var new = base
    for key in fresh { new = try new.signed(by: key) }
    let newOnly = refusal { () throws(Refusal) in _ = try new.published() }
    #expect(newOnly?.code == "WB1102")
    var both = new
    for key in holders.of(.root).prefix(2) { both = try both.signed(by: key) }
    #expect(try both.published().roles().root.version == 2)
  }

  @Test func aChangeDraftsEveryRoleThatItsNewKeysDoNotVouchFor() throws {
    let holders = try Holders()
    let fresh = try SecretKey(seed: [UInt8](repeating: 9, count: 32)).publicKey
    func roles(_ edit: (inout KeyTable) -> Void) throws -> Set<MetadataRole> {
      Set(
        try holders.drafts { revision in
          var table = holders.table
          edit(&table)
          return try revision.changing(to: table)
        }.files.keys)
    }
    // The first two signed what is published, the third did not.
    let kept = holders.table.content.keys
    #expect(
      try roles { $0.content = RoleKeys(threshold: 2, keys: [kept[0], kept[1], fresh]) }
        == [.targets])
    #expect(
      try roles { $0.content = RoleKeys(threshold: 2, keys: [kept[0], kept[2], fresh]) }
        == [.targets, .content])
    #expect(
      try roles { $0.targets = RoleKeys(threshold: 3, keys: $0.targets.keys) } == [
        .root, .targets,
      ])
    #expect(try roles { $0.exporter = RoleKeys(threshold: 1, keys: [fresh]) } == [.root, .targets])
  }

  @Test func T15_theExportersKeysAreReplacedInAllThreeRoles() throws {
    let holders = try Holders()
    let fresh = try (7...8).map { try SecretKey(seed: [UInt8](repeating: $0, count: 32)) }
    let drafts = try holders.drafts { revision in
      var table = holders.table
      table.exporter = RoleKeys(threshold: 1, keys: fresh.map(\.publicKey))
      return try revision.changing(to: table)
    }
    let before = try #require(drafts.before)
    #expect(before.root.timestamp.isReplaced(by: drafts.proposed.root.timestamp))
    #expect(before.root.snapshot.isReplaced(by: drafts.proposed.root.snapshot))
    #expect(before.targets.site.isReplaced(by: drafts.proposed.targets.site))
    let split = refusal { () throws(Refusal) in
      _ = try KeyTable(root: drafts.proposed.root, targets: before.targets)
    }
    #expect(split?.code == "WB1165")
  }

  @Test(arguments: [
    ("one key in root and content", "WB6469"), ("a threshold of one in production", "WB6469"),
    ("a key twice in a role", "WB6469"),
  ])
  func impossibleKeysAreRefused(what: String, code: String) throws {
    var table = try Holders().table
    var isRehearsal = true
    switch what {
    case "one key in root and content":
      table.content = RoleKeys(threshold: 1, keys: [table.root.keys[0]])
    case "a key twice in a role":
      table.root = RoleKeys(threshold: 1, keys: [table.root.keys[0], table.root.keys[0]])
    default:
      table.policy = RoleKeys(threshold: 1, keys: table.policy.keys)
      isRehearsal = false
    }
    let refusal = refusal { () throws(Refusal) in try table.check(isRehearsal: isRehearsal) }
    #expect(refusal?.code == code)
  }

  @Test func targetsAndPolicyMayShareTheirKeys() throws {
    var table = try Holders().table
    table.policy = table.targets
    try table.check(isRehearsal: false)
  }
}

/// A centre of `holders` whose first roles are published.
private func centre(_ holders: Holders, in scratch: Scratch) throws -> (CentreProfile, KeyRing) {
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

@Suite struct MergeTests {
  @Test func aCopyThatBringsItsOwnPublishedFilesAndKeysCountsForNothing() throws {
    let scratch = try Scratch()
    let holders = try Holders()
    let (profile, ring) = try centre(holders, in: scratch)
    let standing = try KeyChange(of: profile, keys: ring, at: later).renew(.content)
    #expect(!standing.isPublished)
    let others = try Holders(family: 1)
    let signed = try #require(standing.ceremony.drafts.files[.content]).signed.value
    var forged = try RoleDrafts(
      unsigned([.content: signed]), following: try others.published())
    for key in others.of(.content) { forged = try forged.signed(by: key) }
    #expect(!forged.needs.contains { !$0.isMet })
    let copy = try CeremonyRequest(
      Ceremony(
        id: standing.ceremony.id, purpose: "the same text", draftedAt: later, drafts: forged))
    let refusal = refusal { () throws(Refusal) in
      _ = try Ceremonies(of: profile).merge(copy, named: "copy", at: later)
    }
    #expect(refusal?.code == "WB1164")
    #expect(try Repository(of: profile).roles().content.header.version == 1)
  }

  @Test func aCopyOfTheSameCeremonyWithAnotherTextIsRefused() throws {
    let scratch = try Scratch()
    let holders = try Holders()
    let (profile, ring) = try centre(holders, in: scratch)
    let standing = try KeyChange(of: profile, keys: ring, at: later).renew(.content)
    let other = try RoleRevision(of: holders.published(), at: later.adding(days: 1))
    var drafts = try RoleDrafts(
      unsigned(try other.renewing(.content)), following: standing.ceremony.drafts.current)
    for key in holders.of(.content) { drafts = try drafts.signed(by: key) }
    let copy = try CeremonyRequest(
      Ceremony(id: standing.ceremony.id, purpose: "", draftedAt: later, drafts: drafts))
    let refusal = refusal { () throws(Refusal) in
      _ = try Ceremonies(of: profile).merge(copy, named: "copy", at: later)
    }
    #expect(refusal?.code == "WB1064")
  }

  @Test func aReleaseIsBookedOnlyWhenItIsPublished() throws {
    let scratch = try Scratch()
    let holders = try Holders()
    let (profile, ring) = try centre(holders, in: scratch)
    try scratch.write("source/a.txt", "a")
    let description = try ContentDescription(
      parsing: """
        waybill: content/1
        name: tool
        version: 1
        counter: 1
        publisher_scope: [site-class:air-gapped]
        programs:
          - name: install
            command_line: a.cmd
            detection:
              - {kind: file, path: 'C:\\a.txt'}

        """, file: "content.yaml")
    let intake = ContentIntake(to: profile, at: now) { _, _ in }
    let content = try intake.add(try SourceFolder(scratch["source"]), as: description).content
    let standing = try ContentRelease.release([content], in: profile, keys: ring, at: later)
    #expect(try profile.ledger.contents().map(\.releasedVersion) == [nil])
    let request = try Ceremonies(of: profile).request(for: standing.ceremony)
    #expect(request.called[content.manifest] == "tool 1")
    var drafts = request.ceremony.drafts
    for key in holders.of(.content).suffix(2) { drafts = try drafts.signed(by: key) }
    let merged = try Ceremonies(of: profile).merge(
      try request.with(drafts), named: "copy", at: later)
    #expect(merged.isPublished)
    #expect(try profile.ledger.contents().map(\.releasedVersion) == [2])
    #expect(try Ceremonies(of: profile).waiting().isEmpty)
  }
}

@Suite struct RequestTests {
  @Test func aRequestIsReadAsItWasWrittenAndKeepsItsDigestWhenSigned() throws {
    let holders = try Holders()
    let ceremony = try holders.ceremony(try holders.drafts { try $0.renewing(.root) })
    let request = try CeremonyRequest(
      ceremony, labels: [holders.of(.root)[0].id: "Ada"], called: [.sha256([1]): "tool 1"])
    let again = try CeremonyRequest(parsing: request.encoded, named: "request.json")
    #expect(again.encoded == request.encoded)
    let signed = try again.with(try again.ceremony.drafts.signed(by: holders.of(.root)[0]))
    let read = try CeremonyRequest(parsing: signed.encoded, named: "signed.json")
    #expect(read.ceremony.digest == ceremony.digest)
    #expect(read.ceremony.drafts.needs.map(\.signed.count) == [1, 1])
    #expect(RequestText(read).signatures.first?.contains("Ada") == true)
  }

  @Test(arguments: ["expires", "version", "digest", "roots"])
  func anAlteredRequestIsRefused(field: String) throws {
    let holders = try Holders()
    let ceremony = try holders.ceremony(try holders.drafts { try $0.renewing(.targets) })
    let text = String(decoding: try CeremonyRequest(ceremony).encoded, as: UTF8.self)
    let expires = later.adding(days: 365).description
    let altered =
      switch field {
      case "expires":
        text.replacing("\"expires\":\"\(expires)\"", with: "\"expires\":\"2099-01-01T00:00:00Z\"")
      case "version": text.replacing("\"version\":2", with: "\"version\":3")
      case "digest": text.replacing(ceremony.digest.hex, with: Digest.sha256([0]).hex)
      default: text.replacing("{\\\"signatures\\\":[{", with: "{\\\"signatures\\\":[],\\\"x\\\":[{")
      }
    #expect(altered != text)
    let refusal = refusal { () throws(Refusal) in
      _ = try CeremonyRequest(parsing: Array(altered.utf8), named: "request.json")
    }
    #expect(["WB1064", "WB1010", "WB1114"].contains(refusal?.code))
  }

  @Test func theWordsNameWhatChangesAgainstThePublishedVersion() throws {
    let holders = try Holders()
    let fresh = try SecretKey(seed: [UInt8](repeating: 9, count: 32)).publicKey
    let gone = holders.table.root.keys[2]
    let drafts = try holders.drafts { revision in
      var table = holders.table
      table.root = RoleKeys(threshold: 1, keys: [table.root.keys[0], table.root.keys[1], fresh])
      return try revision.changing(to: table)
    }
    let words = RequestText(try CeremonyRequest(try holders.ceremony(drafts))).lines
    #expect(words.contains("root 2, after version 1"))
    #expect(words.contains("  root: 1 of 3 keys, before 2 of 3"))
    #expect(words.contains { $0.hasPrefix("    removed: \(gone.short)") })
    #expect(words.contains { $0.hasPrefix("    added:   \(fresh.short)") })
    #expect(words.contains("  targets: 2 of 3 keys, as before"))
  }

  @Test func theWordsNameManifestsLinesAndCountersAndMarkTheCentresOwn() throws {
    let holders = try Holders()
    let line = try #require(RandomID("00112233445566778899aabbccddeeff"))
    let manifest = Digest.sha256([7])
    let drafts = try holders.drafts { revision in
      revision.releasing(
        [Release(manifest: manifest, length: 9, line: line, counter: 3)], floors: [line: 2])
    }
    let request = try CeremonyRequest(
      try holders.ceremony(drafts), called: [manifest: "tool 1"])
    let words = RequestText(request).lines
    #expect(words.contains("    added: manifest \(manifest)"))
    #expect(words.contains("      line \(line), counter 3"))
    #expect(words.contains("      the centre calls it tool 1; only its manifest says what it is"))
    #expect(words.contains("    floor of line \(line): 2, before 0"))
  }

  @Test(arguments: [("2of3", 2, 3), ("1of1", 1, 1)])
  func aQuorumIsRead(text: String, threshold: Int, count: Int) {
    #expect(Quorum(text) == Quorum(threshold: threshold, count: count))
  }

  @Test(arguments: ["3of2", "0of1", "2 of 3", "2/3", "", "of", "-1of2", "2of300"])
  func whatIsNoQuorumIsRefused(text: String) { #expect(Quorum(text) == nil) }
}
