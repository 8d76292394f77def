// SPDX-License-Identifier: Apache-2.0
import Intents
import TestKit
import Testing

import Bundles
import Trust

struct ApprovalTests {
  static let now = Instant(clamping: 1_790_000_000)
  let anna: Person
  let bo: Person
  let cleo: Person

  /// Somebody with a key of their own.
  struct Person {
    let approver: Approver
    let key: SecretKey

    init(_ name: String, seed: UInt8) throws {
      key = try SecretKey(seed: Digest.sha256([seed]).bytes)
      guard let name = PersonName(name) else { preconditionFailure("a name") }
      approver = Approver(name: name, key: key.publicKey)
    }
  }

  init() throws {
    anna = try Person("Anna Berg", seed: 1)
    bo = try Person("Bo", seed: 2)
    cleo = try Person("Cleo", seed: 3)
  }

  static func subject(
    _ role: ApprovalSubject.Role = .import, site: String = "fjord-3", epoch: UInt8 = 1,
    plan: String = "plan", fingerprint: String? = "bundle", number: Int64? = 42
  ) throws -> ApprovalSubject {
    let site = try #require(SiteID(site))
    let epoch = try #require(RandomID(bytes: Array(repeating: epoch, count: 16)))
    return ApprovalSubject(
      role: role, site: site, epoch: epoch, plan: .sha256(Array(plan.utf8)),
      fingerprint: fingerprint.map { .sha256(Array($0.utf8)) }, number: number)
  }

  private func approval(
    _ subject: ApprovalSubject, at: Instant = now, days: Int64 = 7, rehearsal: Bool = false
  ) -> Approval {
    Approval(subject: subject, at: at, expires: at.adding(days: days), isRehearsal: rehearsal)
  }

  private func judge(
    _ approvers: [Approver]? = nil, threshold: Int64 = 2, at now: Instant = now
  ) -> ApprovalJudge {
    ApprovalJudge(
      approvers: approvers ?? [anna, bo].map(\.approver), threshold: threshold, isRehearsal: false,
      now: now)
  }

  @Test func `an approval read again is the one that was signed`() throws {
    for subject in [
      try Self.subject(), try Self.subject(.export, fingerprint: nil, number: nil),
    ] {
      let approval = approval(subject)
      let envelope = try Envelope(parsing: approval.signed(by: anna.key).encoded, named: "file")
      #expect(try Approval(parsing: envelope.verified(by: [anna.key.publicKey])) == approval)
    }
  }

  @Test func `P02: two different enrolled people are enough and one is not`() throws {
    let subject = try Self.subject()
    let approval = approval(subject)
    let one = judge().judge([approval.signed(by: anna.key)], for: subject)
    #expect(!one.isGranted)
    #expect(one.seen == "1 of 2 approvals: Anna Berg")
    let two = judge().judge([anna, bo].map { approval.signed(by: $0.key) }, for: subject)
    #expect(two.isGranted)
    #expect(two.people == [anna.approver, bo.approver])
  }

  @Test func `P02: one person twice counts once and the match is named`() throws {
    let subject = try Self.subject()
    let twice = [approval(subject), approval(subject, days: 8)].map { $0.signed(by: anna.key) }
    let verdict = judge().judge(twice, for: subject)
    #expect(!verdict.isGranted)
    #expect(verdict.notCounted.first?.contains("a second time") == true)
  }

  @Test func `P02: one person with two keys counts once`() throws {
    let subject = try Self.subject()
    let other = try Person("anna  BERG", seed: 4)
    let statements = [anna, other].map { approval(subject).signed(by: $0.key) }
    let verdict = judge([anna, other].map(\.approver)).judge(statements, for: subject)
    #expect(verdict.people == [anna.approver])
    #expect(verdict.notCounted.first?.contains("as Anna Berg") == true)
  }

  @Test func `P02: one key under two names counts once`() throws {
    let subject = try Self.subject()
    var json = anna.key.publicKey.json
    json = json.setting("x-note", to: "the same bytes under another id")
    let alias = Approver(
      name: bo.approver.name, key: try PublicKey(JSONField(json, at: "key")))
    #expect(alias.key.id != anna.approver.key.id)
    let signed = approval(subject).signed(by: anna.key)
    let renamed = try Envelope(
      JSONField(
        signed.json.setting(
          "signatures",
          to: [
            [
              "keyid": .string(alias.key.id.hex),
              "sig": .string(Base64.encode(signed.signatures[0].bytes)),
            ]
          ]), at: "renamed"))
    let verdict = judge([anna.approver, alias]).judge([signed, renamed], for: subject)
    #expect(verdict.people.count == 1)
    #expect(!verdict.isGranted)
  }

