// SPDX-License-Identifier: Apache-2.0
package import ArgumentParser
package import Bundles
package import Intents
package import Trust

/// What came of looking through a log, for people and programs.
extension AuditFinding {
  package var lines: [String] {
    let whose =
      site.map { "log of \($0), epoch \(epoch?.text ?? "unknown")" } ?? "log of this centre"
    var lines = ["\(whose): \(count) lines"]
    lines.append("  last line: \(head)")
    lines.append("  signed reports verified beside it: \(statements)")
    for kind in AuditFault.Kind.allCases where faults[kind] > 0 {
      let told = faults.list.filter { $0.kind == kind }
      lines.append("  \(AuditFinding.title(kind)): \(faults[kind])")
      lines += told.map { "    \($0.subject): seen \($0.seen); expected \($0.expected)" }
      if faults[kind] > Int64(told.count) { lines.append("    …") }
    }
    return lines
  }

  package var json: JSONValue {
    let list = faults.list.map { fault -> JSONValue in
      [
        "kind": .string(fault.kind.rawValue), "subject": .string(fault.subject),
        "seen": .string(fault.seen), "expected": .string(fault.expected),
      ]
    }
    let counts = AuditFault.Kind.allCases.map { ($0.rawValue, JSONValue.integer(faults[$0])) }
    return [
      "site": site.map { .string($0.text) } ?? .null,
      "epoch": epoch.map { .string($0.text) } ?? .null, "lines": .integer(count),
      "head": .string("\(head)"), "statements": .integer(statements), "faults": .array(list),
      "fault_counts": .object(JSONObject(counts)),
    ]
  }

  private static func title(_ kind: AuditFault.Kind) -> String {
    switch kind {
    case .line: "lines that do not chain"
    case .head: "lines that the other side holds and that are not here"
    case .fact: "facts that disagree with the log"
    }
  }
}

/// Places in a log as people type them: `412:9f86…`, as `audit verify` of the other side prints them.
package struct AuditHeadOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "A line that the other side read out, as its `audit verify` prints it; may be repeated.",
      valueName: "line:hash"))
  package var head: [String] = []

  package init() {}

  package func heads() throws(Refusal) -> [AuditHead] {
    var heads: [AuditHead] = []
    for text in head {
      guard let head = AuditHead(text.lowercased()) else {
        throw Refusal(
          TerminalReason.unusableHead, "--head", seen: text,
          expected: "the number of a line, a colon and 64 hex digits")
      }
      heads.append(head)
    }
    return heads
  }
}
