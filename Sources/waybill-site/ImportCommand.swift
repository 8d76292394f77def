// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Bundles
import Intents
import Site
import SystemPackage
import Terminal
import Trust

struct ImportCommand: LongCommand {
  static let configuration = CommandConfiguration(
    commandName: "import", abstract: "Take the bundle for this site from a medium and apply it.",
    discussion: """
      Finds this site's bundle on the medium, whatever the files are called; verifies papers and every block; \
      plans; brings the content into the store; and only then touches the distribution point. The medium is \
      only read. A run that was interrupted is simply run again; once staging is complete, `apply` goes on \
      without the medium.

      With --plan it stops before any change and shows what would happen.

      Changes that policy wants approved are verified and staged, and then wait: each person runs `approve`, \
      and `apply` goes on. With --break-glass an expired bundle is taken all the same, within the days that \
      policy gives and once people have approved it; the reason is reported to the centre.
      """)

  @OptionGroup var common: CommonOptions
  @OptionGroup var progress: ProgressOptions
  @OptionGroup var state: StateOptions
  @OptionGroup var passphrase: SitePassphraseOptions

  @Argument(help: "The folder of the medium, or of the bundle.")
  var medium: String
  @Flag(help: "Verify and show the plan; change nothing.")
  var plan = false
  @Option(
    help: ArgumentHelp("Why the bundle must be taken though it has expired.", valueName: "reason"))
  var breakGlass: String?

  func perform(_ console: Console) throws -> Outcome {
    let (site, lock) = try state.openLocked(console, passphrase)
    defer { withExtendedLifetime(lock) {} }
    if let breakGlass, !BreakGlass.isReason(breakGlass) {
      throw Refusal(
        SiteReason.wrongOption, "--break-glass", seen: breakGlass,
        expected: "a reason of 1 to 200 characters")
    }
    Interruption.listen()
    console.note("looking on \(medium) for a bundle for \(site.profile.site)")
    let importer = Importer(
      site, clock: .now, mode: plan ? .planOnly : .apply, breakGlass: breakGlass,
      voice: console.voice)
    let outcome = try importer.run(FilePath(medium))
    let isDue = try SiteStatus(of: site, clock: .now).isReturnDue
    return Outcome(
      exit: outcome.exit, refusal: outcome.refusal,
      lines: Rehearsal.lines(site.profile) + lines(outcome, isReturnDue: isDue),
      facts: facts(outcome, site.profile, isReturnDue: isDue))
  }

  private func lines(_ outcome: ImportOutcome, isReturnDue: Bool) -> [String] {
    var lines: [String] = []
    for bundle in outcome.bundles {
      lines.append(bundle.line)
    }
    lines += outcome.notes.map { "note: \($0)" }
    if let plan = outcome.plan { lines += PlanText.lines(plan) }
    if self.plan, outcome.plan != nil {
      lines.append("nothing was changed; run without --plan to apply this")
    } else {
      lines.append("changed: \(outcome.changed)")
    }
    if !self.plan,
      outcome.applied?.open.contains(where: { $0.refusal.exit == .approvalMissing }) == true
    {
      lines.append(
        "awaiting second person: each runs `waybill-site approve --key FILE`, then `waybill-site apply`"
      )
    }
    if isReturnDue, !self.plan {
      lines.append("return due: run `waybill-site return --to MEDIUM`")
    } else if outcome.bundles.contains(where: { $0.state == .repeated }) {
      lines.append("no return is due; `waybill-site return --to MEDIUM` writes the last one again")
    }
    return lines
  }

  private func facts(
    _ outcome: ImportOutcome, _ profile: SiteProfile, isReturnDue: Bool
  ) -> [(String, JSONValue)] {
    var facts: [(String, JSONValue)] = [
      Rehearsal.fact(profile), ("site", .string(profile.site.text)),
      ("notes", .array(outcome.notes.map { .string($0) })),
      ("bundles", .array(outcome.bundles.map(\.json))), ("return_due", .bool(isReturnDue)),
      ("plan", outcome.plan?.json ?? []),
    ]
    if let plan = outcome.plan { facts.append(("plan_digest", .string(plan.digest.hex))) }
    if outcome.refusal == nil { facts.append(("changed", .string(outcome.changed))) }
    return facts
  }
}

/// A plan as a table for people.
enum PlanText {
  static func lines(_ plan: Plan) -> [String] {
    var table = Table("INTENT", "REVISION", "ACTION", "WHY")
    for item in plan.items {
      table.add(
        item.intent.id.text, "\(item.intent.revision)", item.action.rawValue, item.reason)
    }
    return table.lines.isEmpty ? ["no intents"] : table.lines
  }
}
