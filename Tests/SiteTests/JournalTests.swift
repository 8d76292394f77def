// SPDX-License-Identifier: Apache-2.0
import Bundles
import GRDB
import Intents
import Site
import SystemPackage
import Testing
import Trust

struct JournalTests {
  let folder: SiteFolder
  let path: FilePath
  let journal: Journal

  init() throws {
    folder = try SiteFolder()
    path = folder["journal.sqlite"]
    journal = try Journal.create(path, profile: JournalTests.profile(), at: monday)
  }

  /// Changes the journal behind its back.
  private func edit(_ sql: String) throws {
    try DatabaseQueue(path: path.string).write { try $0.execute(sql: sql) }
  }

  static func profile() throws -> SiteProfile {
    SiteProfile(
      site: try #require(SiteID("fjord-3")), epoch: try #require(RandomID(bytes: Array(0..<16))),
      keyID: KeyID(.sha256([2])), rootFingerprint: .sha256([1]), isRehearsal: true,
      library: "/srv/library", siteCode: "WB1")
  }

  @Test func `the journal remembers who the site is`() throws {
    let expected = try JournalTests.profile()
    #expect(try journal.read { try $0.profile() } == expected)
  }

  @Test func `the newest bundle is the one taken last, also when the clock went back`() throws {
    try journal.write { journal in
      try journal.record(
        KnownBundle(number: 1, fingerprint: .sha256([1]), state: .applied, at: monday))
      try journal.record(
        KnownBundle(
          number: 2, fingerprint: .sha256([2]), state: .staged, at: monday.adding(days: -400)))
    }
    #expect(try journal.read { try $0.newestBundle() }?.number == 2)
    // Another look at an older one changes nothing, and what is done with the newer one keeps it the newest.
    try journal.write { journal in
      try journal.record(
        KnownBundle(number: 1, fingerprint: .sha256([1]), state: .refused, at: monday))
      try journal.record(
        KnownBundle(
          number: 2, fingerprint: .sha256([2]), state: .applied, at: monday.adding(days: -400)))
    }
    #expect(try journal.read { try $0.newestBundle() }?.number == 2)
  }

  @Test func `every commit is synced in full`() throws {
    #expect(try journal.synchronous() == 2)
  }

  @Test func `S22: a journal of a newer program is refused and not touched`() throws {
    let queue = try DatabaseQueue(path: path.string)
    try queue.write { try $0.execute(sql: "PRAGMA user_version = 99") }
    try queue.close()
    let before = try FileQuery.contents(of: path, cap: 1 << 20)
    #expect(code { _ = try Journal(opening: path) } == "WB1680")
    #expect(try FileQuery.contents(of: path, cap: 1 << 20) == before)
  }

  @Test(arguments: [0, 50, 100, 5000, 20000])
  func `F10: a journal that was cut is refused as damaged`(length: Int) throws {
    let bytes = try FileQuery.contents(of: path, cap: 1 << 24)
    let cut = folder["cut.sqlite"]
    try DurableFile.write(Array(bytes.prefix(length)), to: cut)
    #expect(code { _ = try Journal(opening: cut) } == "WB1080")
  }

  @Test func `the audit log chains, and an edited line is found`() throws {
    try journal.write { journal in
      for number in 1...3 { try journal.log("test", ["number": "\(number)"], at: monday) }
    }
    var seen: [Int64] = []
    try journal.read { try $0.events(after: 0) { seen.append($0.seq) } }
    #expect(seen == [1, 2, 3, 4])
    try edit("UPDATE audit SET facts = '{}' WHERE seq = 3")
    #expect(code { try journal.read { try $0.events(after: 0) { _ in } } } == "WB1087")
  }

  @Test func `S18: a line taken out of the audit log is found`() throws {
    try journal.write { journal in
      for number in 1...3 { try journal.log("test", ["number": "\(number)"], at: monday) }
    }
    try edit("DELETE FROM audit WHERE seq = 3")
    #expect(code { try journal.read { try $0.events(after: 0) { _ in } } } == "WB1087")
  }

  @Test func `a refused look at an applied bundle does not change what is known of it`() throws {
    let print = Digest.sha256([7])
    try journal.write {
      try $0.record(KnownBundle(number: 7, fingerprint: print, state: .applied, at: monday))
      try $0.record(
        KnownBundle(number: 7, fingerprint: print, state: .refused, code: "WB1035", at: monday))
    }
    #expect(try journal.read { try $0.bundle(7, print)?.state } == .applied)
  }

  @Test func `a transaction that is refused leaves nothing`() throws {
    let answer = code {
      try journal.write {
        try $0.setValue("9", of: "n")
        throw Refusal(SiteReason.noBundle, "x", seen: "", expected: "")
      }
    }
    #expect(answer == "WB2080")
    #expect(try journal.read { try $0.value("n") } == nil)
  }
}
