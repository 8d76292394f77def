// SPDX-License-Identifier: Apache-2.0

/// One thing that `doctor` looked at: what was seen, and what a person should do about it.
package struct Diagnosis: Sendable {
  package enum Verdict: String, Sendable, CaseIterable {
    case fine
    /// Works now and will not for long, or waits for a person.
    case attention
    /// Stops the loop.
    case broken
  }

  /// What was looked at: "clock", "disk", "distribution point".
  package let subject: String
  package let verdict: Verdict
  package let seen: String
  /// What to do; nil when all is fine.
  package let advice: String?
  /// What a command would be refused with.
  package let refusal: Refusal?

  private init(
    _ subject: String, _ verdict: Verdict, _ seen: String, _ advice: String?, _ refusal: Refusal?
  ) {
    self.subject = subject
    self.verdict = verdict
    self.seen = seen
    self.advice = advice
    self.refusal = refusal
  }

  package static func fine(_ subject: String, _ seen: String) -> Diagnosis {
    Diagnosis(subject, .fine, seen, nil, nil)
  }

  package static func attention(_ subject: String, _ seen: String, _ advice: String) -> Diagnosis {
    Diagnosis(subject, .attention, seen, advice, nil)
  }

  package static func broken(_ subject: String, _ refusal: Refusal) -> Diagnosis {
    Diagnosis(
      subject, .broken,
      "\(refusal.code) \(refusal.subject): \(refusal.reason.summary); seen \(refusal.seen)",
      refusal.hint, refusal)
  }

  /// What `look` finds, or the refusal that it meets.
  package static func of(
    _ subject: String, _ look: () throws(Refusal) -> Diagnosis
  ) -> Diagnosis {
    do throws(Refusal) {
      return try look()
    } catch {
      return broken(subject, error)
    }
  }

  /// How much room is left where `subject` lies, against the least that work needs.
  package static func disk(_ subject: String, free: Int64, least: Int64) -> Diagnosis {
    let seen = "\(free >> 20) MiB free"
    return free >= least
      ? .fine(subject, seen)
      : .attention(
        subject, seen,
        "make room: less than \(least >> 20) MiB are left for what the next bundle brings")
  }
}