  @Test func `P03: an approval over anything else does not count and the difference is named`()
    throws
  {
    let subject = try Self.subject()
    let others: [(String, ApprovalSubject)] = [
      ("role removal", try Self.subject(.removal)),
      ("site oslo-2", try Self.subject(site: "oslo-2")),
      ("epoch", try Self.subject(epoch: 2)), ("plan", try Self.subject(plan: "another")),
      ("fingerprint", try Self.subject(fingerprint: "another")),
      ("fingerprint none", try Self.subject(fingerprint: nil)),
      ("N 43", try Self.subject(number: 43)),
      ("N none", try Self.subject(number: nil)),
    ]
    for (name, other) in others {
      let statements = [
        approval(subject).signed(by: anna.key), approval(other).signed(by: bo.key),
      ]
      let verdict = judge().judge(statements, for: subject)
      #expect(!verdict.isGranted, "\(name)")
      #expect(verdict.seen.contains("not counted: approval of Bo: \(name)"), "\(verdict.seen)")
    }
  }

  @Test func `P03: an approval that is out of date, too long or from the future does not count`()
    throws
  {
    let subject = try Self.subject()
    let day: Int64 = 86400
    let cases: [(Approval, String)] = [
      (approval(subject, at: Self.now.adding(days: -7)), "expired"),
      (approval(subject, at: Self.now.adding(seconds: day + 1)), "given"),
      (approval(subject, days: 31), "expires"),
    ]
    for (approval, word) in cases {
      let verdict = judge(threshold: 1).judge([approval.signed(by: anna.key)], for: subject)
      #expect(!verdict.isGranted)
      #expect(verdict.notCounted == verdict.notCounted.filter { $0.contains(": \(word) ") })
    }
    for approval in [
      approval(subject, at: Self.now.adding(seconds: 1 - 7 * day)),
      approval(subject, at: Self.now.adding(seconds: day)), approval(subject, days: 30),
    ] {
      let verdict = judge(threshold: 1).judge([approval.signed(by: anna.key)], for: subject)
      #expect(verdict.isGranted, "\(verdict.seen)")
    }
  }

  @Test func `P03: a stranger, a false signature and a rehearsal's approval do not count`() throws {
    let subject = try Self.subject()
    let good = approval(subject).signed(by: bo.key)
    let forged = try Envelope(
      JSONField(
        good.json.setting(
          "signatures",
          to: [
            [
              "keyid": .string(bo.key.id.hex),
              "sig": .string(Base64.encode([UInt8](repeating: 7, count: 64))),
            ]
          ]), at: "forged"))
    let statements = [
      approval(subject).signed(by: cleo.key), forged,
      approval(subject, rehearsal: true).signed(by: anna.key),
    ]
    let verdict = judge().judge(statements, for: subject)
    #expect(verdict.people.isEmpty)
    #expect(
      verdict.notCounted.map {
        $0.contains("by key") || $0.contains("false signature") || $0.contains("rehearsal")
      }
        == [true, true, true], "\(verdict.notCounted)")
  }

  @Test func `P03: a field that is not understood makes an approval count for nothing`() throws {
    let subject = try Self.subject()
    let signed = approval(subject).signed(by: anna.key)
    let payload = try JSONValue(parsing: signed.unverifiedPayload, named: "payload")
    let bent = Envelope.sign(
      payload: payload.setting("predicate unless", to: "raining").encoded, by: [anna.key])
    let verdict = judge(threshold: 1).judge([bent], for: subject)
    #expect(!verdict.isGranted)
    #expect(verdict.notCounted.first?.contains("field unless") == true)
  }

  @Test func `A16: no threshold is never enough`() throws {
    let subject = try Self.subject()
    let verdict = judge(threshold: 0).judge([approval(subject).signed(by: anna.key)], for: subject)
    #expect(!verdict.isGranted)
  }

  @Test(arguments: [("Bo", "bo"), ("A. Berg", "a.  BERG")])
  func `P02: people of one name are refused together`(first: String, second: String) throws {
    let people = [try Person(first, seed: 1), try Person(second, seed: 2)].map(\.approver)
    let refused = refusal { () throws(Refusal) in
      try Approver.requireDifferent(people, in: "operators")
    }
    #expect(refused?.code == "WB1547")
  }

  @Test func `a person's open file is read again as it was written`() throws {
    let file = bo.approver.file
    #expect(try Approver(parsing: file, named: "bo.pub") == bo.approver)
  }

  @Test(arguments: ["", " Bo", "Bo ", "-", "a\u{202E}b", "x\ny", String(repeating: "x", count: 61)])
  func `a name that could mislead is refused`(name: String) {
    #expect(PersonName(name) == nil)
  }
}
