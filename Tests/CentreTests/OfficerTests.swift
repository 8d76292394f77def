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

  @Test func `a rehearsal needs nobody to confirm an enrolment`() throws {
    let desk = OfficerDesk(of: forged.centre, at: now)
    try desk.requireConfirmed(try forged.centre.ledger.site(forged.id))
  }
}
