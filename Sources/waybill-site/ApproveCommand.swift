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

extension SigningOptions {
  /// Shows the question, has the digits typed, and signs.
  func sign(
    _ question: Question, _ desk: ApprovalDesk, _ site: OpenedSite, days: Int64?, _ console: Console
  ) throws(Refusal) -> (statements: [Envelope], standing: ApprovalDesk.Standing) {
    guard let plan = question.plan else { preconditionFailure("a question has a subject") }
    try ask(question.kind, question.words, plan, console)
    return try desk.sign(
      question, by: try secretKey(isRehearsal: site.profile.isRehearsal), days: days)
  }
}
