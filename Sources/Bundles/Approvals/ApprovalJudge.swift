// SPDX-License-Identifier: Apache-2.0
package import Intents
package import Trust

/// Who may approve something, how many of them must, and when it is. Pure: signed statements in, verdict out.
package struct ApprovalJudge: Sendable {
  /// Different people who may approve.
  package let approvers: [Approver]
  /// How many of them must.
  package let threshold: Int64
  package let isRehearsal: Bool
  package let now: Instant

  package init(approvers: [Approver], threshold: Int64, isRehearsal: Bool, now: Instant) {
    self.approvers = approvers
    self.threshold = threshold
    self.isRehearsal = isRehearsal
    self.now = now
  }

  /// The same judge at another time.
  package func at(_ now: Instant) -> ApprovalJudge {
    ApprovalJudge(
      approvers: approvers, threshold: threshold, isRehearsal: isRehearsal, now: now)
  }

  /// What the statements come to.
  package struct Verdict: Sendable {
    /// Those who approved, each once, in the order of their statements.
    package let people: [Approver]
    /// Why the other statements do not count, each a line for people.
    package let notCounted: [String]
    let threshold: Int64

    package var isGranted: Bool { threshold > 0 && Int64(people.count) >= threshold }

    /// What a refusal says was seen.
    package var seen: String {
      let names = people.isEmpty ? "" : ": " + people.map(\.name.text).joined(separator: ", ")
      let told = notCounted.prefix(4).joined(separator: "; ")
      let more = notCounted.count > 4 ? "; and \(notCounted.count - 4) more" : ""
      let rest = notCounted.isEmpty ? "" : "; not counted: \(told)\(more)"
      return "\(people.count) of \(threshold) approvals\(names)\(rest)"
    }

    /// What a refusal says was expected.
    package var expected: String {
      threshold == 1
        ? "an approval by an enrolled person"
        : "approvals by \(threshold) different enrolled people"
    }
  }

  /// Judges `statements` for `subject`. One that does not verify, is over something else, is out of date or is
  /// by somebody who is counted already, does not count, and the verdict says why (P02, P03).
  package func judge(_ statements: [Envelope], for subject: ApprovalSubject) -> Verdict {
    var people: [Approver] = []
    var notCounted: [String] = []
    for statement in statements {
      do throws(Refusal) {
        let person = try check(statement, for: subject)
        if let twin = people.first(where: { person.isSamePerson(as: $0) }) {
          throw refusal(
            "\(person.name)",
            seen: "approves a second time, as \(twin.name) with key \(twin.key.id)",
            expected: "another person")
        }
        people.append(person)
      } catch {
        notCounted.append("\(error.subject): \(error.seen), not \(error.expected)")
      }
    }
    return Verdict(people: people, notCounted: notCounted, threshold: threshold)
  }

  /// - Returns: who says it.
  /// - Throws: `DocumentReason.approvalNotCounted`, with the difference.
  package func check(
    _ statement: Envelope, for subject: ApprovalSubject
  ) throws(Refusal) -> Approver {
    let approval: Approval
    let (person, payload) = try verified(statement)
    do throws(Refusal) {
      approval = try Approval(parsing: payload)
    } catch {
      throw refusal("approval of \(person.name)", seen: error.seen, expected: error.expected)
    }
    let whose = "approval of \(person.name)"
    guard approval.isRehearsal == isRehearsal else {
      throw refusal(
        whose, seen: approval.isRehearsal ? "given in a rehearsal" : "given in production",
        expected: isRehearsal ? "given in this rehearsal" : "given in production")
    }
    if let difference = subject.difference(from: approval.subject) {
      throw refusal(
        whose, seen: "\(difference.what) \(difference.seen)",
        expected: "\(difference.what) \(difference.expected)")
    }
    try checkTimes(approval, whose)
    return person
  }

  private func checkTimes(_ approval: Approval, _ whose: String) throws(Refusal) {
    guard approval.expires > now else {
      throw refusal(whose, seen: "expired \(approval.expires)", expected: "later than \(now)")
    }
    guard approval.at <= now.adding(days: 1) else {
      throw refusal(whose, seen: "given \(approval.at)", expected: "given by \(now)")
    }
    let longest = approval.at.adding(days: BundleLimits.approvalDays)
    guard approval.expires <= longest else {
      throw refusal(
        whose, seen: "expires \(approval.expires)",
        expected: "expiry by \(longest), \(BundleLimits.approvalDays) days after it was given")
    }
  }

  private func verified(
    _ statement: Envelope
  ) throws(Refusal) -> (person: Approver, payload: [UInt8]) {
    let ids = statement.signatures.map(\.keyid)
    guard let person = approvers.first(where: { ids.contains($0.key.id.hex) }) else {
      throw refusal(
        "an approval", seen: "by key \(ids.first ?? "none")",
        expected: "by one of the approvers: \(names)")
    }
    do throws(Refusal) {
      return (person, try statement.verified(by: [person.key]))
    } catch {
      throw refusal(
        "approval of \(person.name)", seen: "a false signature", expected: "a signature by its key")
    }
  }

  private var names: String {
    approvers.isEmpty ? "none is enrolled" : approvers.map(\.name.text).joined(separator: ", ")
  }

  private func refusal(_ subject: String, seen: String, expected: String) -> Refusal {
    Refusal(DocumentReason.approvalNotCounted, subject, seen: seen, expected: expected)
  }
}
