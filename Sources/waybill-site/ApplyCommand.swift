// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Intents
import Site
import SystemPackage
import Terminal
import Trust

struct ApplyCommand: WaybillCommand {
  static let configuration = CommandConfiguration(
    commandName: "apply", abstract: "Go on with what was staged, without the medium.",
    discussion: """
      Compares the desired state with the distribution point and does what is missing: after an interruption, \
      after the distribution point was away, or when something there was changed by hand. Running it when \
      all is well does nothing.
      """)

  @OptionGroup var common: CommonOptions
  @OptionGroup var state: StateOptions

  func perform(_ console: Console) throws -> Outcome {
    let (site, lock) = try state.openLocked(console)
    defer { withExtendedLifetime(lock) {} }
    console.note("comparing the desired state of \(site.profile.site) with the distribution point")
    let (plan, outcome) = try Resumer(site, clock: .now, say: { console.note($0) }).run()
    var lines = Rehearsal.lines(site.profile) + PlanText.lines(plan)
    lines += outcome.open.map { "\($0.intent): \($0.refusal.code) \($0.refusal)" }
    lines.append("changed: \(outcome.changed)")
    var facts: [(String, JSONValue)] = [
      Rehearsal.fact(site.profile), ("plan", plan.json),
      ("plan_digest", .string(plan.digest.hex)),
      ("applied", .array(outcome.done.map { .string($0.text) })),
    ]
    if outcome.refusal == nil { facts.append(("changed", .string(outcome.changed))) }
    return Outcome(exit: outcome.exit, refusal: outcome.refusal, lines: lines, facts: facts)
  }
}
