// SPDX-License-Identifier: Apache-2.0
import Centre
import Intents
import SystemPackage
import TestKit
import Testing
import Trust

private let now = HolderTime.now
private let later = HolderTime.later

@Suite struct MergeTests {
  @Test func aCopyThatBringsItsOwnPublishedFilesAndKeysCountsForNothing() throws {
    let scratch = try Scratch()
    let holders = try Holders()
    let (profile, ring) = try centre(holders, in: scratch)
    let standing = try KeyChange(of: profile, keys: ring, at: later).renew(.content)
    #expect(!standing.isPublished)
    let others = try Holders(family: 1)
    let signed = try #require(standing.ceremony.drafts.files[.content]).signed.value
    var forged = try RoleDrafts(
      unsigned([.content: signed]), following: try others.published())
    for key in others.of(.content) { forged = try forged.signed(by: key) }
    #expect(!forged.needs.contains { !$0.isMet })
    let copy = try CeremonyRequest(
      Ceremony(
        id: standing.ceremony.id, purpose: "the same text", draftedAt: later, drafts: forged))
    let refusal = refusal { () throws(Refusal) in
      _ = try Ceremonies(of: profile).merge(copy, named: "copy", at: later)
    }
    #expect(refusal?.code == "WB1164")
    #expect(try Repository(of: profile).roles().content.header.version == 1)
  }

  @Test func aCopyOfTheSameCeremonyWithAnotherTextIsRefused() throws {
    let scratch = try Scratch()
    let holders = try Holders()
    let (profile, ring) = try centre(holders, in: scratch)
    let standing = try KeyChange(of: profile, keys: ring, at: later).renew(.content)
    let other = try RoleRevision(of: holders.published(), at: later.adding(days: 1))
    var drafts = try RoleDrafts(
      unsigned(try other.renewing(.content)), following: standing.ceremony.drafts.current)
    for key in holders.of(.content) { drafts = try drafts.signed(by: key) }
    let copy = try CeremonyRequest(
      Ceremony(id: standing.ceremony.id, purpose: "", draftedAt: later, drafts: drafts))
    let refusal = refusal { () throws(Refusal) in
      _ = try Ceremonies(of: profile).merge(copy, named: "copy", at: later)
    }
    #expect(refusal?.code == "WB1064")
  }

  @Test func aReleaseIsBookedOnlyWhenItIsPublished() throws {
    let scratch = try Scratch()
    let holders = try Holders()
    let (profile, ring) = try centre(holders, in: scratch)
    try scratch.write("source/a.txt", "a")
    let intake = ContentIntake(to: profile, at: now)
    let content = try intake.add(try SourceFolder(scratch["source"]), as: .tool(1)).content
    let standing = try ContentRelease.release([content], in: profile, keys: ring, at: later)
    #expect(try profile.ledger.contents().map(\.releasedVersion) == [nil])
    let request = try Ceremonies(of: profile).request(for: standing.ceremony)
    #expect(request.called[content.manifest] == "tool 1")
    var drafts = request.ceremony.drafts
    for key in holders.of(.content).suffix(2) { drafts = try drafts.signed(by: key) }
    let merged = try Ceremonies(of: profile).merge(
      try request.with(drafts), named: "copy", at: later)
    #expect(merged.isPublished)
    #expect(try profile.ledger.contents().map(\.releasedVersion) == [2])
    #expect(try Ceremonies(of: profile).waiting().isEmpty)
  }
}
