// SPDX-License-Identifier: Apache-2.0
import Bundles
import Centre
import GRDB
import Intents
import SystemPackage
import TestKit
import Testing
import Trust

/// Officers who confirm enrolments in production.
struct OfficerTests {
  let forged: ForgedSite
  let now = ForgedSite.now

  init() throws { forged = try ForgedSite() }

  private func officer(_ name: String) throws -> (person: Approver, key: SecretKey) {
    let key = try PapersForge.key(name)
    return (Approver(name: try #require(PersonName(name)), key: key.publicKey), key)
  }

  /// The same centre as production sees it.
  private func production() throws -> CentreProfile {
    let queue = try DatabaseQueue(
      path: forged.scratch["centre"].appending("ledger.sqlite").string)
    try queue.write {
      try $0.execute(sql: "UPDATE configuration SET value = 'false' WHERE key = 'rehearsal'")
    }
    let folder = forged.scratch["production"]
    try forged.scratch.copy(forged.scratch["centre"], to: "production")
    return try CentreProfile(opening: folder, at: now)
  }

  @Test func `P02: no officer stands twice, by name or by key`() throws {
    let anna = try officer("Anna")
    try forged.centre.ledger.add(officer: anna.person, at: now)
    let twins = [
      Approver(name: try #require(PersonName("ANNA")), key: try officer("other").key.publicKey),
      Approver(name: try #require(PersonName("Bo")), key: anna.key.publicKey),
    ]
    for twin in twins {
      let refused = refusal { () throws(Refusal) in
        try forged.centre.ledger.add(officer: twin, at: now)
      }
      #expect(refused?.code == "WB1547")
    }
    #expect(try forged.centre.ledger.officers() == [anna.person])
  }

  @Test func `C22, P17: nothing is exported before two officers have confirmed the enrolment`()
    throws
  {
    let profile = try production()
    let anna = try officer("Anna")
    let bo = try officer("Bo")
    for officer in [anna, bo] { try profile.ledger.add(officer: officer.person, at: now) }
    let site = try profile.ledger.site(forged.id)
    func desk(_ days: Int64 = 0) -> OfficerDesk {
      OfficerDesk(of: profile, at: now.adding(days: days))
    }
    func missing(_ days: Int64 = 0) -> Refusal? {
      refusal { () throws(Refusal) in try desk(days).requireConfirmed(site) }
    }
    let question = try #require(try desk().waiting(for: site))
    #expect(question.subject.role == .enrolment)
    #expect(question.subject.plan == site.enrolment)
    #expect(missing()?.exit == .approvalMissing)
    _ = try desk().sign(question, by: anna.key, days: 7)
    #expect(missing()?.seen == "1 of 2 approvals: Anna")
    let twice = refusal { () throws(Refusal) in
      _ = try desk().sign(question, by: anna.key, days: 8)
    }
    #expect(twice?.code == "WB1547")
    _ = try desk(2).sign(question, by: bo.key, days: 7)
    #expect(missing(2) == nil)
    // A confirmed site stays confirmed.
    #expect(missing(300) == nil)
    #expect(try desk(300).waiting(for: site) == nil)
  }

  @Test func `P17: a restored site's new life is accepted by two officers, never by one twice`()
    throws
  {
    var forged = forged
    let before = forged.epoch
    try forged.begin("ffeeddccbbaa99887766554433221100", key: "restored", restoredFrom: before)
    let profile = try production()
    let people = [try officer("Anna"), try officer("Bo")]
    for officer in people { try profile.ledger.add(officer: officer.person, at: now) }
    let desk = OfficerDesk(of: profile, at: now)
    func next() throws -> OfficerDesk.Question {
      try #require(try desk.waiting(for: profile.ledger.site(forged.id)))
    }
    let question = try next()
    #expect(question.subject.epoch == forged.epoch)
    #expect(question.words.contains { $0.contains("restored from epoch \(before)") })
    _ = try desk.sign(question, by: people[0].key, days: 7)
    let twice = refusal { () throws(Refusal) in
      _ = try desk.sign(question, by: people[0].key, days: 8)
    }
    #expect(twice?.code == "WB1547")
    #expect(try profile.ledger.site(forged.id).epoch == before)
    #expect(try desk.sign(question, by: people[1].key, days: 7).standing.isGranted)
    #expect(try profile.ledger.site(forged.id).epoch == forged.epoch)
    try desk.requireConfirmed(try profile.ledger.site(forged.id))
  }

  @Test func `C22: confirmations a month apart are not two at one time`() throws {
    let profile = try production()
    let people = [try officer("Anna"), try officer("Bo")]
    for officer in people { try profile.ledger.add(officer: officer.person, at: now) }
    let site = try profile.ledger.site(forged.id)
    for (days, officer) in [(Int64(0), people[0]), (30, people[1])] {
      let desk = OfficerDesk(of: profile, at: now.adding(days: days))
      let question = try #require(try desk.waiting(for: site))
      _ = try desk.sign(question, by: officer.key, days: 7)
    }
    let late = OfficerDesk(of: profile, at: now.adding(days: 30))
    #expect(refusal { () throws(Refusal) in try late.requireConfirmed(site) } != nil)
  }

  @Test func `P02: one operator with two fresh keys becomes no officer, let alone two`() throws {
    let profile = try production()
    let desk = OfficerDesk(of: profile, at: now)
    let (anna, alias) = (try officer("Anna"), try officer("Alias"))
    func refused(_ person: Approver, _ statements: [Envelope]) -> Refusal? {
      refusal { () throws(Refusal) in try desk.enrol(person, vouchedFor: statements) }
    }
    func vouch(_ person: Approver, by key: SecretKey, _ days: Int64 = 0) -> Envelope {
      OfficerVouching.statement(for: person, by: key, at: now.adding(days: days))
    }
    #expect(refused(anna.person, [])?.code == "WB1565")
    #expect(refused(anna.person, [vouch(anna.person, by: alias.key)])?.exit == .approvalMissing)
    // One officer does not make another.
    try profile.ledger.add(officer: anna.person, at: now)
    let twice = [vouch(alias.person, by: anna.key), vouch(alias.person, by: anna.key, 1)]
    #expect(refused(alias.person, twice)?.seen == "0 holders of role policy, 1 officers")
    let bo = try officer("Bo")
    try profile.ledger.add(officer: bo.person, at: now)
    let cleo = try officer("Cleo")
    let good = [vouch(cleo.person, by: anna.key), vouch(cleo.person, by: bo.key)]
    #expect(refused(alias.person, good)?.seen.contains("somebody or something else") == true)
    #expect(refused(cleo.person, [good[0], vouch(cleo.person, by: bo.key, -31)])?.code == "WB1565")
    try desk.enrol(cleo.person, vouchedFor: good)
    #expect(try profile.ledger.officers().count == 3)
  }

  @Test func `P02: as many holders as role policy asks for make an officer, each counted once`()
    throws
  {
    let holders = try ["policy-1", "policy-2", "policy-3"].map { try PapersForge.key($0) }
    let judge = OfficerVouching(
      policy: RoleKeys(threshold: 2, keys: holders.map(\.publicKey)), officers: [], at: now)
    let anna = try officer("Anna").person
    func check(_ keys: SecretKey...) -> Refusal? {
      let statements = keys.map { OfficerVouching.statement(for: anna, by: $0, at: now) }
      return refusal { () throws(Refusal) in try judge.check(anna, statements) }
    }
    #expect(check(holders[0])?.seen == "1 holders of role policy, 0 officers")
    #expect(check(holders[0], holders[0])?.code == "WB1565")
    #expect(check(holders[0], holders[2]) == nil)
  }

  @Test func `a rehearsal needs nobody to confirm an enrolment`() throws {
    let desk = OfficerDesk(of: forged.centre, at: now)
    try desk.requireConfirmed(try forged.centre.ledger.site(forged.id))
  }
}
