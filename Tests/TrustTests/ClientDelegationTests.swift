// SPDX-License-Identifier: Apache-2.0
import Intents
import TestKit
import Testing
import Trust

/// The TUF client and delegations: T22, T24, and the ways to share out paths.
struct ClientDelegationTests {
  /// A graph as `from>to`, `from>to!` for a terminating one and `from>to=pattern` for other paths than all.
  struct Graph: Sendable, CustomTestStringConvertible {
    let edges: String
    let order: String
    var testDescription: String { "\(edges) in order \(order)" }

    /// The path asked for is `x/y`, which nobody lists.
    static let all: [Graph] = [
      Graph(edges: "targets>a", order: "a"),
      Graph(edges: "targets>a targets>b", order: "a b"),
      Graph(edges: "targets>a targets>b b>c", order: "a b c"),
      Graph(edges: "targets>a targets>b a>c a>d", order: "a c d b"),
      Graph(edges: "targets>a targets>b a>c c>d b>e", order: "a c d b e"),
      Graph(edges: "targets>a targets>b! targets>c", order: "a b"),
      Graph(edges: "targets>a targets>b a>c! a>d", order: "a c"),
      Graph(edges: "targets>a targets>b a>c! c>d c>e", order: "a c d e"),
      Graph(edges: "targets>a! targets>b a>c a>d", order: "a c d"),
      Graph(edges: "targets>a!=z/* targets>b", order: "b"),
      Graph(edges: "targets>a=*.py targets>b a>c", order: "b"),
      Graph(edges: "targets>a targets>b a>c=*.py c>d", order: "a b"),
      Graph(edges: "targets>a targets>b b>c c>d d>b", order: "a b c d"),
      Graph(edges: "targets>a a>a targets>b", order: "a b"),
      Graph(edges: "targets>a a>b b>a! targets>c", order: "a b"),
      Graph(edges: "targets>a targets>b b>c a>c", order: "a c b"),
      Graph(edges: "targets>a targets>b b>c a>c=*.py", order: "a b c"),
    ]

    func forge() throws -> RepositoryForge {
      var forge = try RepositoryForge()
      for edge in edges.split(separator: " ") {
        let ends = edge.split(separator: "=")[0].split(separator: ">")
        let pattern = edge.split(separator: "=").dropFirst().first ?? "*/*"
        let to = ends[1].split(separator: "!")[0]
        try forge.addRole(String(to))
        try forge.hand(
          String(pattern), to: String(to), from: String(ends[0]), isTerminating: edge.contains("!"))
      }
      return forge
    }
  }

  @Test("T22: roles are asked in pre-order, depth first, each once", arguments: Graph.all)
  func graph(graph: Graph) throws {
    let client = try SimulatedClient(of: try graph.forge())
    #expect(client.search("x/y") == "WB1125")
    let order = graph.order.split(separator: " ").map { "1.\($0).json" }
    let top = ["2.root.json", "timestamp.json", "1.snapshot.json", "1.targets.json"]
    #expect(client.repository.takeRequests() == top + order)
    #expect(client.search("x/y") == "WB1125")
    #expect(client.repository.takeRequests() == Array(top[0...1]), "all of them are kept")
  }

  @Test("T22: the first role in order that lists the path answers, also a parent before its child")
  func firstAnswers() throws {
    var forge = try Graph(edges: "targets>a targets>b a>c", order: "").forge()
    for (role, content) in [("c", 1), ("b", 2)] { forge.targets[role] = ["x/y": [UInt8(content)]] }
    let client = try SimulatedClient(of: forge)
    #expect(try client.find("x/y")[0].hashes.sha256 == .sha256([1]))
    #expect(client.repository.takeRequests().suffix(2) == ["1.a.json", "1.c.json"])
    forge.targets["a"] = ["x/y": [3, 4]]
    forge.bump("a")
    try client.repository.publish(forge)
    let found = try client.find("x/y")[0]
    #expect(found.hashes.sha256 == .sha256([3, 4]) && found.length == 2)
    forge.targets["targets"] = ["x/y": []]
    forge.bump("targets")
    try client.repository.publish(forge)
    #expect(try client.find("x/y")[0].length == 0)
  }

