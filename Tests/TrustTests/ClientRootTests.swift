// SPDX-License-Identifier: Apache-2.0
import Intents
import TestKit
import Testing
import Trust

/// The TUF client and the chain of roots: T01, T02, T04 to T07, T09, T15 to T17, T33, T34.
struct ClientRootTests {
  @Test(
    "T01: a root that only the new keys or only the old keys sign is refused, the old one stays")
  func halfSigned() throws {
    let old = [try PapersForge.key("repository root")]
    let new = [try PapersForge.key("other root")]
    for signing in [old, new] {
      var forge = try RepositoryForge()
      let client = try SimulatedClient(of: forge)
      forge.signers["root"] = .init(new)
      try forge.addRoot(before: old)
      let tree = try JSONValue(parsing: try #require(forge.roots[2]), named: "2.root.json")
      let signed = try #require(tree.member("signed"))
      forge.setRoot(2, try MetadataFile.signed(signed, by: signing, named: "2").bytes)
      #expect(try client.refresh(forge) == "WB1102")
      #expect(client.store.files == ["root.json": forge.roots[1]])
      #expect(client.repository.takeRequests() == ["2.root.json"])
    }
  }

  @Test("both thresholds count, those of the old root and those of the new", arguments: 0...4)
  func thresholds(signing: Int) throws {
    var forge = try RepositoryForge()
    let keys = try (0..<5).map { try PapersForge.key("root \($0)") }
    forge.signers["root"] = .init(Array(keys[0..<3]), threshold: 2)
    try forge.addRoot(before: [try PapersForge.key("repository root")])
    // Keys 1 and 2 stay, 3 and 4 come, three of the four must sign.
    forge.signers["root"] = .init(Array(keys[1..<5]), threshold: 3)
    try forge.addRoot()
    let tree = try JSONValue(parsing: try #require(forge.roots[3]), named: "3.root.json")
    let signed = try #require(tree.member("signed"))
    let subsets: [([Int], String)] = [
      ([1, 2, 3], "done"), ([1, 2], "WB1102"), ([0, 1, 2], "WB1102"), ([2, 3, 4], "WB1102"),
      ([0, 1, 3, 4], "done"),
    ]
    let (numbers, expected) = subsets[signing]
    forge.setRoot(
      3, try MetadataFile.signed(signed, by: numbers.map { keys[$0] }, named: "3").bytes)
    let client = try SimulatedClient(of: forge)
    #expect(client.refresh() == expected)
    #expect(client.version("root.json") == (expected == "done" ? 3 : 2))
  }

  @Test("T02: the walk ends before a missing root, and none behind it is asked for")
  func gap() throws {
    var forge = try RepositoryForge()
    for generation in 2...4 { try forge.rotate(["root"], generation: "\(generation)") }
    forge.setRoot(3, nil)
    let client = try SimulatedClient(of: forge)
    #expect(client.refresh() == "done")
    #expect(client.version("root.json") == 2)
    #expect(
      client.repository.takeRequests() == [
        "2.root.json", "3.root.json", "timestamp.json", "1.snapshot.json", "1.targets.json",
      ])
  }

  @Test("T02, T09: a root under the number of another is refused", arguments: [1, 3])
  func otherVersion(inside: Int64) throws {
    var forge = try RepositoryForge()
    let client = try SimulatedClient(of: forge)
    forge.edits["root"] = { $0.setting("version", to: .integer(inside)) }
    try forge.addRoot()
    #expect(try client.refresh(forge) == "WB1010")
    #expect(client.version("root.json") == 1)
  }

  @Test("T04: a threshold of nobody refuses the root that says so", arguments: [0, -1])
  func nobody(threshold: Int64) throws {
    var forge = try RepositoryForge()
    let client = try SimulatedClient(of: forge)
    forge.signers["snapshot"]?.threshold = threshold
    try forge.addRoot()
    #expect(try client.refresh(forge) == "WB1105")
    #expect(client.version("root.json") == 1)
  }

  @Test("T04: a threshold above the count of keys is met by nobody, in root and in other roles")
  func tooHigh() throws {
    var forge = try RepositoryForge()
    let client = try SimulatedClient(of: forge)
    forge.signers["snapshot"]?.threshold = 2
    try forge.addRoot()
    #expect(try client.refresh(forge) == "WB1101")
    #expect(client.store.files.keys.sorted() == ["root.json", "timestamp.json"])
    #expect(client.version("root.json") == 2)
    forge.signers["root"]?.threshold = 2
    try forge.addRoot()
    #expect(try client.refresh(forge) == "WB1102")
    #expect(client.version("root.json") == 2)
  }

  @Test("T05: one key under two ids counts once")
  func twin() throws {
    let key = try PapersForge.key("repository timestamp")
    let twin = Twin(key: key)
    var forge = try RepositoryForge()
    let client = try SimulatedClient(of: forge)
    forge.signers["timestamp"] = .init([key, twin], threshold: 2)
    try forge.addRoot()
    #expect(try client.refresh(forge) == "WB1101")
    #expect(client.store.files.keys.sorted() == ["root.json"])
  }

  @Test("T06: a key id twice, in signatures or in a role, refuses the file")
  func repeated() throws {
    for role in RepositoryForge.topLevel {
      var forge = try RepositoryForge()
      let client = try SimulatedClient(of: forge)
      forge.fileEdits[role] = { file in
        guard case .array(let signatures)? = file.member("signatures") else { return file }
        return file.setting("signatures", to: .array(signatures + signatures))
      }
      try forge.addRoot()
      #expect(try client.refresh(forge) == "WB1106", "\(role)")
      #expect(!client.store.files.values.contains { $0 == forge.roots[2] && role == "root" })
    }
    var forge = try RepositoryForge()
    let client = try SimulatedClient(of: forge)
    forge.edits["root"] = { signed in
      guard case .array(let ids)? = signed.member("roles targets keyids") else { return signed }
      return signed.setting("roles targets keyids", to: .array(ids + ids))
    }
    try forge.addRoot()
    #expect(try client.refresh(forge) == "WB1106")
  }

  @Test("T07: in a repository of others a key id may be any name; in our papers it is the hash")
  func otherKeyID() throws {
    var forge = try RepositoryForge()
    let client = try SimulatedClient(of: forge)
    forge.signers["timestamp"] = .init([
      Named(key: try PapersForge.key("repository timestamp"), keyid: "key-at-the-counter")
    ])
    try forge.addRoot()
    #expect(try client.refresh(forge) == "done")
    var centre = try PapersForge()
    let site = try centre.freshState()
    centre.edits[.root] = { root in
      let keys = root.member("keys") ?? [:]
      return root.setting("keys", to: keys.setting("key-at-the-counter", to: keys.anyMember))
    }
    try centre.addRoot()
    let result = verify(try centre.papers(), for: centre.site, against: site, clock: centre.now)
    #expect(result.code == "WB1107")
  }

  @Test("T16: 64 rotations behind, all of them long expired but the last")
  func farBehind() throws {
    var forge = try RepositoryForge(now: "2018-01-01T00:00:00Z")
    var client = try SimulatedClient(of: forge)
    for generation in 2...65 {
      forge.now = forge.now.adding(days: 45)
      try forge.rotate(["root", "timestamp", "snapshot"], generation: "\(generation)")
    }
    client.clock = forge.now
    #expect(try client.refresh(forge) == "done")
    #expect(client.version("root.json") == 65)
  }

  @Test(
    "T17: an update follows 256 roots and goes on with the last; the next update follows the rest")
  func tooMany() throws {
    var forge = try RepositoryForge()
    let client = try SimulatedClient(of: forge)
    for _ in 2...258 { try forge.addRoot() }
    #expect(try client.refresh(forge) == "done")
    #expect(client.version("root.json") == 257)
    let requests = client.repository.takeRequests()
    #expect(requests.filter { $0.hasSuffix(".root.json") }.last == "257.root.json")
    #expect(client.refresh() == "done" && client.version("root.json") == 258)
  }

  @Test("T33: a first root that is missing, unsigned, broken or too large: nothing is asked for")
  func brokenFirst() throws {
    let forge = try RepositoryForge()
    let whole = try #require(forge.roots[1])
    let tree = try JSONValue(parsing: whole, named: "root")
    let broken: [([UInt8]?, String)] = [
      (nil, "WB2001"), (tree.setting("signatures", to: []).encoded, "WB1114"),
      (tree.setting("signed version", to: nil).encoded, "WB1114"),
      (Array(whole.dropLast()), "WB1001"), ([], "WB1001"),
      (whole + [UInt8](repeating: 32, count: 512_000), "WB2001"),
    ]
    for (bytes, code) in broken {
      let client = try SimulatedClient(of: forge)
      client.store.set("root.json", bytes)
      let seen = client.refresh()
      #expect(seen == code || code == "WB1114" && seen == "WB1002")
      #expect(client.repository.takeRequests().isEmpty)
    }
  }

  @Test("T34: an expired root is kept, and nothing is asked for after it")
  func expired() throws {
    var forge = try RepositoryForge()
    let client = try SimulatedClient(of: forge)
    forge.expires["root"] = forge.now
    try forge.addRoot()
    #expect(try client.refresh(forge) == "WB1401")
    #expect(client.version("root.json") == 2)
    #expect(client.repository.takeRequests() == ["2.root.json", "3.root.json"])
    forge.expires["root"] = nil
    try forge.addRoot()
    #expect(try client.refresh(forge) == "done")
  }

  @Test(
    "T15: after a key of timestamp or snapshot was replaced, numbers may fall", arguments: 0...2)
  func fastForward(which: Int) throws {
    let rotated = [["timestamp"], ["snapshot"], ["timestamp", "snapshot"]][which]
    var forge = try RepositoryForge()
    let top: Int64 = 9_007_199_254_740_991
    forge.versions = ["root": 1, "timestamp": top, "snapshot": top, "targets": top]
    let client = try SimulatedClient(of: forge)
    #expect(client.refresh() == "done")
    forge.versions = ["root": 1, "timestamp": 1, "snapshot": 1, "targets": 1]
    #expect(try client.refresh(forge) == "WB1302")
    try forge.rotate(["targets"], generation: "new")
    #expect(try client.refresh(forge) == "WB1302")
    try forge.rotate(rotated, generation: "new")
    #expect(try client.refresh(forge) == "done")
    for role in ["timestamp", "snapshot", "targets"] {
      #expect(client.version("\(role).json") == 1)
    }
  }

  @Test("T15: a further key, or a higher threshold, lets no number fall")
  func furtherKey() throws {
    var forge = try RepositoryForge()
    forge.versions["timestamp"] = 7
    let client = try SimulatedClient(of: forge)
    #expect(client.refresh() == "done")
    for role in ["timestamp", "snapshot"] {
      forge.signers[role]?.keys.append(try PapersForge.key("further \(role)"))
    }
    try forge.addRoot()
    forge.versions["timestamp"] = 6
    #expect(try client.refresh(forge) == "WB1302")
    #expect(client.version("timestamp.json") == 7 && client.version("root.json") == 2)
  }
}

/// The same key with a note in its JSON, and so under another id.
private struct Twin: TestSigner {
  let key: SecretKey
  var json: JSONValue { key.json.setting("x-note", to: "twin") }
  func signature(over message: [UInt8]) -> [UInt8] { key.sign(message) }
}

/// A key under an id of its own choosing.
private struct Named: TestSigner {
  let key: SecretKey
  let keyid: String
  var json: JSONValue { key.json }
  func signature(over message: [UInt8]) -> [UInt8] { key.sign(message) }
}

extension JSONValue {
  fileprivate var anyMember: JSONValue? {
    if case .object(let object) = self { object.members.first?.value } else { nil }
  }
}
