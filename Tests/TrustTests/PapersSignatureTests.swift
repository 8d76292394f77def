// SPDX-License-Identifier: Apache-2.0
import Intents
import TestKit
import Testing
import Trust

/// Who vouches for what: groups T04 to T09, T22 to T25, T27 to T29, T31, T39.
struct PapersSignatureTests {
  @Test("sound papers verify and say what they hold")
  func sound() throws {
    var centre = try PapersForge(threshold: 2, keysOfRole: 3)
    centre.n = 42
    let release = PapersForge.release("vlc", counter: 3)
    centre.releases = [release]
    centre.floors = [release.line: 2]
    centre.policies[centre.site] = TargetEntry(name: "policy/fjord-3.json", of: [1])
    var site = try ReadingSite(of: centre)
    let papers = try site.take(centre).papers()
    #expect(papers.n == 42 && papers.site == centre.site && !papers.isRepeat && !papers.isRehearsal)
    #expect(papers.release(release.id)?.counter == 3)
    #expect(papers.release(manifest: release.target.digest) == release)
    #expect(papers.target("content/\(release.id).json") == release.target)
    #expect(papers.target("policy/fjord-3.json") == papers.policy)
    #expect(papers.target("sites/fjord-3/intents.json") == papers.siteTarget("intents.json"))
    #expect(papers.target("sites/fjord-3/intents.json") != nil && papers.target("x") == nil)
    #expect(papers.target("content/\(release.id).txt") == nil)
    #expect(papers.floor(of: release.line) == 2 && site.state.floor(of: release.line) == 2)
    #expect(papers.expires == centre.now.adding(days: 90) && papers.expiresFirst == .timestamp)
    #expect(papers.fingerprint == (try centre.papers()).fingerprint)
    #expect(papers.courier == centre.courier && papers.siteTargets.count == 3)
    #expect(site.state.line?.n == 42)
  }

  @Test(
    "T28: fields that are not known are signed over and ignored", arguments: MetadataRole.allCases)
  func unknownFields(role: MetadataRole) throws {
    var centre = try PapersForge()
    centre.edits[role] = { $0.setting("x-new", to: ["a": 1]).setting("x-waybill new", to: 7) }
    if role == .root { try centre.addRoot() }
    var site = try ReadingSite(of: centre)
    #expect(try site.take(centre).code == "done")
  }

  static let unsigned: [MetadataRole] = [.timestamp, .snapshot, .targets, .content, .policy, .site]

  @Test("T25: one signature too few is refused with the count", arguments: unsigned)
  func oneTooFew(role: MetadataRole) throws {
    var centre = try PapersForge(threshold: 2, keysOfRole: 3)
    let one = try #require(centre.signers[role]?.keys.first)
    centre.forgers[role] = [one, try PapersForge.key("stranger")]
    var site = try ReadingSite(of: centre)
    let result = try site.take(centre)
    #expect(result.code == "WB1101" && result.refusal?.seen == "1 of 2")
    #expect(site.state.line == nil)
  }

  @Test(
    "T25: a malformed signature is not counted and never thrown through",
    arguments: [
      "", "00", "zz", String(repeating: "0", count: 128), String(repeating: "A", count: 128),
    ])
  func malformed(signature: String) throws {
    let centre = try PapersForge()
    let signed = try MetadataFile(
      parsing: centre.papers().timestamp, named: "timestamp.json"
    ).signed.value
    let key = try #require(centre.signers[.timestamp]?.keys.first)
    let entries: [JSONValue] = [
      ["keyid": .string(key.id.hex), "sig": .string(signature)], ["keyid": .string(key.id.hex)],
      ["keyid": .string(key.id.hex), "sig": 7], 1, .null, ["sig": "00"],
      ["keyid": "x", "sig": "00"],
    ]
    for entry in entries {
      let file: JSONValue = ["signatures": .array([entry]), "signed": signed]
      var site = try ReadingSite(of: centre)
      let result = site.take(
        try PapersMetadata.changing(centre, "timestamp.json", to: file.encoded))
      #expect(result.code == "WB1101")
    }
  }

  @Test(
    "T04: a threshold that cannot be met is refused when the file is read",
    arguments: [0, -1, 2, 9_007_199_254_740_991] as [Int64])
  func impossibleThreshold(threshold: Int64) throws {
    var centre = try PapersForge()
    let good = try centre.freshState()
    centre.edits[.root] = { $0.setting("roles snapshot threshold", to: .integer(threshold)) }
    try centre.addRoot()
    let result = verify(try centre.papers(), for: centre.site, against: good, clock: centre.now)
    #expect(result.code == "WB1105")
    var other = try PapersForge()
    other.signers[.content]?.threshold = Int(threshold)
    var site = try ReadingSite(of: other)
    #expect(try site.take(other).code == "WB1105")
  }