  @Test("T22: every role on the way must be handed the path, not the last one alone")
  func wholeChain() throws {
    var forge = try RepositoryForge()
    try forge.hand("x/*", to: "a")
    try forge.hand("*/*", to: "b", from: "a")
    forge.targets["b"] = ["x/y": [1], "z/y": [2]]
    let client = try SimulatedClient(of: forge)
    #expect(client.search("x/y") == "done" && client.search("z/y") == "WB1125")
  }

  @Test("T22: a role under two parents is verified with the keys of the parent on the path")
  func twoParents() throws {
    var forge = try RepositoryForge()
    try forge.hand("x/*", to: "a")
    try forge.hand("z/*", to: "b")
    try forge.hand("*/*", to: "c", from: "a")
    try forge.hand("*/*", to: "c", from: "b")
    forge.targets["c"] = ["x/y": [1], "z/y": [2]]
    let client = try SimulatedClient(of: forge)
    #expect(try client.find("x/y", "z/y").count == 2)
    #expect(client.repository.takeRequests().filter { $0 == "1.c.json" }.count == 1)
    forge.handings["b"]?[0].signers = .init([try PapersForge.key("other c")])
    forge.bump("b")
    try client.repository.publish(forge)
    #expect(try client.find("x/y").count == 1)
    let refused = refusal { () throws(Refusal) in _ = try client.find("x/y", "z/y") }
    #expect(refused?.code == "WB1101")
  }

  @Test("T22: a search ends after 32 roles besides the first")
  func tooManyRoles() throws {
    var forge = try RepositoryForge()
    for number in 1...40 { try forge.hand("*", to: "r\(number)") }
    forge.targets["r32"] = ["last": [1]]
    forge.targets["r33"] = ["beyond": [1]]
    let client = try SimulatedClient(of: forge)
    #expect(client.search("last") == "done")
    #expect(client.search("beyond") == "WB1125")
    #expect(!client.repository.takeRequests().contains("1.r33.json"))
  }

  @Test("T22: a path is the same byte for byte, not as a person reads it")
  func exactPath() throws {
    var forge = try RepositoryForge()
    try forge.hand("caf\u{E9}", to: "a")
    forge.targets["a"] = ["caf\u{E9}": [1]]
    let client = try SimulatedClient(of: forge)
    #expect(client.search("caf\u{E9}") == "done")
    #expect(client.search("cafe\u{301}") == "WB1125" && client.search("CAF\u{C9}") == "WB1125")
    forge.targets["a"] = ["cafe\u{301}": [1]]
    forge.bump("a")
    try client.repository.publish(forge)
    #expect(client.search("caf\u{E9}") == "WB1125")
  }

  @Test("T24: a role that the snapshot does not list is refused and not asked for")
  func unlisted() throws {
    var forge = try RepositoryForge()
    try forge.hand("*", to: "a")
    forge.edits["snapshot"] = { $0.setting("meta a.json", to: nil) }
    let client = try SimulatedClient(of: forge)
    #expect(client.search("x") == "WB1112")
    #expect(client.repository.takeRequests().last == "1.targets.json")
    forge.edits["snapshot"] = { $0.setting("meta targets.json", to: nil) }
    #expect(try SimulatedClient(of: forge).refresh() == "WB1112")
  }

  @Test("a role on the way that is missing or refused ends the search", arguments: 0...3)
  func endsSearch(kind: Int) throws {
    var forge = try RepositoryForge()
    try forge.hand("*", to: "a")
    try forge.hand("*", to: "b")
    forge.targets["b"] = ["x": [1]]
    if kind == 1 { forge.forgers["a"] = [try PapersForge.key("nobody")] }
    if kind == 2 { forge.expires["a"] = forge.now }
    if kind == 3 { forge.edits["a"] = { $0.setting("version", to: 2) } }
    let client = try SimulatedClient(of: forge)
    if kind == 0 { client.repository.set("1.a.json", nil) }
    #expect(client.search("x") == ["WB2001", "WB1101", "WB1401", "WB1010"][kind])
    #expect(client.repository.takeRequests().last == "1.a.json")
    #expect(client.store.files["a.json"] == nil)
  }

