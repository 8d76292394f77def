// SPDX-License-Identifier: Apache-2.0
import Bundles
import Intents

/// What the centre thinks of a verified report beside whether it is booked.
struct Judgement {
  let plausibility: Plausibility
  /// Whether no time may be reckoned from when the report says that it was made (R09).
  let isTimeDoubtful: Bool
  /// Each a line for people; few, and short.
  var notes: [String]
  /// Intents that were applied without the approvals that policy asked for, with why (R25).
  var unapproved: [Name: String] = [:]

  init(_ report: ReportPredicate, _ plausibility: Plausibility) {
    self.plausibility = plausibility
    notes = plausibility.notes(on: report)
    isTimeDoubtful = plausibility.isDoubtful(report.asOf)
  }
}