  @Test("T04: a role without keys is refused")
  func noKeys() throws {
    var centre = try PapersForge()
    let good = try centre.freshState()
    centre.edits[.root] = { $0.setting("roles timestamp keyids", to: []) }
    try centre.addRoot()
    let result = verify(try centre.papers(), for: centre.site, against: good, clock: centre.now)
    #expect(result.code == "WB1105")
  }

  @Test("T05: one public key under two key ids counts once")
  func oneKeyTwice() throws {
    var centre = try PapersForge()
    let key = try PapersForge.key("content-0")
    let other = try PapersForge.key("content-1")
    let twin = try PublicKey(
      JSONField(key.publicKey.json.setting("x-note", to: "twin"), at: "twin"))
    let ids = [key.publicKey, twin, other.publicKey].map { JSONValue.string($0.id.hex) }
    centre.edits[.targets] = { signed in
      var keys = signed.member("delegations keys") ?? [:]
      for key in [twin, other.publicKey] { keys = keys.setting(key.id.hex, to: key.json) }
      guard case .array(var roles)? = signed.member("delegations roles") else { return signed }
      roles[0] = roles[0].setting("keyids", to: .array(ids)).setting("threshold", to: 2)
      return signed.setting("delegations keys", to: keys)
        .setting("delegations roles", to: .array(roles))
    }
    let file = try MetadataFile.signed(
      try MetadataFile(parsing: centre.papers().content.bytes, named: "c").signed.value, by: [key],
      named: "1.content.json")
    let signature = file.signatures[0]
    let doubled: JSONValue = [
      "signatures": .array(
        [key.id.hex, twin.id.hex].map {
          ["keyid": .string($0), "sig": .string(Hex.encode(signature.bytes ?? []))]
        }), "signed": file.signed.value,
    ]
    let entry = MetaEntry(version: 1, of: doubled.encoded)
    centre.edits[.snapshot] = {
      $0.setting("meta content.json length", to: .integer(entry.length))
        .setting("meta content.json hashes sha256", to: .string(entry.digest.hex))
    }
    var site = try ReadingSite(of: centre)
    let result = site.take(
      try PapersMetadata.changing(centre, "1.content.json", to: doubled.encoded))
    #expect(result.code == "WB1101" && result.refusal?.seen == "1 of 2")
  }

  @Test("T06: a key id twice, in signatures or in a role, refuses the whole file")
  func repeated() throws {
    var centre = try PapersForge()
    let key = try #require(centre.signers[.policy]?.keys.first)
    centre.forgers[.policy] = [key, key]
    let centreBytes = refusal { () throws(Refusal) in _ = try centre.papers() }
    #expect(centreBytes?.code == "WB1106")
    var other = try PapersForge()
    other.signers[.site] = .init(threshold: 1, keys: [key, key])
    other.forgers[.site] = [key]
    var site = try ReadingSite(of: other)
    #expect(try site.take(other).code == "WB1106")
  }

  @Test("T07: a key id in a role file that is not the key's refuses the file")
  func otherKeyID() throws {
    var centre = try PapersForge()
    let key = try PapersForge.key("x").publicKey
    let wrong = String(repeating: "0", count: 64)
    centre.edits[.targets] = { $0.setting("delegations keys \(wrong)", to: key.json) }
    var site = try ReadingSite(of: centre)
    let result = try site.take(centre)
    #expect(result.code == "WB1107")
    #expect(result.refusal?.seen == wrong && result.refusal?.expected == key.id.hex)
  }

  @Test("T08: a file of another role in the right place is refused by its type")
  func otherRole() throws {
    var centre = try PapersForge()
    let key = try PapersForge.key("shared")
    for role in MetadataRole.allCases { centre.signers[role]?.keys = [key] }
    centre.roots = [:]
    try centre.addRoot()
    var site = try ReadingSite(of: centre)
    let snapshot = try centre.papers().snapshot.bytes
    let result = site.take(
      try PapersMetadata.changing(centre, "timestamp.json", to: snapshot))
    #expect(result.code == "WB1108")
    #expect(result.refusal?.seen.contains("snapshot") == true)
    #expect(result.refusal?.expected.contains("timestamp") == true)
  }