  @Test(
    "patterns: * and ? stand for no slash, and everything else for itself",
    arguments: [
      ("*", "a", true), ("*", "a/b", false), ("*", "", false), ("a*", "a", true),
      ("*.tgz", "foo.tgz", true), ("*.tgz", "targets/foo.tgz", false),
      ("targets/*.tgz", "targets/foo.tgz", true), ("targets/*.tgz", "targets/a/foo.tgz", false),
      ("targets/*.tgz", "targets/foo.txt", false), ("foo-?.tgz", "foo-2.tgz", true),
      ("foo-?.tgz", "foo-alpha.tgz", false), ("foo-?.tgz", "foo-.tgz", false),
      ("a?b", "a/b", false), ("a?b", "aéb", true), ("foo.tgz", "foo.tgz", true),
      ("foo.tgz", "FOO.tgz", false), ("foo.tgz", "fooxtgz", false), ("*/*", "a/b", true),
      ("*/*", "a/b/c", false), ("*/", "a/", true), ("/*", "/a", true), ("/*", "a", false),
      ("a**b", "ab", true), ("*a*b*c*", "xxaxbxcx", true), ("*a*b*c*", "xxaxcxbx", false),
      ("[ab]", "a", false), ("[ab]", "[ab]", true), ("a\\*", "a\\x", true), ("", "a", false),
      ("caf\u{E9}", "cafe\u{301}", false), ("..", "..", true), ("*", "..", true),
    ])
  func patterns(pattern: String, path: String, expected: Bool) throws {
    guard let path = TargetPath(path) else {
      #expect(path.isEmpty && !expected)
      return
    }
    #expect(PathPattern(pattern).matches(path) == expected)
  }

  @Test("a hostile pattern costs no more than the product of both lengths")
  func hostilePattern() throws {
    let path = try #require(TargetPath(String(repeating: "a", count: 500)))
    #expect(!PathPattern(String(repeating: "*a", count: 250) + "b").matches(path))
  }

  @Test("path_hash_prefixes share paths by the beginning of their SHA-256")
  func hashPrefixes() throws {
    let hash = Digest.sha256(Array("x/y".utf8)).hex
    for (prefixes, code) in [
      ([String(hash.prefix(2))], "done"), ([hash], "done"),
      (["zz", String(hash.prefix(5))], "done"),
      ([String(hash.prefix(1)).uppercased() + "zz"], "WB1125"), ([], "WB1125"),
      ([hash + "0"], "WB1125"),
    ] {
      var forge = try RepositoryForge()
      try forge.addRole("a")
      forge.handings["targets"] = [.init(to: "a", share: ("path_hash_prefixes", prefixes))]
      forge.targets["a"] = ["x/y": [1]]
      #expect(try SimulatedClient(of: forge).search("x/y") == code, "\(prefixes)")
    }
  }

  @Test(
    "TAP 15: succinct bins take a path by the first bits of its SHA-256",
    arguments: [
      (1, "b-1"), (4, "b-e"), (5, "b-1d"), (8, "b-e9"), (16, "b-e9c4"), (32, "b-e9c45cb4"),
    ])
  func bins(bits: Int64, name: String) throws {
    #expect(Digest.sha256(Array("bins/path".utf8)).hex.hasPrefix("e9c45cb4"))
    var forge = try RepositoryForge()
    forge.bins["targets"] = ("b", bits)
    forge.signers["b"] = .init([try PapersForge.key("bins")])
    forge.targets[name] = ["bins/path": [1], "other": [2]]
    let client = try SimulatedClient(of: forge)
    #expect(client.search("bins/path") == "done")
    #expect(client.repository.takeRequests().last == "1.\(name).json")
    forge.targets[name] = [:]
    forge.bump(name)
    try client.repository.publish(forge)
    #expect(client.search("bins/path") == "WB1125")
  }

