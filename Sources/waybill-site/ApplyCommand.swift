// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Bundles
import Distribution
import Intents
import Site
import SystemPackage
import Terminal
import Trust

struct ApplyCommand: LongCommand {
  static let configuration = CommandConfiguration(
    commandName: "apply", abstract: "Go on with what was staged, without the medium.",
    discussion: """
      Compares the desired state with the distribution point and does what is missing: after an interruption, \
      after the distribution point was away, or when something there was changed by hand. Running it when \
      all is well does nothing.

      What was verified when it was written is looked at by name and size. With --recheck every byte that the \
      distribution point holds is hashed again; a file with other bytes is taken away, put right from the \
      store if it is there, and asked for in the next report if it is not.
      """)

  @OptionGroup var common: CommonOptions
  @OptionGroup var progress: ProgressOptions
  @OptionGroup var state: StateOptions

  @Flag(help: "Hash everything that the distribution point holds.")
  var recheck = false

  func perform(_ console: Console) throws -> Outcome {
    let (site, lock) = try state.openLocked(console)
    defer { withExtendedLifetime(lock) {} }
    Interruption.listen()
    console.note("comparing the desired state of \(site.profile.site) with the distribution point")
    let (plan, outcome, found) = try Resumer(site, clock: .now, voice: console.voice)
      .run(recheck ? .bytes : .presence)
    let needed = try site.journal.read { try $0.needed() }
    var lines = Rehearsal.lines(site.profile)
    if let found {
      lines.append(
        "rechecked \(found.files) files, \(ByteCount.text(found.bytes)): \(found.findings) findings"
      )
      lines += found.texts
    }
    lines += PlanText.lines(plan)
    lines += outcome.open.map { "\($0.intent): \($0.refusal.code) \($0.refusal)" }
    if outcome.repaired > 0 { lines.append("put right: \(outcome.repaired) things") }
    lines += needed.map { "needed: file \($0)" }
    lines.append("changed: \(outcome.changed)")
    var facts: [(String, JSONValue)] = [
      Rehearsal.fact(site.profile), ("plan", plan.json),
      ("plan_digest", .string(plan.digest.hex)),
      ("applied", .array(outcome.done.map { .string($0.text) })),
      ("repaired", .integer(outcome.repaired)),
      ("need", .array(needed.map { .string($0.hex) })),
    ]
    if let found { facts.append(("recheck", ApplyCommand.json(found))) }
    if outcome.refusal == nil { facts.append(("changed", .string(outcome.changed))) }
    return Outcome(exit: outcome.exit, refusal: outcome.refusal, lines: lines, facts: facts)
  }

  private static func json(_ found: PointRecheck) -> JSONValue {
    [
      "files": .integer(found.files), "bytes": .integer(found.bytes),
      "damaged": .array(found.damaged.map { .string($0.hex) }),
      "findings": .integer(found.findings), "texts": .array(found.texts.map { .string($0) }),
    ]
  }
}
