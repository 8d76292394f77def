// SPDX-License-Identifier: Apache-2.0
package import Bundles
package import Intents
package import Trust

/// Where people approve: shows what waits, takes what they sign, and keeps it in the journal.
package struct ApprovalDesk {
  private let site: OpenedSite
  private let clock: Instant

  package init(_ site: OpenedSite, clock: Instant) {
    self.site = site
    self.clock = clock
  }

  /// What came of signing or adding.
  package struct Standing: Sendable {
    package let question: Question
    package let people: [Approver]
    package let isGranted: Bool
    /// For people.
    package let text: String
  }

  /// What waits now, the first thing first: an expired bundle before the plan of the one before it.
  package func waiting() throws(Refusal) -> [Question] {
    try [breakGlass(), plan(), export()].compactMap(\.self)
  }

  /// The plan of the newest bundle, when something in it needs people; as `import` and `apply` would carry it out.
  package func plan() throws(Refusal) -> Question? {
    guard let bundle = try site.journal.read({ try $0.newestBundle() }) else { return nil }
    let resumer = Resumer(site, clock: clock, voice: .silent)
    let plan = try resumer.ungatedPlan()
    let open = Set(
      try resumer.plan().items.filter { $0.refusal?.exit == .approvalMissing }.map(\.intent.id))
    let items = plan.items.filter { $0.needs != nil && open.contains($0.intent.id) }
    guard !items.isEmpty else { return nil }
    let roles = Set(items.compactMap(\.needs)).sorted { $0.rawValue < $1.rawValue }
    let subjects = roles.map { role in
      ApprovalSubject(
        role: role, site: site.profile.site, epoch: site.profile.epoch, plan: plan.digest,
        fingerprint: bundle.fingerprint, number: bundle.number)
    }
    return Question(
      kind: "plan", subjects: subjects,
      words: ["the plan of bundle \(bundle.number) for \(site.profile.site)"] + items.map(\.words),
      days: 7)
  }

  /// The expired bundle that somebody asked to take.
  package func breakGlass() throws(Refusal) -> Question? {
    guard let asked = try site.journal.read({ try $0.askedBreakGlass() }) else { return nil }
    return Question(
      kind: "break-glass",
      subjects: [asked.subject(site: site.profile.site, epoch: site.profile.epoch)],
      words: [
        "to take bundle \(asked.number), which expired \(asked.expired)",
        "  fingerprint \(asked.fingerprint)", "  reason: \(asked.reason)",
      ], days: 7)
  }

  /// That `date` is today's.
  package func date(_ date: Instant) throws(Refusal) -> Question {
    let trust = try site.trust()
    guard date >= trust.timeFloor else {
      throw Refusal(
        SiteReason.wrongOption, "date", seen: "\(date)",
        expected: "not before \(trust.timeFloor), when something was signed that is here")
    }
    let claim = DateClaim(date: date, floor: trust.timeFloor)
    return Question(
      kind: "date", subjects: [claim.subject(site.profile, trust)],
      words: [
        "that today is \(date)", "  this host's clock says \(clock)",
        "  what is newest here was signed \(trust.newestIssued)",
      ], days: 1)
  }

  /// The report that was frozen and waits for a review.
  package func export() throws(Refusal) -> Question? {
    guard try site.policy().egressReview == .required,
      let report = try site.journal.read({ try $0.newestReport() }), report.seq > 0,
      try site.journal.read({ try $0.value(JournalFact.reviewDue) }) == "\(report.seq)"
    else { return nil }
    return Question(
      kind: "export", subjects: [ReportReview.subject(of: report, at: site.profile)],
      words: try ReportReview.words(report), days: 7)
  }
}

extension ApprovalDesk {
  /// Signs `question` with a person's key and keeps it.
  ///
  /// - Throws: `DocumentReason.approvalNotCounted` when the key is not an approver's, `.samePersonTwice` when that
  ///   person has approved already.
  package func sign(
    _ question: Question, by key: SecretKey, days: Int64? = nil
  ) throws(Refusal) -> (statements: [Envelope], standing: Standing) {
    let now = try judge(question).now
    let statements = question.subjects.map { subject in
      Approval(
        subject: subject, at: now, expires: now.adding(days: days ?? question.days),
        isRehearsal: site.profile.isRehearsal
      ).signed(by: key)
    }
    return (statements, try take(statements, for: question))
  }