  @Test("delegations that are not what the specification says refuse the role")
  func malformed() throws {
    let edits: [(String, RepositoryForge.Edit)] = [
      ("two kinds of share", { $0.editingRole { $0.setting("path_hash_prefixes", to: []) } }),
      ("no share", { $0.editingRole { $0.setting("paths", to: nil) } }),
      ("no name", { $0.editingRole { $0.setting("name", to: "") } }),
      ("a top-level name", { $0.editingRole { $0.setting("name", to: "snapshot") } }),
      ("no threshold", { $0.editingRole { $0.setting("threshold", to: nil) } }),
      ("threshold 0", { $0.editingRole { $0.setting("threshold", to: 0) } }),
      ("roles and bins", { $0.setting("delegations succinct_roles", to: [:]) }),
      ("neither", { $0.setting("delegations roles", to: nil) }),
      (
        "one name twice",
        { signed in
          guard case .array(let roles)? = signed.member("delegations roles") else { return signed }
          return signed.setting("delegations roles", to: .array(roles + roles))
        }
      ),
    ]
    for (what, edit) in edits {
      var forge = try RepositoryForge()
      try forge.hand("*", to: "a")
      forge.edits["targets"] = edit
      let code = try SimulatedClient(of: forge).refresh()
      #expect(code == (what == "threshold 0" ? "WB1105" : "WB1002"), "\(what)")
    }
  }

  @Test(
    "names stand whole and safe in URLs and in the metadata folder",
    arguments: [
      ("a", "a.json"), ("../a", "..%2Fa.json"), ("/a", "%2Fa.json"), ("?", "%3F.json"),
      ("#", "%23.json"), ("a b", "a%20b.json"), ("é", "%C3%A9.json"), ("a-._~", "a-._~.json"),
      ("%41", "%2541.json"), ("..", "...json"), ("1.root", "1.root.json"), ("\n", "%0A.json"),
    ])
  func roleNames(name: String, file: String) throws {
    #expect(RoleName(delegated: name)?.fileName == file)
    var forge = try RepositoryForge()
    try forge.hand("*", to: name)
    forge.targets[name] = ["x": [1]]
    let client = try SimulatedClient(of: forge)
    #expect(client.search("x") == "done")
    #expect(client.repository.takeRequests().last == "1.\(file)")
    #expect(client.store.files[file] != nil)
  }

  @Test(
    "a target lies under its path, in a consistent snapshot with a hash before the base name",
    arguments: [
      ("a", "a", "HASH.a", "a"), ("a/b.txt", "a/b.txt", "a/HASH.b.txt", "a%2Fb.txt"),
      ("a b/c?d#e", "a%20b/c%3Fd%23e", "a%20b/HASH.c%3Fd%23e", "a%20b%2Fc%3Fd%23e"),
      ("a%2Fb%", "a%2Fb%25", "HASH.a%2Fb%25", "a%252Fb%25"),
      ("../x", "../x", "../HASH.x", "..%2Fx"),
      ("a/", "a/", "a/HASH.", "a%2F"), ("é:@", "%C3%A9:@", "HASH.%C3%A9:@", "%C3%A9%3A%40"),
    ])
  func targetNames(path: String, plain: String, hashed: String, file: String) throws {
    var forge = try RepositoryForge()
    forge.targets["targets"] = [path: [1]]
    let target = try SimulatedClient(of: forge).find(path)[0]
    let hash = Digest.sha256([1]).hex
    #expect(target.remotePath(isConsistent: false) == plain)
    #expect(target.remotePath(isConsistent: true) == hashed.replacing("HASH", with: hash))
    #expect(target.path.fileName == file)
  }
}

extension JSONValue {
  /// This `signed` of a targets role with its first delegated role changed.
  fileprivate func editingRole(_ edit: (JSONValue) -> JSONValue) -> JSONValue {
    guard case .array(var roles)? = member("delegations roles") else { return self }
    roles[0] = edit(roles[0])
    return setting("delegations roles", to: .array(roles))
  }
}