  @Test("T22: a targets role that delegates otherwise is refused whole")
  func delegations() throws {
    let bends: [@Sendable (JSONValue) -> JSONValue] = [
      { $0.setting("paths", to: ["*"]) }, { $0.setting("paths", to: ["content/*", "sites/*/*"]) },
      { $0.setting("paths", to: ["content/?"]) }, { $0.setting("paths", to: ["Content/*"]) },
      { $0.setting("paths", to: []) }, { $0.setting("paths", to: nil) },
      { $0.setting("paths", to: nil).setting("path_hash_prefixes", to: ["00"]) },
      { $0.setting("path_hash_prefixes", to: ["00"]) }, { $0.setting("terminating", to: false) },
      { $0.setting("terminating", to: nil) }, { $0.setting("name", to: "extra") },
      { $0.setting("name", to: "policy") }, { $0.setting("name", to: "targets") },
    ]
    for (index, bend) in bends.enumerated() {
      var centre = try PapersForge()
      centre.edits[.targets] = { signed in
        guard case .array(var roles)? = signed.member("delegations roles") else { return signed }
        roles[0] = bend(roles[0])
        return signed.setting("delegations roles", to: .array(roles))
      }
      var site = try ReadingSite(of: centre)
      #expect(try site.take(centre).code == "WB1110", "bend \(index)")
    }
  }

  @Test(
    "T22: a targets role that lacks a delegation, has a fourth or lists targets is refused whole")
  func wholeDelegations() throws {
    let edits: [(PapersForge.Edit, String)] = [
      (
        {
          guard case .array(let roles)? = $0.member("delegations roles") else { return $0 }
          return $0.setting("delegations roles", to: .array(Array(roles.dropLast())))
        }, "WB1110"
      ),
      (
        {
          guard case .array(let roles)? = $0.member("delegations roles") else { return $0 }
          return $0.setting("delegations roles", to: .array(roles + [roles[0]]))
        }, "WB1110"
      ),
      (
        {
          $0.setting(
            "targets content/a", to: ["length": 1, "hashes": ["sha256": .string(Self.zeros)]])
        }, "WB1111"
      ),
    ]
    for (edit, code) in edits {
      var centre = try PapersForge()
      centre.edits[.targets] = edit
      var site = try ReadingSite(of: centre)
      #expect(try site.take(centre).code == code)
    }
  }

  static let zeros = String(repeating: "0", count: 64)
  static let anyTarget: JSONValue = ["length": 1, "hashes": ["sha256": .string(zeros)]]

  @Test(
    "T23: a site role that lists what is not its site's is refused whole",
    arguments: [
      "content/a.json", "policy/fjord-3.json", "sites/oslo-2/intents.json", "sites/fjord-30/x", "x",
      "sites/fjord-3/a/b", "sites/fjord-3", "/sites/fjord-3/a", "../sites/fjord-3/a",
    ])
  func overreach(path: String) throws {
    var centre = try PapersForge()
    centre.edits[.site] = { $0.setting("targets \(path)", to: Self.anyTarget) }
    var site = try ReadingSite(of: centre)
    #expect(try site.take(centre).code == "WB1111")
  }

  @Test(
    "H22: odd target names are refused",
    arguments: ["a?b", "a#b", "A", "é", "..", ".", "", "a%2fb", "a\\b", "c:", "x\u{0}"])
  func oddNames(base: String) throws {
    var centre = try PapersForge()
    centre.edits[.site] = { $0.setting("targets sites/fjord-3/\(base)", to: Self.anyTarget) }
    var site = try ReadingSite(of: centre)
    #expect(try site.take(centre).code == "WB1002")
  }

  @Test(
    "T23: a delegated role that delegates is refused whole",
    arguments: [MetadataRole.content, .policy, .site])
  func delegating(role: MetadataRole) throws {
    var centre = try PapersForge()
    centre.edits[role] = { $0.setting("delegations", to: ["keys": [:], "roles": [["name": "x"]]]) }
    var site = try ReadingSite(of: centre)
    #expect(try site.take(centre).code == "WB1111")
  }

