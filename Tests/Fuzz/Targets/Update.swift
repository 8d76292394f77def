// SPDX-License-Identifier: Apache-2.0
import Intents
import TestKit
import Trust

extension FuzzTarget {
  /// A whole update of the client for any repository: the input names roles and says what stands in their `signed`; the
  /// repository signs that and all that leads there.
  static let update = FuzzTarget("tuf-update", seeds: { try Samples.updates() }) { bytes in
    guard case .object(let roles) = try JSONValue(parsing: bytes, named: "roles") else { return }
    var forge = try RepositoryForge.delegating()
    for member in roles.members {
      let signed = member.value
      forge.edits[member.key] = { _ in signed }
    }
    if roles["root"] != nil {
      try forge.addRoot(
        before: RepositoryForge.topLevel.map { try PapersForge.key("repository \($0)") })
    }
    let client = try SimulatedClient(of: forge)
    let kept = client.refresh()
    let root = client.version("root.json")
    try promise("a root is kept", root != nil)
    try promise("the second update ends as the first", client.refresh() == kept)
    try promise("no root is lost", client.version("root.json") == root)
    _ = try client.refreshed()
    for path in Samples.paths {
      do {
        for file in try client.find(path) {
          try promise("a length", file.length >= 0)
        }
      } catch let refusal as Refusal where refusal.exit != .internalError {
        continue
      }
    }
  }
}

extension RepositoryForge {
  /// A repository that hands out by pattern, by prefix of the hash and by bins.
  static func delegating() throws(Refusal) -> RepositoryForge {
    var forge = try RepositoryForge()
    forge.listing = .nothing
    try forge.hand("*.txt", to: "docs")
    try forge.hand("a/*", to: "last", isTerminating: true)
    try forge.hand("b/?", to: "deep", from: "docs")
    forge.bins["last"] = ("bin", 1)
    forge.signers["bin"] = .init([try PapersForge.key("bins")])
    for bin in ["bin-0", "bin-1"] { forge.targets[bin] = ["a/one": [1], "a/two": [2]] }
    forge.targets["docs"] = ["read.txt": Array("read".utf8)]
    return forge
  }
}

extension Samples {
  static let paths = ["read.txt", "a/one", "a/two", "b/c", "none"]

  /// One for each role, and one for all of them.
  static func updates() throws -> [[UInt8]] {
    let forge = try RepositoryForge.delegating()
    var all: [(String, JSONValue)] = []
    for (name, bytes) in try forge.files() where name != "1.root.json" {
      let role = String(name.split(separator: ".").dropLast().last ?? "")
      let file = try MetadataFile(parsing: bytes, named: name)
      all.append((role, file.signed.value))
    }
    let root = try MetadataFile(parsing: forge.roots[1] ?? [], named: "root.json")
    let second = root.signed.value.setting("version", to: 2)
    let singles = (all + [("root", second)]).sorted { $0.0 < $1.0 }
    return (singles.map { [$0] } + [all]).map { JSONValue.object(JSONObject($0)).encoded }
  }
}
