// SPDX-License-Identifier: Apache-2.0
package import Bundles
package import Intents
package import Trust

/// What officers of the centre approve: that an enrolment is the one that was read over the second channel, and that
/// what release signers call critical goes to a site (P17, C07, C22).
package struct OfficerDesk {
  /// Something that officers are asked, in words and as what they sign.
  package struct Question: Sendable {
    package let subject: ApprovalSubject
    package let words: [String]
    /// The new epoch of a site that their approval puts in force.
    var accepting: SiteRecord?
  }

  let profile: CentreProfile
  let now: Instant

  package init(of profile: CentreProfile, at now: Instant) {
    self.profile = profile
    self.now = now
  }

  /// How many different officers must approve.
  private var threshold: Int64 { profile.isRehearsal ? 1 : 2 }

  private func judge() throws(Refusal) -> ApprovalJudge {
    ApprovalJudge(
      approvers: try profile.ledger.officers(), threshold: threshold,
      isRehearsal: profile.isRehearsal, now: now)
  }

  /// What waits for officers before the next bundle of `site` can be made; nil when nothing does.
  package func waiting(for site: SiteRecord) throws(Refusal) -> Question? {
    // A new one comes first: what it replaces may never have been confirmed, and for a reason.
    if let next = try profile.ledger.waitingEnrolment(of: site.id) {
      return question(about: next, besides: site)
    }
    if try !isConfirmed(site) { return enrolment(of: site) }
    guard let export = try ExportPlan(for: site, isFull: false, in: profile).question,
      try !verdict(on: export).isGranted
    else { return nil }
    return export
  }

  private func enrolment(of site: SiteRecord) -> Question {
    Question(
      subject: ApprovalSubject(
        role: .enrolment, site: site.id, epoch: site.epoch, plan: site.enrolment),
      words: [
        "that site \(site.id) is enrolled", "  enrolment \(site.enrolment)",
        "  compare it with what the site reads to you over a number that you know",
      ] + site.operators.map { "  may approve there: \($0.name), key \($0.key.id)" })
  }

  /// A site that is enrolled anew: its host or its key was lost, or it was restored from an old copy (S20, R06).
  private func question(about next: SiteEnrolment, besides site: SiteRecord) -> Question {
    var question = enrolment(of: next.record(at: now))
    var words = ["that site \(site.id) is enrolled anew; nothing that it held before is assumed"]
    words.append("  new epoch \(next.epoch), key \(next.key.id)")
    if let before = next.restoredFrom {
      let isKnown = before == site.epoch ? "which is in force" : "which is NOT the one in force"
      words.append("  restored from epoch \(before), \(isKnown)")
    } else {
      words.append("  not restored: its host or its key was lost")
    }
    question = Question(
      subject: question.subject, words: words + question.words.dropFirst(),
      accepting: next.record(at: now))
    return question
  }

  private func verdict(on question: Question) throws(Refusal) -> ApprovalJudge.Verdict {
    try judge().judge(
      try profile.ledger.approvals(of: question.subject.site), for: question.subject)
  }

  /// Whether officers have confirmed the enrolment. Once confirmed it stays so: enough statements must have counted on
  /// the day on which one of them was given.
  private func confirmation(of site: SiteRecord) throws(Refusal) -> ApprovalJudge.Verdict {
    let statements = try profile.ledger.approvals(of: site.id)
    let subject = enrolment(of: site).subject
    let judge = try judge()
    for statement in statements {
      let claim = try? Approval(parsing: statement.unverifiedPayload)  // judged in full right below
      guard let claim, claim.subject == subject, claim.at <= now else { continue }
      let verdict = judge.at(claim.at).judge(statements, for: subject)
      if verdict.isGranted { return verdict }
    }
    return judge.judge(statements, for: subject)
  }

  /// Whether officers have confirmed the enrolment of `site` that is in force; a rehearsal needs none.
  func isConfirmed(_ site: SiteRecord) throws(Refusal) -> Bool {
    if profile.isRehearsal { return true }
    return try confirmation(of: site).isGranted
  }

  /// Refuses a site whose enrolment too few officers have confirmed; a rehearsal needs none (C22).
  package func requireConfirmed(_ site: SiteRecord) throws(Refusal) {
    guard !profile.isRehearsal else { return }
    let verdict = try confirmation(of: site)
    guard verdict.isGranted else {
      throw Refusal(
        DocumentReason.approvalMissing, "enrolment of \(site.id)", seen: verdict.seen,
        expected: verdict.expected)
    }
  }

  /// Refuses a plan that too few officers have approved where it needs them (C07).
  func requireApproved(_ plan: ExportPlan) throws(Refusal) {
    guard let question = plan.question else { return }
    let verdict = try verdict(on: question)
    guard verdict.isGranted else {
      throw Refusal(
        DocumentReason.approvalMissing, "export plan \(question.subject.digits) of \(plan.site.id)",
        seen: verdict.seen, expected: verdict.expected)
    }
  }

  /// What came of an approval.
  package struct Standing: Sendable {
    package let people: [Approver]
    package let isGranted: Bool
    package let threshold: Int64
  }

  /// Signs `question` with an officer's key and keeps it.
  package func sign(
    _ question: Question, by key: SecretKey, days: Int64
  ) throws(Refusal) -> (statement: Envelope, standing: Standing) {
    let statement = Approval(
      subject: question.subject, at: now, expires: now.adding(days: days),
      isRehearsal: profile.isRehearsal
    ).signed(by: key)
    return (statement, try take(statement, for: question))
  }

  /// Takes a statement that was signed elsewhere.
  ///
  /// - Throws: `DocumentReason.approvalNotCounted`, `.samePersonTwice`.
  package func take(_ statement: Envelope, for question: Question) throws(Refusal) -> Standing {
    let judge = try judge()
    let subject = question.subject
    let person = try judge.check(statement, for: subject)
    let before = judge.judge(try profile.ledger.approvals(of: subject.site), for: subject)
    if let twin = before.people.first(where: { person.isSamePerson(as: $0) }) {
      throw Refusal(
        DocumentReason.samePersonTwice, "approval as \(subject.role.rawValue)",
        seen: "\(person.name) with key \(person.key.id)",
        expected: "another person than \(twin.name), who approved with key \(twin.key.id)")
    }
    let after = judge.judge(
      try profile.ledger.approvals(of: subject.site) + [statement], for: subject)
    try profile.ledger.keep(
      statement, for: subject, by: person, at: now,
      accepting: after.isGranted ? question.accepting : nil)
    return Standing(people: after.people, isGranted: after.isGranted, threshold: threshold)
  }
}