  @Test("T24: a delegated role that the snapshot does not list is refused unread")
  func unlisted() throws {
    for role in ["targets", "content", "policy", "site"] {
      var centre = try PapersForge()
      centre.edits[.snapshot] = { $0.setting("meta \(role).json", to: nil) }
      var site = try ReadingSite(of: centre)
      let papers = try centre.papers()
      let name = role == "site" ? "1.site.json" : "1.\(role).json"
      let broken = try PapersMetadata.changing(centre, name, to: Array("{".utf8))
      #expect(site.take(papers).code == "WB1112")
      if role != "site" { #expect(site.take(broken).code == "WB1112") }
    }
  }

  @Test(
    "T29: unknown key types do no harm while the threshold is met, else a newer agent is needed")
  func unknownTypes() throws {
    let unknown: JSONValue = ["keytype": "new", "scheme": "new", "keyval": ["public": "x"]]
    let id = KeyID(.sha256(unknown.canonical)).hex
    for (threshold, code) in [(1, "done"), (2, "WB1602")] as [(Int64, String)] {
      var centre = try PapersForge()
      let known = try PapersForge.key("timestamp-0")
      centre.edits[.root] = {
        $0.setting("keys \(id)", to: unknown)
          .setting("roles timestamp keyids", to: [.string(known.id.hex), .string(id)])
          .setting("roles timestamp threshold", to: .integer(threshold))
      }
      try centre.addRoot()
      let file = try MetadataFile(parsing: centre.papers().timestamp, named: "t")
      let both: JSONValue = [
        "signatures": .array(
          [(known.id.hex, file.signatures[0].bytes ?? []), (id, [1, 2, 3])].map {
            ["keyid": .string($0.0), "sig": .string(Hex.encode($0.1))]
          }), "signed": file.signed.value,
      ]
      var site = try ReadingSite(of: centre)
      let result = site.take(
        try PapersMetadata.changing(centre, "timestamp.json", to: both.encoded))
      #expect(result.code == code)
    }
  }

  @Test("T31: a minisign signature of the same bytes does not count")
  func minisign() throws {
    let centre = try PapersForge()
    let id = try #require(MinisignKeyID(Array(1...8)))
    let seed = Digest.sha256(Array("waybill test key timestamp-0".utf8)).bytes
    let file = try MetadataFile(parsing: centre.papers().timestamp, named: "t")
    let minisign = try MinisignSecretKey(seed: seed, id: id).sign(
      file.signedBytes, untrustedComment: "x", trustedComment: "y")
    let lines = String(decoding: minisign.encoded, as: UTF8.self).split(separator: "\n")
    let raw = try #require(Base64.decode(lines[1]))
    let forged: JSONValue = [
      "signatures": [
        ["keyid": .string(file.signatures[0].keyid), "sig": .string(Hex.encode(raw[10...]))]
      ], "signed": file.signed.value,
    ]
    var site = try ReadingSite(of: centre)
    let result = site.take(
      try PapersMetadata.changing(centre, "timestamp.json", to: forged.encoded))
    #expect(result.code == "WB1101")
  }

  @Test(
    "T39: an entry without length or SHA-256, or content without line or counter, is refused",
    arguments: [
      (MetadataRole.timestamp, "meta snapshot.json length"),
      (.timestamp, "meta snapshot.json hashes"), (.snapshot, "meta targets.json length"),
      (.snapshot, "meta site.json hashes sha256"),
      (.site, "targets sites/fjord-3/index.json length"),
      (.content, "targets NAME custom"), (.content, "targets NAME custom line"),
      (.content, "targets NAME custom counter"), (.content, "targets NAME hashes sha256"),
    ])
  func incompleteEntries(role: MetadataRole, path: String) throws {
    var centre = try PapersForge()
    let release = PapersForge.release("vlc", counter: 1)
    centre.releases = [release]
    let path = path.replacing("NAME", with: release.target.name)
    centre.edits[role] = { $0.setting(path, to: nil) }
    var site = try ReadingSite(of: centre)
    #expect(try site.take(centre).code == "WB1012")
  }

  @Test("content is named after its manifest's SHA-256")
  func contentName() throws {
    var centre = try PapersForge()
    let release = PapersForge.release("vlc", counter: 1)
    centre.releases = [release]
    centre.edits[.content] = {
      $0.setting("targets \(release.target.name) hashes sha256", to: .string(Self.zeros))
    }
    var site = try ReadingSite(of: centre)
    #expect(try site.take(centre).code == "WB1002")
  }

  @Test(
    "another major version of the specification is unsupported",
    arguments: [
      ("2.0.0", "WB1601"), ("1", "WB1601"), ("1.x", "WB1601"), ("1.2.3", "done"), ("1.0", "done"),
    ])
  func specification(version: String, code: String) throws {
    var centre = try PapersForge()
    centre.edits[.policy] = { $0.setting("spec_version", to: .string(version)) }
    var site = try ReadingSite(of: centre)
    #expect(try site.take(centre).code == code)
  }

  @Test(
    "H21: an expiry that is not a plain moment is refused",
    arguments: [
      "2027-01-01T00:00:00.5Z", "2027-01-01T00:00:00+01:00", "2027-02-30T00:00:00Z",
      "10000-01-01T00:00:00Z",
      "2027-01-01", "2027-01-01T00:00:00z", "2027-01-01T24:00:00Z", "1969-12-31T23:59:59Z", "",
    ])
  func expiry(text: String) throws {
    var centre = try PapersForge()
    centre.edits[.snapshot] = { $0.setting("expires", to: .string(text)) }
    var site = try ReadingSite(of: centre)
    #expect(try site.take(centre).code == "WB1002")
  }
}
