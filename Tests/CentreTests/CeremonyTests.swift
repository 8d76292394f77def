// SPDX-License-Identifier: Apache-2.0
import Centre
import Intents
import SystemPackage
import TestKit
import Testing
import Trust

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
