// SPDX-License-Identifier: Apache-2.0
import Intents
import TestKit
import Testing
import Trust

/// The TUF client from timestamp to targets: what it asks for, refuses and keeps. T08 to T14, T32, T34.
struct ClientUpdateTests {
  private static let roles = ["timestamp", "snapshot", "targets"]

  @Test("a first update asks in the order of the specification, and for nothing twice")
  func firstUpdate() throws {
    var forge = try RepositoryForge()
    let client = try SimulatedClient(of: forge)
    #expect(client.refresh() == "done")
    #expect(
      client.repository.takeRequests() == [
        "2.root.json", "timestamp.json", "1.snapshot.json", "1.targets.json",
      ])
    #expect(client.refresh() == "done")
    #expect(client.repository.takeRequests() == ["2.root.json", "timestamp.json"])
    forge.versions["timestamp"] = 2
    #expect(try client.refresh(forge) == "done")
    #expect(client.repository.takeRequests() == ["2.root.json", "timestamp.json"])
    forge.bump()
    #expect(try client.refresh(forge) == "done")
    #expect(
      client.repository.takeRequests() == ["2.root.json", "timestamp.json", "2.snapshot.json"])
    forge.bump("targets")
    #expect(try client.refresh(forge) == "done")
    #expect(
      client.repository.takeRequests() == [
        "2.root.json", "timestamp.json", "3.snapshot.json", "2.targets.json",
      ])
  }

  @Test("without consistent snapshots only roots are asked for by number")
  func notConsistent() throws {
    var forge = try RepositoryForge()
    forge.isConsistent = false
    try forge.addRoot()
    forge.targets["targets"] = ["a": [1]]
    let client = try SimulatedClient(of: forge)
    let found = try client.find("a")
    #expect(
      client.repository.takeRequests() == [
        "2.root.json", "3.root.json", "timestamp.json", "snapshot.json", "targets.json",
      ])
    #expect(found[0].remotePath(isConsistent: false) == "a")
  }

  @Test("the bytes that came are the bytes that are kept, under names without numbers")
  func exactBytes() throws {
    var forge = try RepositoryForge()
    try forge.hand("*", to: "../odd name?")
    for role in ["root", "targets", "../odd name?"] + Self.roles {
      forge.fileEdits[role] = { $0.setting("x-note", to: "kept") }
    }
    try forge.addRoot()
    let client = try SimulatedClient(of: forge)
    for name in ["timestamp.json", "1.snapshot.json", "1.targets.json", "2.root.json"] {
      client.repository.set(name, (client.repository.files[name] ?? []) + Array(" \n".utf8))
    }
    #expect(client.search("nothing") == "WB1125")
    #expect(
      client.store.files == [
        "root.json": client.repository.files["2.root.json"],
        "timestamp.json": client.repository.files["timestamp.json"],
        "snapshot.json": client.repository.files["1.snapshot.json"],
        "targets.json": client.repository.files["1.targets.json"],
        "..%2Fodd%20name%3F.json": client.repository.files["1...%2Fodd%20name%3F.json"],
      ])
  }

  @Test("each role is kept as soon as it is valid, whatever comes after it", arguments: 0...3)
  func keptSoFar(broken: Int) throws {
    let order = ["timestamp", "snapshot", "targets"]
    for kind in ["missing", "unsigned", "expired"] where broken < 3 {
      var forge = try RepositoryForge()
      let client = try SimulatedClient(of: forge)
      let role = order[broken]
      if kind == "unsigned" { forge.forgers[role] = [try PapersForge.key("nobody")] }
      if kind == "expired" { forge.expires[role] = forge.now }
      try client.repository.publish(forge)
      if kind == "missing" {
        client.repository.set(role == "timestamp" ? "timestamp.json" : "1.\(role).json", nil)
      }
      let codes = ["missing": "WB2001", "unsigned": "WB1101", "expired": "WB1401"]
      #expect(client.refresh() == codes[kind])
      let kept = ["root"] + order.prefix(broken)
      #expect(client.store.files.keys.sorted() == kept.map { "\($0).json" }.sorted())
    }
  }

  @Test("T08: a file of another role in the right place is refused", arguments: roles)
  func otherType(role: String) throws {
    var forge = try RepositoryForge()
    forge.edits[role] = { $0.setting("_type", to: "mirrors") }
    let client = try SimulatedClient(of: forge)
    #expect(client.refresh() == "WB1108")
    #expect(client.store.files["\(role).json"] == nil)
  }

  @Test("T08: a snapshot that the timestamp's key signed is no timestamp")
  func snapshotAsTimestamp() throws {
    var forge = try RepositoryForge()
    forge.edits["timestamp"] = { $0.setting("_type", to: "snapshot") }
    #expect(try SimulatedClient(of: forge).refresh() == "WB1108")
  }

  @Test("T09: a version that is not the one listed is refused", arguments: ["snapshot", "targets"])
  func otherVersion(role: String) throws {
    for inside: Int64 in [1, 3] {
      var forge = try RepositoryForge()
      forge.versions[role] = 2
      forge.edits[role] = { $0.setting("version", to: .integer(inside)) }
      let client = try SimulatedClient(of: forge)
      #expect(client.refresh() == "WB1010")
      #expect(client.store.files["\(role).json"] == nil)
    }
  }

  @Test("T10: a timestamp with a lower version is refused, the trusted one stays")
  func oldTimestamp() throws {
    var forge = try RepositoryForge()
    forge.versions["timestamp"] = 5
    let client = try SimulatedClient(of: forge)
    #expect(client.refresh() == "done")
    forge.versions["timestamp"] = 4
    #expect(try client.refresh(forge) == "WB1302")
    #expect(client.version("timestamp.json") == 5)
    #expect(client.repository.takeRequests().last == "timestamp.json")
  }

  @Test("T11: a timestamp of the same version is no news, whatever else it says")
  func sameTimestamp() throws {
    var forge = try RepositoryForge()
    let client = try SimulatedClient(of: forge)
    #expect(client.refresh() == "done")
    let before = client.store.files
    forge.edits["timestamp"] = { $0.setting("meta snapshot.json version", to: 100) }
    _ = client.repository.takeRequests()
    #expect(try client.refresh(forge) == "done")
    #expect(client.store.files == before)
    #expect(client.repository.takeRequests() == ["2.root.json", "timestamp.json"])
    forge.edits["timestamp"] = { $0.setting("expires", to: "2099-01-01T00:00:00Z") }
    var late = client
    late.clock = forge.now.adding(days: 30)
    #expect(try late.refresh(forge) == "WB1401")
  }

  @Test("T12: a lower snapshot is refused by the trusted timestamp, with or without a snapshot")
  func lowerSnapshot() throws {
    for hasSnapshot in [true, false] {
      for listing in [RepositoryForge.Listing.nothing, .everything] {
        var forge = try RepositoryForge()
        forge.listing = listing
        forge.versions["snapshot"] = 2
        let client = try SimulatedClient(of: forge)
        #expect(client.refresh() == "done")
        if !hasSnapshot { client.store.set("snapshot.json", nil) }
        forge.versions["snapshot"] = 1
        forge.versions["timestamp"] = 2
        #expect(try client.refresh(forge) == "WB1302")
        #expect(client.version("timestamp.json") == 1)
      }
    }
  }

  @Test("a lower snapshot is refused by the trusted snapshot when the timestamp is gone")
  func lowerThanKeptSnapshot() throws {
    var forge = try RepositoryForge()
    forge.versions["snapshot"] = 2
    let client = try SimulatedClient(of: forge)
    #expect(client.refresh() == "done")
    client.store.set("timestamp.json", nil)
    forge.versions["snapshot"] = 1
    #expect(try client.refresh(forge) == "WB1302")
    #expect(client.version("snapshot.json") == 2)
  }

  @Test("T13: a snapshot that lowers or drops a role is refused", arguments: ["targets", "a"])
  func loweredRole(role: String) throws {
    for listing in [RepositoryForge.Listing.nothing, .everything] {
      var forge = try RepositoryForge()
      forge.listing = listing
      try forge.hand("*", to: "a")
      forge.bump(role)
      let client = try SimulatedClient(of: forge)
      #expect(client.refresh() == "done")
      forge.bump()
      forge.versions[role] = 1
      #expect(try client.refresh(forge) == "WB1302")
      forge.versions[role] = 2
      forge.bump()
      forge.edits["snapshot"] = { $0.setting("meta \(role).json", to: nil) }
      #expect(try client.refresh(forge) == "WB1303")
      #expect(client.version("snapshot.json") == 2)
      // The timestamp that listed it was sound, and the repository can go on from here.
      forge.edits["snapshot"] = nil
      forge.bump()
      #expect(try client.refresh(forge) == "done")
    }
  }

  @Test("T14: expired metadata from before is still the floor, and blocks nothing")
  func expiredBefore() throws {
    var forge = try RepositoryForge()
    forge.versions["timestamp"] = 3
    try forge.hand("*", to: "a")
    forge.targets["a"] = ["x": [1]]
    var client = try SimulatedClient(of: forge)
    #expect(try client.find("x").count == 1)
    client.clock = forge.now.adding(days: 100)
    #expect(client.refresh() == "WB1401")
    forge.now = client.clock
    forge.versions["timestamp"] = 2
    #expect(try client.refresh(forge) == "WB1302")
    forge.versions["timestamp"] = 4
    // Snapshot, targets and a keep their versions, and come anew with a later date.
    _ = client.repository.takeRequests()
    try client.repository.publish(forge)
    #expect(try client.find("x").count == 1)
    #expect(
      client.repository.takeRequests() == [
        "2.root.json", "timestamp.json", "1.snapshot.json", "1.targets.json", "1.a.json",
      ])
  }

  @Test("a broken file from before is as good as none", arguments: roles)
  func brokenBefore(role: String) throws {
    let forge = try RepositoryForge()
    for bytes in [[], Array("{}".utf8), [UInt8](repeating: 32, count: 6_000_000)] {
      let client = try SimulatedClient(of: forge)
      #expect(client.refresh() == "done")
      let before = client.store.files
      client.store.set("\(role).json", bytes)
      #expect(client.refresh() == "done")
      #expect(client.store.files == before)
    }
  }

  @Test("equal versions with other bytes: what the parent's hash names is fetched")
  func sameVersionOtherBytes() throws {
    for listing in [RepositoryForge.Listing.nothing, .sha256] {
      var forge = try RepositoryForge()
      forge.listing = listing
      let client = try SimulatedClient(of: forge)
      #expect(client.refresh() == "done")
      forge.versions["timestamp"] = 2
      forge.edits["snapshot"] = { $0.setting("x-note", to: "other") }
      forge.edits["targets"] = { $0.setting("x-note", to: "other") }
      _ = client.repository.takeRequests()
      #expect(try client.refresh(forge) == "done")
      let files = listing == .nothing ? [] : ["1.snapshot.json", "1.targets.json"]
      #expect(client.repository.takeRequests() == ["2.root.json", "timestamp.json"] + files)
    }
  }

  @Test(
    "T32: a file over its cap is refused before it is parsed",
    arguments: [
      ("2.root.json", 512_000), ("timestamp.json", 16_384), ("1.snapshot.json", 2_000_000),
      ("1.targets.json", 5_000_000), ("1.a.json", 5_000_000),
    ])
  func tooLarge(name: String, cap: Int) throws {
    var forge = try RepositoryForge()
    try forge.hand("*", to: "a")
    try forge.addRoot()
    let client = try SimulatedClient(of: forge)
    let bytes = try #require(client.repository.files[name])
    let padding = [UInt8](repeating: 32, count: cap - bytes.count)
    client.repository.set(name, bytes + padding)
    #expect(client.search("x") == "WB1125")
    let other = try SimulatedClient(of: forge)
    other.repository.set(name, bytes + padding + [32])
    #expect(other.search("x") == "WB2202")
  }

  @Test("a listed length is a cap, and a listed length or hash that differs is refused")
  func listed() throws {
    for (listing, code) in [
      (RepositoryForge.Listing.length, "WB2202"), (.sha256, "WB2202"), (.everything, "WB2202"),
    ] {
      for name in ["1.snapshot.json", "1.targets.json"] {
        var forge = try RepositoryForge()
        forge.listing = listing
        let client = try SimulatedClient(of: forge)
        let bytes = try #require(client.repository.files[name])
        client.repository.set(name, bytes + [32])
        #expect(client.refresh() == code)
        client.repository.set(name, Array(bytes.dropLast()))
        #expect(client.refresh() == "WB1008")
        client.repository.set(name, Array(bytes.dropLast()) + [32])
        #expect(client.refresh() == (listing == .length ? "WB1001" : "WB1009"))
        client.repository.set(name, bytes)
        #expect(client.refresh() == "done")
      }
    }
  }

  @Test("hashes: SHA-256, SHA-512 or both are compared, others are not enough alone")
  func hashKinds() throws {
    for listing in [RepositoryForge.Listing.sha256, .sha512, .everything] {
      for edit in ["sha256", "sha512"] {
        var forge = try RepositoryForge()
        forge.listing = listing
        forge.edits["timestamp"] = { signed in
          let path = "meta snapshot.json hashes \(edit)"
          guard case .string(let hash)? = signed.member(path) else { return signed }
          return signed.setting(
            path, to: .string((hash.first == "0" ? "1" : "0") + hash.dropFirst()))
        }
        let isListed = listing == .everything || (listing == .sha256) == (edit == "sha256")
        #expect(try SimulatedClient(of: forge).refresh() == (isListed ? "WB1009" : "done"))
      }
    }
    for hashes: JSONValue in [["blake2b-256": "00"], [:]] {
      var forge = try RepositoryForge()
      forge.edits["snapshot"] = { $0.setting("meta targets.json hashes", to: hashes) }
      #expect(try SimulatedClient(of: forge).refresh() == "WB1610")
    }
  }

  @Test("any changed byte of any file is refused")
  func changedBytes() throws {
    var forge = try RepositoryForge()
    forge.listing = .nothing
    try forge.hand("*", to: "a")
    forge.targets["a"] = ["x": [1]]
    let client = try SimulatedClient(of: forge)
    #expect(client.search("x") == "done")
    var tried = 0
    for (name, bytes) in client.repository.files where name != "1.root.json" {
      for index in bytes.indices {
        let other = try SimulatedClient(of: forge)
        var changed = bytes
        changed[index] ^= 1 << UInt8(index % 8)
        other.repository.set(name, changed)
        #expect(other.search("x") != "done", "\(name), byte \(index)")
        tried += 1
      }
    }
    print("changed bytes refused: \(tried)")
  }
}
