// SPDX-License-Identifier: Apache-2.0
package import Intents
import Trust

extension Outcome {
  /// What `doctor` ends with: 0 when nothing is broken, else the code of the gravest fault.
  package init(_ diagnoses: [Diagnosis]) {
    var table = Table("LOOKED AT", "VERDICT", "SEEN")
    for each in diagnoses { table.add(each.subject, each.verdict.rawValue, each.seen) }
    let advice = diagnoses.compactMap { each in
      each.advice.map { "\(each.subject): \($0)" }
    }
    let refusals = diagnoses.compactMap(\.refusal)
    let exit = refusals.isEmpty ? ExitCode.done : ExitCode.gravest(refusals.map(\.exit))
    self.init(
      exit: exit, refusal: refusals.first { $0.exit == exit },
      lines: table.lines
        + (advice.isEmpty ? ["nothing to do"] : ["to do:"] + advice.map { "  \($0)" }),
      facts: [("diagnoses", .array(diagnoses.map(\.json)))])
  }
}

extension Diagnosis {
  fileprivate var json: JSONValue {
    [
      "subject": .string(subject), "verdict": .string(verdict.rawValue), "seen": .string(seen),
      "advice": advice.map { .string($0) } ?? .null,
      "code": refusal.map { .string($0.code) } ?? .null,
    ]
  }
}
