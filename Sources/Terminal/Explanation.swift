// SPDX-License-Identifier: Apache-2.0
package import Intents
import Trust

/// What `explain` knows: the reasons of the modules that a program is made of.
package struct Explanation: Sendable {
  private let reasons: [String: any RefusalReason]

  /// Sorted by code.
  package var codes: [String] { reasons.keys.sorted() }

  package init(_ lists: [any RefusalReason]...) {
    let all = lists.flatMap { $0 } + TerminalReason.allCases
    reasons = Dictionary(all.map { ($0.code, $0) }) { first, _ in first }
  }

  /// One code, or all of them when `code` is nil.
  package func outcome(_ code: String?) throws(Refusal) -> Outcome {
    guard let code else {
      var table = Table("CODE", "EXIT", "SAYS")
      for code in codes {
        guard let reason = reasons[code] else { continue }
        table.add(code, String(reason.exit.rawValue), reason.summary)
      }
      let list = codes.compactMap { reasons[$0].map(Explanation.json) }
      return Outcome(lines: table.lines, facts: [("codes", .array(list))])
    }
    guard let reason = reasons[code.uppercased()] else {
      throw Refusal(
        TerminalReason.unknownCode, code, seen: code, expected: "a code such as \(codes[0])")
    }
    return Outcome(
      lines: [
        "\(reason.code): \(reason.summary)",
        "  exit code: \(reason.exit.rawValue), \(Explanation.meaning(of: reason.exit))",
        "  next:      \(reason.hint)",
        reason.exit.isRetryable
          ? "  The same command may succeed later."
          : "  Running the same command again does not help.",
      ], facts: [("explanation", Explanation.json(reason))])
  }

  private static func json(_ reason: any RefusalReason) -> JSONValue {
    .object(
      JSONObject([
        ("code", .string(reason.code)), ("exit", .integer(Int64(reason.exit.rawValue))),
        ("meaning", .string(meaning(of: reason.exit))), ("summary", .string(reason.summary)),
        ("hint", .string(reason.hint)), ("retryable", .bool(reason.exit.isRetryable)),
      ]))
  }

  /// What an exit code says, in a few words.
  package static func meaning(of exit: Intents.ExitCode) -> String {
    switch exit {
    case .done: "done"
    case .waiting: "partly done or waiting"
    case .damaged: "damaged or tampered content"
    case .untrusted: "untrusted signature or trust chain"
    case .wrongSite: "wrong site or slip"
    case .replayed: "replay, rollback or superseded"
    case .expired: "expired, or clock"
    case .approvalMissing: "approval or second person missing"
    case .unsupported: "unsupported format or agent version"
    case .incomplete: "medium incomplete or unreadable"
    case .noSpace: "no space"
    case .limitExceeded: "a limit was exceeded"
    case .pointUnavailable: "distribution point unavailable"
    case .pointRefused: "distribution point refused"
    case .policyViolation: "policy violation"
    case .returnGap: "gap in returns"
    case .fork: "fork"
    case .usage: "usage"
    case .internalError: "internal error"
    }
  }
}
