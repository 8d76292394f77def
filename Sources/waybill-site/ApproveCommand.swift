// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Bundles
import Intents
import Site
import SystemPackage
import Terminal
import Trust

struct ApproveCommand: WaybillCommand {
  static let configuration = CommandConfiguration(
    commandName: "approve", abstract: "Approve what waits, with your own key.",
    discussion: """
      Shows in words what waits: the plan of the newest bundle, an expired bundle that somebody wants to take, \
      or a report that policy wants reviewed. You type the first 8 digits of its digest, and your key signs \
      it. Two people do this one after the other, each with a key of their own; then `apply` (or the same \
      `import` or `return` again) goes on. An approval counts for this very plan, bundle and site, and for a few days.

      Somebody who approves elsewhere writes the signed approval to a file with --to; --add takes it here.
      """)

  @OptionGroup var common: CommonOptions
  @OptionGroup var state: StateOptions
  @OptionGroup var signing: SigningOptions

  @Option(help: ArgumentHelp("Also write the signed approval to this file.", valueName: "file"))
  var to: String?
  @Option(help: ArgumentHelp("Take approvals that were signed elsewhere.", valueName: "file"))
  var add: String?
  @Option(help: ArgumentHelp("Days for which it counts, at most 30.", valueName: "n"))
  var days: Int64?

  func validate() throws {
    guard (signing.key == nil) != (add == nil) else {
      throw ValidationError("give either --key or --add")
    }
    guard days.map({ (1...BundleLimits.approvalDays).contains($0) }) ?? true else {
      throw ValidationError("--days takes 1 to \(BundleLimits.approvalDays)")
    }
  }

  func perform(_ console: Console) throws -> Outcome {
    let (site, lock) = try state.openLocked(console)
    defer { withExtendedLifetime(lock) {} }
    let desk = ApprovalDesk(site, clock: .now)
    if let add { return try take(add, desk, site) }
    guard let question = try desk.waiting().first else {
      throw Refusal(
        SiteReason.nothingWaits, "site \(site.profile.site)", seen: "nothing that waits",
        expected: "a plan, an expired bundle or a report")
    }
    let (statements, standing) = try signing.sign(question, desk, site, days: days, console)
    if let to { try ApprovalFile.write(statements, to: FilePath(to)) }
    return ApproveCommand.outcome([standing], site)
  }

  private func take(
    _ file: String, _ desk: ApprovalDesk, _ site: OpenedSite
  ) throws(Refusal) -> Outcome {
    let statements = try ApprovalFile.read(FilePath(file))
    return ApproveCommand.outcome(try desk.add(statements), site)
  }

  static func outcome(_ standings: [ApprovalDesk.Standing], _ site: OpenedSite) -> Outcome {
    var lines = Rehearsal.lines(site.profile)
    for standing in standings {
      let names = standing.people.map(\.name.text).joined(separator: ", ")
      lines.append(
        "\(standing.question.kind) \(standing.question.digits): \(standing.text): \(names)")
      lines.append(standing.isGranted ? "enough: go on" : "the next person runs `approve`")
    }
    let isGranted = standings.last?.isGranted ?? false
    return Outcome(
      lines: lines,
      facts: [
        Rehearsal.fact(site.profile), ("granted", .bool(isGranted)),
        ("people", .array((standings.last?.people ?? []).map { .string($0.name.text) })),
        ("plan_digest", standings.last?.question.plan.map { .string($0.hex) } ?? .null),
        ("changed", "the journal"),
      ])
  }
}

/// With which key a person approves, and how they say that they mean it.
struct SigningOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Your own key file.", valueName: "file"))
  var key: String?
  @Option(
    help: ArgumentHelp(
      "The first 8 digits of the digest, in place of typing them.", valueName: "digits"))
  var confirm: String?
  @OptionGroup var passphrase: PassphraseOptions
  @Flag(help: .hidden)
  var yes = false

  /// Shows the question, has the digits typed, and signs.
  func sign(
    _ question: Question, _ desk: ApprovalDesk, _ site: OpenedSite, days: Int64?, _ console: Console
  ) throws(Refusal) -> (statements: [Envelope], standing: ApprovalDesk.Standing) {
    for line in ["you are asked to approve \(question.words.first ?? "")"]
      + question.words.dropFirst()
    {
      console.note(line)
    }
    console.note("\(question.kind) digest \(question.plan?.hex ?? "")")
    let typed =
      if let confirm { confirm } else if yes {
        throw Refusal(
          SiteReason.otherDigits, "--yes", seen: "an answer that needs no reading",
          expected: "the first 8 digits of the digest")
      } else { try Prompt.answer(to: "type the first 8 digits of the digest to approve it") }
    guard typed.lowercased() == question.digits else {
      throw Refusal(
        SiteReason.otherDigits, question.kind, seen: typed, expected: question.digits)
    }
    let options = passphrase
    let secret = try PersonKeyFile.open(
      FilePath(key ?? ""), passphrase: { () throws(Refusal) in try options.read() },
      isRehearsal: site.profile.isRehearsal)
    return try desk.sign(question, by: secret, days: days)
  }
}
