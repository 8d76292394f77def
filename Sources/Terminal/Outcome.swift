// SPDX-License-Identifier: Apache-2.0
package import Intents
package import Trust

/// What a command ends with: lines for people, the same facts as JSON, and the exit code.
package struct Outcome: Sendable {
  package var exit: ExitCode
  /// The refusal that explains an exit code other than 0, if one does.
  package var refusal: Refusal?
  /// For people, on standard output. Text from outside is escaped by the printer.
  package var lines: [String]
  /// For programs, with `--json`. `exit`, `retryable` and the members of a refusal come from the outcome
  /// itself, whatever stands here.
  package var facts: [(String, JSONValue)]

  package init(
    exit: ExitCode = .done, refusal: Refusal? = nil, lines: [String] = [],
    facts: [(String, JSONValue)] = []
  ) {
    self.exit = refusal.map { exit == .done ? $0.exit : exit } ?? exit
    self.refusal = refusal
    self.lines = lines
    self.facts = facts
  }

  /// What a command ends with that threw `error`: its refusal, or that no one foresaw it.
  package init(failure error: any Error, in command: String) {
    self.init(
      refusal: error as? Refusal
        ?? Refusal(
          TerminalReason.unexpected, command, seen: "\(error)", expected: "no error",
          changed: "unknown"))
  }

  /// One JSON object with all of it.
  package var json: JSONValue {
    var members: [(String, JSONValue)] = [
      ("exit", .integer(Int64(exit.rawValue))), ("retryable", .bool(exit.isRetryable)),
    ]
    if let refusal {
      members.append(("code", .string(refusal.code)))
      members.append(("reason", .string(refusal.reason.summary)))
      members.append(("subject", .string(refusal.subject)))
      members.append(("seen", .string(refusal.seen)))
      members.append(("expected", .string(refusal.expected)))
      members.append(("changed", .string(refusal.changed)))
      members.append(("hint", .string(refusal.hint)))
    }
    return .object(JSONObject(members + facts))
  }
}

extension Refusal {
  /// The refusal for people: what happened, what was seen and expected, what changed, what to do next.
  package var lines: [String] {
    [
      "\(code) \(subject): \(reason.summary)",
      "  seen:     \(seen)",
      "  expected: \(expected)",
      "  changed:  \(changed)",
      "  next:     \(hint)",
      "  (explain \(code) tells more)",
    ]
  }
}
