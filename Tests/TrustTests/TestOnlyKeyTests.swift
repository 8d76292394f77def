// SPDX-License-Identifier: Apache-2.0
import Intents
import TestKit
import Testing
import Trust

struct TestOnlyKeyTests {
  private static let code = TrustReason.testOnlyKey.code

  /// A production centre.
  private func centre(_ role: MetadataRole, _ key: GoldenKey) throws -> PapersForge {
    var centre = try PapersForge()
    centre.signers[role] = .init(threshold: 1, keys: [try key.secret()])
    return centre
  }

  @Test func `P07: what production refuses is what lies in keys/`() throws {
    #expect(TestOnlyKeys.ids == (try GoldenKey.ids()))
    #expect(TestOnlyKeys.recipients == [try StockAge.identity().recipient])
    #expect(!TestOnlyKeys.contains(try PapersForge.key("a").publicKey))
  }

  @Test(arguments: [MetadataRole.root, .timestamp, .snapshot, .targets])
  func `P07: production does not pin a root with a test-only key`(role: MetadataRole) throws {
    var centre = try centre(role, .root)
    centre.roots = [:]
    try centre.addRoot()
    let seen = refusal { () throws(Refusal) in _ = try centre.freshState() }
    #expect(seen?.code == Self.code)
    #expect(seen?.seen == "key \(try GoldenKey.root.secret().id)")
  }

  @Test(arguments: [MetadataRole.root, .timestamp, .snapshot, .targets])
  func `P07: production takes no later root with a test-only key, signed as it may be`(
    role: MetadataRole
  ) throws {
    var centre = try PapersForge()
    var site = try ReadingSite(of: centre)
    let before = centre.signers[.root]?.keys ?? []
    centre.signers[role] = .init(threshold: 1, keys: [try GoldenKey.exporter.secret()])
    try centre.addRoot(before: before)
    let result = try site.take(centre)
    #expect(result.code == Self.code)
    #expect(result.refusal?.subject == "2.root.json")
    #expect(result.state.root.version == 1)
  }

  @Test(arguments: [MetadataRole.content, .policy, .site])
  func `P07: production takes no role that is delegated to a test-only key`(
    role: MetadataRole
  ) throws {
    let centre = try centre(role, .content)
    var site = try ReadingSite(of: centre)
    let result = try site.take(centre)
    #expect(result.code == Self.code)
    #expect(result.refusal?.subject == "1.targets.json")
  }

  @Test func `P07: production takes no bundle whose courier key is test-only`() throws {
    var centre = try PapersForge()
    centre.courier = try GoldenKey.courier().publicKey
    var site = try ReadingSite(of: centre)
    let result = try site.take(centre)
    #expect(result.code == Self.code)
    #expect(result.refusal?.subject == "1.site.json")
  }

  @Test func `P07: another id does not hide a test-only key`() throws {
    let plain = try GoldenKey.content.secret().publicKey.json
    let twin = try PublicKey(JSONField(plain.setting("twin", to: true), at: "key"))
    #expect(!TestOnlyKeys.ids.contains(twin.id))
    #expect(TestOnlyKeys.contains(twin))
  }

  @Test func `P07: a rehearsal takes test-only keys in every place`() throws {
    var centre = try PapersForge()
    centre.isRehearsal = true
    for role in MetadataRole.allCases {
      centre.signers[role] = .init(threshold: 1, keys: [try GoldenKey.exporter.secret()])
    }
    centre.courier = try GoldenKey.courier().publicKey
    centre.roots = [:]
    try centre.addRoot()
    var site = try ReadingSite(of: centre)
    #expect(try site.take(centre).code == "done")
  }

  @Test func `P07: the state of a rehearsal stays one after a root that says otherwise`() throws {
    var centre = try PapersForge()
    centre.isRehearsal = true
    centre.roots = [:]
    try centre.addRoot()
    var site = try ReadingSite(of: centre)
    centre.isRehearsal = false
    centre.signers[.content] = .init(threshold: 1, keys: [try GoldenKey.content.secret()])
    try centre.addRoot()
    let papers = try site.take(centre).papers()
    #expect(!papers.isRehearsal, "and the site refuses what is not a rehearsal")
  }

  @Test func `P07: production reads no shared roles that rest on a test-only key`() throws {
    for role in [MetadataRole.content, .timestamp] {
      var centre = try centre(role, .content)
      centre.roots = [:]
      try centre.addRoot()
      let files = Dictionary(uniqueKeysWithValues: try centre.files().map { ($0.name, $0.bytes) })
      let seen = refusal { () throws(Refusal) in
        _ = try SharedRoles(
          roots: centre.roots, targets: files["1.targets.json"] ?? [],
          content: files["1.content.json"] ?? [], policy: files["1.policy.json"] ?? [])
      }
      #expect(seen?.code == Self.code, "\(role)")
    }
  }

  @Test func `P07: production opens no test-only key, not even a protected one`() throws {
    let key = try GoldenKey.exporter.secret()
    var file = try key.keyFile(protectedBy: KeyFileTests.passphrase())
    let seen = refusal { () throws(Refusal) in
      _ = try SecretKey.open(
        keyFile: &file, named: "exporter", passphrase: KeyFileTests.passphrase())
    }
    #expect(seen?.code == Self.code)
    var courier = try GoldenKey.courier().keyFile(protectedBy: KeyFileTests.passphrase())
    let other = refusal { () throws(Refusal) in
      _ = try MinisignSecretKey.open(
        keyFile: &courier, named: "courier", passphrase: KeyFileTests.passphrase())
    }
    #expect(other?.code == Self.code)
    var open = try key.unprotectedKeyFile()
    #expect(throws: Never.self) {
      try SecretKey.open(
        keyFile: &open, named: "exporter", passphrase: nil, unprotected: .allowedInRehearsal)
    }
  }

  @Test func `a rehearsal opens the files of keys/`() throws {
    for (name, bytes) in try GoldenKey.files() where name.hasSuffix(".json") {
      var file = bytes
      #expect(throws: Never.self, "\(name)") {
        if name == "courier.json" {
          _ = try MinisignSecretKey.open(
            keyFile: &file, named: name, passphrase: nil, unprotected: .allowedInRehearsal)
        } else {
          _ = try SecretKey.open(
            keyFile: &file, named: name, passphrase: nil, unprotected: .allowedInRehearsal)
        }
      }
    }
  }
}
