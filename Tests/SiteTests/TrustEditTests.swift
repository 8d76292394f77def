// SPDX-License-Identifier: Apache-2.0
import Bundles
import Foundation
import GRDB
import Intents
import Site
import SystemPackage
import TestKit
import Testing
import Trust

/// S17: what is kept of earlier bundles lies on a disk that others may write to.
struct TrustEditTests {
  var centre: MiniCentre
  let site: MiniSite

  init() throws {
    centre = try MiniCentre()
    try centre.want("tool-lab", MiniCentre.content("tool", counter: 2))
    site = try MiniSite(centre)
    _ = try site.enrol()
    _ = try centre.export(5, to: site.medium)
    try site.run()
  }

  private func edit(_ sql: String, _ arguments: StatementArguments = []) throws {
    let queue = try DatabaseQueue(path: site.folder.journal.string)
    try queue.write { try $0.execute(sql: sql, arguments: arguments) }
    try queue.close()
  }

  private func document(_ name: JournalDocument) throws -> [UInt8] {
    try #require(try site.open().journal.read { try $0.document(name) })
  }

  private func set(_ name: JournalDocument, _ bytes: [UInt8]) throws {
    try edit(
      "UPDATE documents SET bytes = ? WHERE name = ?", [Data(bytes), name.rawValue])
  }

  private func replacing(_ old: String, _ new: String, in bytes: [UInt8]) throws -> [UInt8] {
    let text = String(decoding: bytes, as: UTF8.self)
    try #require(text.contains(old))
    return Array(text.replacing(old, with: new).utf8)
  }

  /// Opening refuses with `expected`, and says so in the log and for the next report, once.
  private func expectAlarm(_ expected: String) throws {
    for _ in 1...2 {
      #expect(code { try site.open().checkTrust(at: site.clock) } == expected)
    }
    #expect(try site.sightings() == [expected])
    let events = try site.events()
    #expect(events.filter { $0.event == "state.edited" }.map { $0.facts["code"] } == [expected])
  }

  @Test func `a site as it was left opens without a word`() throws {
    let events = try site.events().count
    try site.open().checkTrust(at: site.clock)
    #expect(try site.events().count == events)
    #expect(try site.open().policy() == centre.policy)
  }

  @Test(arguments: [
    ("\"n\":5", "\"n\":4"), ("\"content\":1", "\"content\":0"), ("\"policy\":1", "\"policy\":0"),
    ("\"targets\":1", "\"targets\":0"), ("\"time_floor\":\"2", "\"time_floor\":\"1"),
    ("\"floors\":{}", "\"floors\": {}"),
  ])
  func `S17: a floor that was lowered on the disk is refused`(old: String, new: String) throws {
    try set(.trust, replacing(old, new, in: document(.trust)))
    try expectAlarm("WB1182")
  }

  @Test func `S17: a trusted state that is no such thing is refused`() throws {
    try set(.trust, [0xff])
    try expectAlarm("WB1182")
  }

  @Test func `S17: the state from before the bundle is refused`() throws {
    let fresh = try TrustState(pinnedRoot: centre.rootBytes)
    try set(.trust, fresh.json.encoded)
    try expectAlarm("WB1182")
  }

  @Test func `S17: a state whose line of the log was edited with it is refused`() throws {
    try set(.trust, replacing("\"n\":5", "\"n\":4", in: document(.trust)))
    let digest = Digest.sha256(try document(.trust)).hex
    let line = try #require(try site.events().last { $0.event == "trust.kept" })
    let old = try #require(line.facts["state_sha256"])
    try edit(
      "UPDATE audit SET facts = replace(facts, ?, ?) WHERE seq = ?", [old, digest, line.seq])
    #expect(code { try site.open().checkTrust(at: site.clock) } == "WB1182")
  }

  @Test func `S17: a looser policy on the disk is refused`() throws {
    let looser = try replacing(
      "\"operators\":1", "\"operators\":2", in: document(.policy))
    try set(.policy, looser)
    try expectAlarm("WB1183")
  }

  @Test func `S17: a policy that went missing is refused`() throws {
    try edit("DELETE FROM documents WHERE name = 'policy'")
    try expectAlarm("WB1183")
  }

  @Test func `S17: a policy whose line of the log was written anew with it has no signature`()
    throws
  {
    let looser = try replacing("\"operators\":1", "\"operators\":2", in: document(.policy))
    try set(.policy, looser)
    let site = try site.open()
    let trust = try site.trust()
    try site.journal.write { try $0.setTrust(trust, at: monday) }
    try expectAlarm("WB1183")
  }

  @Test(arguments: ["targets.json", "policy.json"])
  func `S17: signed metadata that was edited on the disk is refused`(name: String) throws {
    let bytes = try #require(try site.open().journal.read { try $0.metadata()[name] })
    let other = try replacing("\"expires\":\"2", "\"expires\":\"3", in: bytes)
    try edit("UPDATE metadata SET bytes = ? WHERE name = ?", [Data(other), name])
    try expectAlarm("WB1183")
    try edit("DELETE FROM metadata WHERE name = ?", [name])
    #expect(code { _ = try site.open().policy() } == "WB1183")
  }

  @Test mutating func `the policy stands when the keys that signed it were replaced since`() throws
  {
    try centre.forge.rotate([.targets, .policy], generation: "two")
    let medium = site.temporary["another"]
    let folder = try centre.export(6, to: medium)
    try DurableFile.unlinkIfPresent(folder.appending("orders.tar"))
    #expect(try site.run(from: medium).exit == .incomplete)
    #expect(try site.open().trust().root.version == 2)
    #expect(try site.open().policy() == centre.policy)
    #expect(try site.open().audit().faults.isEmpty)
  }
}