  /// Takes statements that were signed elsewhere.
  ///
  /// - Throws: as `sign`; the difference names the question that a statement comes nearest to.
  package func add(_ statements: [Envelope]) throws(Refusal) -> [Standing] {
    let questions = try waiting()
    guard let first = questions.first else {
      throw Refusal(
        DocumentReason.approvalNotCounted, "approval", seen: "nothing waits for approval",
        expected: "something that waits")
    }
    var standings: [Standing] = []
    for statement in statements {
      let question = questions.first { $0.plan == ApprovalDesk.claimedPlan(statement) } ?? first
      standings.append(try take([statement], for: question))
    }
    return standings
  }

  /// The digest that a statement says it is about, to choose what it is judged by.
  private static func claimedPlan(_ statement: Envelope) -> Digest? {
    let claim = try? Approval(parsing: statement.unverifiedPayload)  // judged in full right after
    return claim?.subject.plan
  }

  private func take(
    _ statements: [Envelope], for question: Question
  ) throws(Refusal) -> Standing {
    let judge = try judge(question)
    let kept = try site.journal.read { try $0.approvals() }
    for statement in statements {
      guard let subject = try subject(of: statement, in: question, judge) else { continue }
      let person = try judge.check(statement, for: subject)
      let before = judge.judge(kept, for: subject)
      if let twin = before.people.first(where: { person.isSamePerson(as: $0) }) {
        throw Refusal(
          DocumentReason.samePersonTwice, "approval as \(subject.role.rawValue)",
          seen: "\(person.name) with key \(person.key.id)",
          expected: "another person than \(twin.name), who approved with key \(twin.key.id)")
      }
      try site.journal.write { journal in
        try journal.keep(statement, for: subject)
        try journal.log(
          subject.role == .export ? "report.approved" : "approval.given",
          [
            "role": subject.role.rawValue, "by": person.name.text, "key": person.key.id.hex,
            "plan": subject.plan.hex,
          ], at: clock)
        if subject.role != .export { try journal.setValue("true", of: JournalFact.returnDue) }
      }
    }
    return try standing(question, judge)
  }

  /// The subject that the statement is judged for: the one of its role, else the first, so that the difference shows.
  private func subject(
    of statement: Envelope, in question: Question, _ judge: ApprovalJudge
  ) throws(Refusal) -> ApprovalSubject? {
    let claim = try? Approval(parsing: statement.unverifiedPayload)  // judged in full right after
    return question.subjects.first { $0.role == claim?.subject.role } ?? question.subjects.first
  }

  private func standing(
    _ question: Question, _ judge: ApprovalJudge
  ) throws(Refusal) -> Standing {
    let kept = try site.journal.read { try $0.approvals() }
    let verdicts = question.subjects.map { judge.judge(kept, for: $0) }
    let least = verdicts.min { $0.people.count < $1.people.count }
    return Standing(
      question: question, people: least?.people ?? [],
      isGranted: verdicts.allSatisfy(\.isGranted) && !verdicts.isEmpty,
      text: "\(least?.people.count ?? 0) of \(judge.threshold) approvals")
  }

  /// A date is judged by the very clock that is in doubt: only that it has not gone on for a day.
  private func judge(_ question: Question) throws(Refusal) -> ApprovalJudge {
    let judge = try site.judge(try site.policy(), clock: clock)
    return question.kind == "date" ? judge.at(clock) : judge
  }
}

extension Plan.Item {
  /// The change in words, for the person who approves it.
  var words: String {
    let what = content.map { "\($0) (content \(intent.content))" } ?? "content \(intent.content)"
    if action == .remove {
      return "  remove the deployment of \(what) from \(intent.collection), intent \(intent.id)"
    }
    let from = intent.availableFrom.map { ", from \($0)" } ?? ""
    let until = intent.deadline.map { ", until \($0)" } ?? ""
    let back = action == .rollback ? "go back to" : action.rawValue
    return "  \(back) \(what), program \(intent.program), \(intent.purpose.rawValue) on "
      + "\(intent.collection)\(from)\(until), intent \(intent.id) revision \(intent.revision)"
  }
}
