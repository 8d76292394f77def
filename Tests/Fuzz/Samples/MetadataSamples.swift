// SPDX-License-Identifier: Apache-2.0
import Intents
import TestKit
import Trust

extension PapersForge {
  /// A centre that is about to send bundle 2.
  static func young() throws(Refusal) -> PapersForge { try base.get() }

  /// One with several keys a role and a second root.
  static func grown() throws(Refusal) -> PapersForge {
    var centre = try PapersForge(threshold: 2, keysOfRole: 3)
    try centre.rotate([.root, .timestamp, .content], generation: "b")
    centre.fill()
    return centre
  }

  private static let base = Result { () throws(Refusal) in
    var centre = try PapersForge()
    centre.fill()
    return centre
  }

  private mutating func fill() {
    n = 2
    releases = [PapersForge.release("one", counter: 1), PapersForge.release("two", counter: 2)]
    floors = [releases[0].line: 1]
    policies = [site: TargetEntry(name: "policy/\(site).json", of: Array("policy".utf8))]
  }

  /// This centre with `signed` in place of what it would say in `role`; for root, in a second root.
  func putting(_ signed: JSONValue, in role: MetadataRole) throws(Refusal) -> PapersForge {
    var centre = self
    centre.edits[role] = { _ in signed }
    guard role == .root else { return centre }
    var keys: [SecretKey] = []
    for name in ["root-0", "root-1", "root-2", "root-b-0", "root-b-1", "root-b-2"] {
      keys.append(try PapersForge.key(name))
    }
    try centre.addRoot(before: keys)
    return centre
  }
}

extension Samples {
  /// What a site keeps that has taken bundle 1 of the young centre.
  static let stateAfterFirst = Result { () throws(Refusal) in
    var centre = try PapersForge.young()
    centre.n = 1
    return verify(
      try centre.papers(), for: site, against: try centre.freshState(), clock: now
    ).state
  }

  /// Centres that differ in what they say in a role. Its other roles being those of the young centre, papers
  /// with it verify; timestamp and snapshot only have one thing to say then.
  static func centres(varying role: MetadataRole) throws -> [PapersForge] {
    var young = try PapersForge.young()
    if role == .timestamp || role == .snapshot { return [young] }
    var other = young
    other.isRehearsal = true
    other.releases = []
    other.floors = [:]
    other.policies = [:]
    other.siteTargets += ["ack.json", "enrolment.json"].map {
      TargetEntry(name: "sites/\(site)/\($0)", of: Array($0.utf8))
    }
    other.signers[.content]?.keys.append(try PapersForge.key("content-1"))
    if role == .root {
      try young.addRoot()
      try other.rotate([.root], generation: "b")
    }
    return [young, other]
  }

  /// The newest file of a role.
  static func file(of role: MetadataRole, in centre: PapersForge) throws -> [UInt8] {
    let files = try centre.files().filter { $0.name.hasSuffix("\(role.rawValue).json") }
    return known(files.max { $0.name < $1.name }).bytes
  }

  /// What its part `signed` says.
  static func signed(of role: MetadataRole, in centre: PapersForge) throws -> [UInt8] {
    try MetadataFile(parsing: file(of: role, in: centre), named: role.rawValue).signed.value.encoded
  }
}
